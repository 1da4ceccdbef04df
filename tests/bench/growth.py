"""How costs grow with the organization: the same questions at each size, asked of a server of its own."""

import asyncio
import statistics
import time
from contextlib import AsyncExitStack
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from app.policy.facts import Facts
from app.services.demo.large.people import key_of, name_of
from app.services.demo.large.size import Size
from tests.bench.asker import Asker
from tests.bench.client import Connection, run
from tests.bench.entrants import OURS, Entrant
from tests.bench.operations import GRANT, PAGE, Question, body, member_of
from tests.bench.organization import read_facts
from tests.bench.processes import Process, serving
from tests.bench.pulse import pulse
from tests.bench.rounds import Say
from tests.bench.store import SECRET, make_store

Data = dict[str, Any]

COUNT = "query ($id: ID!) { organization(id: $id) { environments(first: 1) { totalCount } } }"
CHECK = "query ($input: CheckInput!) { check(input: $input) { allowed } }"
NOBODY = "{ viewer { id } }"
CREATE = "mutation ($input: CreateEnvironmentInput!) { createEnvironment(input: $input) { revision } }"
SUBJECTS = """query ($id: ID!) {
  environment(id: $id) { subjects(permission: ENVIRONMENT_DEPLOY, first: 10) { totalCount } }
}"""

ADMIN, LIKELY = 0, 50
"""Who does the writing, and of how many people one is taken who sees half, and one who sees few."""
FEW = 20
PAUSE = 0.02
"""Seconds in which a server does what it does when an answer has left; who asks next is not to be charged with it.

Whoever asks after a pause finds the processor's caches cold, which alone makes a page three times as dear: what is
compared with each other is asked after as long a pause.
"""
WRITES = 10
VIEWS, FIRST = 100, 3
LARGE_PAGES = 100
"""Pages of 100 in one large answer."""


@dataclass(frozen=True, slots=True)
class Ground:
    """What questions are made of: the organization, and something that an ADMIN can change in it and change back."""

    organization_id: str
    environment_ids: list[str]
    project_id: str
    restriction_id: str
    member_id: str


def grow(size: Size, folder: Path, patience: float, say: Say) -> Data:
    """Everything there is to be known at one size. `patience`: how many seconds people may take to have their turn."""
    whole = replace(size, keys=size.people)
    what = f"{size.environments:,} environments"
    say(f"growth, {what}: making them")
    store = make_store(folder / "bailiwick.db", whole, lambda facts: say(f"growth, {what}: {facts:,} facts made"))
    ground = _ground(read_facts(store))
    with serving(Entrant(OURS, "Bailiwick", {"answers_mb": "0"}), store, whole) as process:
        found = asyncio.run(Growth(process, ground, whole, lambda text: say(f"growth, {what}: {text}")).all(patience))
    return {"size": asdict(size), **found}


def _ground(facts: Facts) -> Ground:
    admin = next(person.id for person in facts.people.values() if person.name == name_of(ADMIN))
    named = ((r, member_of(facts, r, admin)) for r in facts.restrictions.values())
    restriction, member = next((r, member) for r, member in named if member is not None)
    environments = list(facts.environments)
    return Ground(facts.organization.id, environments, next(iter(facts.projects)), restriction.id, member)


class Growth:
    """The questions at one size."""

    def __init__(self, process: Process, ground: Ground, size: Size, say: Say) -> None:
        self._process = process
        self._ground = ground
        self._size = size
        self._say = say

    async def all(self, patience: float) -> Data:
        """All of them, in an order in which none disturbs the next."""
        async with AsyncExitStack() as stack:
            connection = await stack.enter_async_context(Connection.open(self._process.port))
            askers = [Asker(self._process, connection, number) for number in range(self._size.people)]
            found: Data = {"load": await self._load(askers[1])}
            half, few = await self._two(askers[1:LIKELY], found)
            for name, asker in (("half", half), ("few", few)):
                self._say(f"pages and checks of {name}")
                found[f"page_{name}_us"] = await asker.usual_cpu(PAGE, id=self._ground.organization_id)
                found[f"check_{name}_us"] = await asker.usual_cpu(CHECK, input=self._check())
            found |= await self._writes(askers[ADMIN], half)
            found["view_us"] = await self._views(askers[LIKELY : LIKELY + VIEWS])
            self._say("who may deploy")
            found["subjects_us"] = await askers[ADMIN].usual_cpu(SUBJECTS, times=5, id=self._ground.environment_ids[0])
            found["large"] = await self._large(half)
            found["active"] = await self._active(patience)
        return found

    async def _load(self, asker: Asker) -> Data:
        """The first answer there is: seconds, MB beyond the idle server, and how long others wait meanwhile."""
        self._say("the first load")
        before = self._process.memory_bytes()
        async with pulse(self._process.port) as felt:
            seconds = await asker.seconds(PAGE, id=self._ground.organization_id)
        return {"seconds": seconds, "mb": _mb(self._process.memory_bytes() - before), "held_ms": felt.longest}

    async def _two(self, askers: list[Asker], found: Data) -> tuple[Asker, Asker]:
        """Who sees about half of all environments, and who sees about FEW."""
        self._say("who sees how much")
        seen = {}
        for asker in askers:
            data = await asker.ask(COUNT, id=self._ground.organization_id)
            seen[asker.number] = data["organization"]["environments"]["totalCount"]
        half = min(askers, key=lambda each: abs(seen[each.number] - self._size.environments // 2))
        few = min(askers, key=lambda each: abs(seen[each.number] - FEW))
        found["seen"] = {"half": seen[half.number], "few": seen[few.number]}
        return half, few

    def _check(self) -> Data:
        return {"permission": "ENVIRONMENT_DEPLOY", "resourceId": self._ground.environment_ids[7]}

    async def _writes(self, admin: Asker, reader: Asker) -> Data:
        """A page after a grant was made, after an environment was and after nothing was, and what the writes cost."""
        ground = self._ground
        after: dict[str, list[float]] = {"grant": [], "environment": [], "nothing": []}
        costs: dict[str, list[float]] = {"grant": [], "environment": []}
        grantee = {"addGrants": [{"grantee": {"userId": ground.member_id}}]}
        for number in range(WRITES):
            self._say(f"pages after writes {number + 1} of {WRITES}")
            made = await admin.ask(GRANT, input={"restrictionId": ground.restriction_id, **grantee})
            await asyncio.sleep(PAUSE)
            after["grant"].append(await reader.cpu(PAGE, id=ground.organization_id))
            id = made["updateEnvironmentRestriction"]["restriction"]["grants"][-1]["id"]
            removal = {"restrictionId": ground.restriction_id, "removeGrantIds": [id]}
            costs["grant"].append(await admin.cpu(GRANT, input=removal))
            created = {"projectId": ground.project_id, "name": f"bench/{number}"}
            costs["environment"].append(await admin.cpu(CREATE, input=created))
            await asyncio.sleep(PAUSE)
            after["environment"].append(await reader.cpu(PAGE, id=ground.organization_id))
            await asyncio.sleep(PAUSE)
            after["nothing"].append(await reader.cpu(PAGE, id=ground.organization_id))
        return {
            "after_us": {name: statistics.median(times) for name, times in after.items()},
            "write_us": {name: statistics.median(times) for name, times in costs.items()},
        }

    async def _views(self, askers: list[Asker]) -> Data:
        """What somebody's first checks cost more than as many later ones: whenever a view is made, it is in that."""
        self._say("views")
        times = []
        for asker in askers:
            await asker.ask(NOBODY)
            first, later = await self._checks(asker), await self._checks(asker)
            times.append(max(first - later, 0))
        return {"median": statistics.median(times), "most": max(times)}

    async def _checks(self, asker: Asker) -> float:
        """The CPU of some checks after a pause, µs."""
        await asyncio.sleep(PAUSE)
        return sum([await asker.cpu(CHECK, input=self._check()) for _ in range(FIRST)])

    async def _large(self, asker: Asker) -> Data:
        """An answer as large as the limits allow, about: how long it takes, and how long others wait meanwhile."""
        self._say("a large answer")
        page = "environments(first: 100) { nodes { id name tier } }"
        pages = " ".join(f"p{number}: {page}" for number in range(LARGE_PAGES))
        document = f"query ($id: ID!) {{ organization(id: $id) {{ {pages} }} }}"
        await asker.ask(document, id=self._ground.organization_id)
        async with pulse(self._process.port) as felt:
            seconds = await asker.seconds(document, id=self._ground.organization_id)
        return {"objects": 100 * LARGE_PAGES, "seconds": seconds, "held_ms": felt.longest}

    async def _active(self, patience: float) -> Data:
        """Everybody asks for a page, as far as the time goes: how many did, and what the server has grown by."""
        before, began, asked = self._process.memory_bytes(), time.monotonic(), 0
        content = body(PAGE, id=self._ground.organization_id)
        people, pepper = range(self._size.people), SECRET.encode()
        while asked < len(people) and time.monotonic() - began < patience:
            turn = [
                Question(name_of(number), key_of(pepper, number), content) for number in people[asked : asked + LIKELY]
            ]
            tally = await run(self._process.port, turn, 1)
            assert not tally.failed + tally.dropped
            asked += len(turn)
            self._say(f"{asked:,} of {len(people):,} people had a page")
        return {"people": asked, "mb": _mb(self._process.memory_bytes() - before)}


def _mb(size: int) -> float:
    return size / 1_000_000
