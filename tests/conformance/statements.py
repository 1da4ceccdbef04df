"""The statements of the four products, read from statements/*.yaml."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import yaml

FOLDER = Path(__file__).parent / "statements"
COUNTS = {"BAS": 49, "GL": 76, "QV": 42, "AZ": 59}
"""How many statements each product's pages make; 226 in all."""

MARK = "requirement"
"""The pytest mark by which a test names the statements it shows."""

_MORE = {"says", "departs", "not_applicable"}


@dataclass(frozen=True, slots=True)
class Statement:
    """What a product's page asks for, in one sentence of ours; how we differ; why no server could show it."""

    id: str
    says: str
    departs: str | None
    not_applicable: str | None


def read_statements() -> dict[str, Statement]:
    """Every statement by its id. Raises ValueError for an entry that is not as README.md says."""
    found: dict[str, Statement] = {}
    for statement in _all():
        if statement.id in found:
            raise ValueError(f"{statement.id} stands twice")
        found[statement.id] = statement
    return found


def expected_ids() -> set[str]:
    """The ids that there must be."""
    return {f"{product}-{number}" for product, count in COUNTS.items() for number in range(1, count + 1)}


def _all() -> Iterator[Statement]:
    for path in sorted(FOLDER.glob("*.yaml")):
        for id, entry in yaml.safe_load(path.read_text(encoding="utf-8")).items():
            more = {"says": entry} if isinstance(entry, str) else entry
            if not more.get("says") or set(more) - _MORE:
                raise ValueError(f"{path.name}: {id} needs `says`, and may have `departs` or `not_applicable`")
            yield Statement(id, more["says"], more.get("departs"), more.get("not_applicable"))
