"""Seeded faults, as data: what is to be wrong in which file of the program, and what that would mean for people."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

FAULTS = Path(__file__).parent / "faults"
_FIELDS = {"name", "file", "before", "after", "means", "tests"}


class BadMutantError(Exception):
    """A mutant that says nothing that can be run: its text is stale, its file or its tests are not there."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """A fault: `before`, which stands exactly once in `file`, becomes `after`. `tests` are where to look first."""

    name: str
    file: str
    before: str
    after: str
    means: str
    tests: tuple[str, ...]

    def mutated(self, root: Path) -> str:
        """The text of the file below `root` with the fault in it. Raises BadMutantError for a stale mutant."""
        path = root / self.file
        if not path.is_file():
            raise BadMutantError(f"{self.name}: there is no {self.file}")
        text = path.read_text(encoding="utf-8")
        found = text.count(self.before)
        if found != 1:
            raise BadMutantError(f"{self.name}: what it changes stands {found} times in {self.file}, not once")
        return text.replace(self.before, self.after)


def read_mutants(folder: Path = FAULTS) -> list[Mutant]:
    """Every mutant, file by file. Raises BadMutantError for one that says too much or too little."""
    return [_mutant(path, each) for path in sorted(folder.glob("*.yaml")) for each in yaml.safe_load(path.read_text())]


def _mutant(path: Path, said: dict[str, Any]) -> Mutant:
    if said.keys() != _FIELDS:
        raise BadMutantError(f"{path.name}: {said.get('name')}: has {sorted(said)} and needs {sorted(_FIELDS)}")
    return Mutant(**(said | {"tests": tuple(said["tests"])}))
