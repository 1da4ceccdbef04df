"""How costs grow with the organization: the same questions at each size, asked of a server of its own.

What is compared between sizes is asked of all in turn, round by round, so that all share the weather.
"""

import asyncio
import statistics
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import ExitStack, asynccontextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from app.policy.facts import Facts
from app.services.demo.large.people import key_of, name_of
from app.services.demo.large.size import Size
from tests.bench.asker import Asker
from tests.bench.client import Connection, awake, run
from tests.bench.entrants import OURS, Entrant
from tests.bench.large import measure_large
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
CREATE = "mutation ($input: CreateEnvironmentInput!) { createEnvironment(input: $input) { environment { id } } }"
STOP = "mutation ($input: StopEnvironmentInput!) { stopEnvironment(input: $input) { revision } }"
DELETE = "mutation ($input: DeleteEnvironmentInput!) { deleteEnvironment(input: $input) { revision } }"
CREATE_PROJECT = "mutation ($input: CreateProjectInput!) { createProject(input: $input) { revision } }"
RESTRICT = "mutation ($input: RestrictEnvironmentsInput!) { restrictEnvironments(input: $input) { revision } }"
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
ROUNDS, UNNOTED, NOTED = 10, 2, 4
"""Of pages and checks: in so many rounds so many of each, after some that only warm up."""
WRITES = 10
VIEWS, FIRST = 100, 3


@dataclass(frozen=True, slots=True)
class Ground:
    """What questions are made of: the organization, and something that an ADMIN can change in it and change back."""

    organization_id: str
    environment_ids: list[str]
    project_id: str
    restriction_id: str
    member_id: str


def grow(sizes: Sequence[Size], folder: Path, patience: float, say: Say) -> list[Data]:
    """Everything there is to be known at each size. `patience`: how many seconds people may take to have their turn."""
    with ExitStack() as stack:
        found = asyncio.run(_grow([_growth(size, folder, stack, say) for size in sizes], patience))
    return [{"size": asdict(size), **data} for size, data in zip(sizes, found, strict=True)]


def _growth(size: Size, folder: Path, servers: ExitStack, say: Say) -> "Growth":
    """The questions at one size, and a server to ask."""

    def told(text: str) -> None:
        say(f"growth, {size.environments:,} environments: {text}")

    whole = replace(size, keys=size.people)
    told("making them")
    store = make_store(folder / f"{size.environments}.db", whole, lambda facts: told(f"{facts:,} facts made"))
    ground = _ground(read_facts(store))
    process = servers.enter_context(serving(Entrant(OURS, "Bailiwick", {"answers_mb": "0"}), store, whole))
    return Growth(process, ground, whole, told)


async def _grow(sizes: Sequence["Growth"], patience: float) -> list[Data]:
    for growth in sizes:
        await growth.begin()
    for number in range(ROUNDS):
        for growth in sizes:
            await growth.usual(f"pages and checks, round {number + 1} of {ROUNDS}")
    return [await growth.end(patience) for growth in sizes]


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
        self._found: Data = {}
        self._series: dict[str, list[float]] = {}
        self._numbers = {"half": 0, "few": 0}
        """Who sees so many environments."""

    @asynccontextmanager
    async def _asking(self) -> AsyncIterator[Callable[[int], Asker]]:
        """People by their numbers, on one connection until the block ends: servers end those that are idle."""
        async with Connection.open(self._process.port) as connection:
            yield lambda number: Asker(self._process, connection, number)

    async def begin(self) -> None:
        """What only a server that has just started can show."""
        async with self._asking() as asker:
            self._found["load"] = await self._load(asker(1))
            await self._see([asker(number) for number in range(1, LIKELY)])

    async def usual(self, what: str) -> None:
        """A few pages and checks, noted one by one."""
        self._say(what)
        asked: dict[str, tuple[str, Data]] = {
            "page": (PAGE, {"id": self._ground.organization_id}),
            "check": (CHECK, {"input": self._check()}),
        }
        async with awake(), self._asking() as asker:
            for who, number in self._numbers.items():
                for name, (document, variables) in asked.items():
                    costs = [await asker(number).cpu(document, **variables) for _ in range(UNNOTED + NOTED)]
                    self._series.setdefault(f"{name}_{who}_us", []).extend(costs[UNNOTED:])

    async def end(self, patience: float) -> Data:
        """All there is, the rest included, in an order in which none disturbs the next."""
        found = self._found | {name: statistics.median(costs) for name, costs in self._series.items()}
        async with self._asking() as asker:
            admin, readers = asker(ADMIN), {who: asker(number) for who, number in self._numbers.items()}
            found |= await self._writes(admin, readers)
            found["view_us"] = await self._views([asker(number) for number in self._strangers()])
            self._say("who may deploy")
            found["subjects_us"] = await admin.usual_cpu(SUBJECTS, times=5, id=self._ground.environment_ids[0])
            self._say("large answers")
            found["large"] = await measure_large(admin, self._process, self._ground.organization_id)
            found["active"] = await self._active(patience)
        return found

    def _strangers(self) -> range:
        """People whose views nobody has made yet."""
        return range(LIKELY, min(LIKELY + VIEWS, self._size.people))

    async def _load(self, asker: Asker) -> Data:
        """The first answer there is: seconds, MB beyond the idle server, and how long others wait meanwhile."""
        self._say("the first load")
        before = self._process.memory_bytes()
        async with pulse(self._process.port) as felt:
            seconds = await asker.seconds(PAGE, id=self._ground.organization_id)
        return {"seconds": seconds, "mb": _mb(self._process.memory_bytes() - before), "held_ms": felt.longest}

    async def _see(self, askers: list[Asker]) -> None:
        """Find who sees about half of all environments, and who sees about FEW."""
        self._say("who sees how much")
        seen = {}
        for asker in askers:
            data = await asker.ask(COUNT, id=self._ground.organization_id)
            seen[asker.number] = data["organization"]["environments"]["totalCount"]
        for who, wanted in (("half", self._size.environments // 2), ("few", FEW)):
            self._numbers[who] = min(seen, key=lambda number: abs(seen[number] - wanted))
        self._found["seen"] = {who: seen[number] for who, number in self._numbers.items()}

    def _check(self) -> Data:
        return {"permission": "ENVIRONMENT_DEPLOY", "resourceId": self._ground.environment_ids[7]}

    async def _writes(self, admin: Asker, readers: dict[str, Asker]) -> Data:
        """A page after each kind of write and after none, what the writes cost, and how long others wait for them."""
        after: dict[str, dict[str, list[float]]] = {who: {} for who in readers}
        costs: dict[str, list[float]] = {}
        for number in range(WRITES):
            self._say(f"pages after writes {number + 1} of {WRITES}")
            async for name in self._written(admin, number, costs):
                for who, reader in readers.items():
                    await asyncio.sleep(PAUSE)
                    cost = await reader.cpu(PAGE, id=self._ground.organization_id)
                    after[who].setdefault(name, []).append(cost)
        found = {"after_us": {who: _medians(each) for who, each in after.items()}, "write_us": _medians(costs)}
        async with pulse(self._process.port) as felt:
            async for _ in self._written(admin, WRITES, costs):
                for reader in readers.values():
                    await reader.ask(PAGE, id=self._ground.organization_id)
        return {**found, "write_held_ms": felt.longest}

    async def _written(self, admin: Asker, number: int, costs: dict[str, list[float]]) -> AsyncIterator[str]:
        """Write one thing after another; gives what, once it is done, and adds to what it has cost."""

        async def write(what: str, document: str, /, **input: object) -> Data:
            data, cost = await admin.measured(document, input=input)
            costs.setdefault(what, []).append(cost)
            payload: Data = next(iter(data.values()))
            return payload

        ground = self._ground
        grantee = {"grantee": {"userId": ground.member_id}}
        granted = await write("grant", GRANT, restrictionId=ground.restriction_id, addGrants=[grantee])
        yield "grant"
        grant_id = granted["restriction"]["grants"][-1]["id"]
        await write("removal", GRANT, restrictionId=ground.restriction_id, removeGrantIds=[grant_id])
        created = await write("environment", CREATE, projectId=ground.project_id, name=f"bench/{number}")
        yield "environment"
        await write("stop", STOP, environmentId=created["environment"]["id"])
        await write("deletion", DELETE, environmentId=created["environment"]["id"])
        yield "deletion"
        place = {"parentId": ground.organization_id, "slug": f"bench-{number}", "kind": "APP"}
        await write("project", CREATE_PROJECT, name=f"Bench {number}", **place)
        yield "project"
        target = {"scopeId": ground.project_id, "target": {"name": f"bench/{number}"}}
        await write("restriction", RESTRICT, restriction={}, **target)
        yield "restriction"
        yield "nothing"

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


def _medians(found: dict[str, list[float]]) -> dict[str, float]:
    return {name: statistics.median(costs) for name, costs in found.items()}


def _mb(size: int) -> float:
    return size / 1_000_000
