"""Answers as large as the limits allow, of several kinds: how long each takes, and how long others wait meanwhile."""

from dataclasses import dataclass
from typing import Any

from tests.bench.asker import Asker
from tests.bench.processes import Process
from tests.bench.pulse import pulse

TIMES = 3


@dataclass(frozen=True, slots=True)
class Large:
    """A kind of large answer. `title`: what others wait for. `is_new`: its document is another one each time."""

    name: str
    title: str
    selection: str
    is_new: bool = False

    def document(self, time: int) -> str:
        """The document for the asking of this number; its variable is the organization's id."""
        return f"query ($id: ID!) {{ organization(id: $id) {{ {self.selection.replace('@', f't{time}_')} }} }}"


def _aliases(count: int, field: str) -> str:
    return " ".join(f"@{number}: {field}" for number in range(count))


def _environments(fields: str, first: int = 100) -> str:
    return f"environments(first: {first}) {{ nodes {{ {fields} }} }}"


LARGE = (
    Large("objects", "an answer of 10,000 objects", _aliases(100, _environments("id name tier"))),
    Large("fields", "100 objects of 1,300 fields each", _environments(_aliases(1_300, "createdAt"))),
    Large("permissions", "3,000 lists of permissions", _environments(_aliases(30, "viewerPermissions"))),
    Large(
        "people",
        "who may deploy to each of 80 environments",
        _environments("subjects(permission: ENVIRONMENT_DEPLOY, first: 10) { totalCount }", first=80),
    ),
    Large("batched", "15,000 deployments, looked up", _environments(_aliases(150, "currentDeployment { id }"))),
    Large("new", "a new document of 3,800 words", _aliases(230, _environments("id name", first=1)), is_new=True),
)
"""What is measured, in this order."""


async def measure_large(asker: Asker, process: Process, organization_id: str) -> dict[str, Any]:
    """Each kind's wall time (seconds) and the longest that others waited (ms), by name: medians of a few."""
    found = {}
    for large in LARGE:
        if not large.is_new:
            await asker.ask(large.document(0), id=organization_id)
        seconds, held = [], []
        for time in range(1, TIMES + 1):
            document = large.document(time if large.is_new else 0)
            async with pulse(process.port) as felt:
                seconds.append(await asker.seconds(document, id=organization_id))
            held.append(felt.longest)
        found[large.name] = {"seconds": sorted(seconds)[TIMES // 2], "held_ms": sorted(held)[TIMES // 2]}
    return found
