"""Where lists differ from what the checks and the reference say, over a whole world."""

import random
import re
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field

from app.policy.facts import Facts
from app.policy.vocabulary import Permission
from tests.fixtures.world_server import WorldServer
from tests.proof.lists.keys import key_complaints
from tests.proof.lists.paging import SIZES, WAYS, Question, Walk, complaints, go_through
from tests.proof.lists.plain import plain_complaints
from tests.proof.lists.questions import Questions, Subjects
from tests.proof.lists.records import Records, deployments_for, records_of, visible_deployments
from tests.proof.lists.served import ListWorld
from tests.proof.lists.sight import Sight
from tests.proof.lists.told import about_oneself, allowed, permission_for, resources
from tests.proof.reference import Reference
from tests.proof.world import NOW, short

Serve = Callable[[ListWorld], AbstractAsyncContextManager[WorldServer]]
_WALK = re.compile(r"^(first|last) \d+: ")
FILTERED_BY = 4
"""How many permissions lists are filtered by, drawn for each who asks."""


@dataclass(frozen=True)
class Difference:
    """One list that a subject is shown at an instant, and what is wrong with it."""

    number: int
    at: int
    question: str
    coordinate: str
    complaint: str

    @property
    def kind(self) -> tuple[str, str]:
        """What stays the same while a world is made smaller: which list, and how it is wrong."""
        said = _WALK.sub("", self.complaint)
        return self.coordinate, re.split(r":| is | of | on ", said)[0]

    def __str__(self) -> str:
        return short(f"subject {self.number} at NOW{self.at - NOW:+d}: {self.question}\n    {self.complaint}")


@dataclass
class Outcome:
    """What was asked, by coordinate and argument, and what was wrong."""

    lists: Counter[str] = field(default_factory=Counter)
    """By coordinate: how many there were that were not null."""
    nulls: Counter[str] = field(default_factory=Counter)
    entries: Counter[str] = field(default_factory=Counter)
    arguments: Counter[str] = field(default_factory=Counter)
    pages: int = 0
    differences: list[Difference] = field(default_factory=list)

    def note(self, question: Question) -> None:
        self.arguments.update(f"{question.coordinate}({name}:)" for name in question.filters)
        if question.expected is None:
            self.nulls[question.coordinate] += 1
        else:
            self.lists[question.coordinate] += 1
            self.entries[question.coordinate] += len(question.expected)

    def add(self, other: "Outcome") -> None:
        for name in ("lists", "nulls", "entries", "arguments"):
            getattr(self, name).update(getattr(other, name))
        self.pages += other.pages
        self.differences += other.differences


async def compare(
    serve: Serve,
    world: ListWorld,
    rng: random.Random,
    askers: int | None = None,
    only: frozenset[str] | None = None,
) -> Outcome:
    """Let so many of the world's subjects (None: all) look at every list, each at one of its instants.

    `only`: at these connections alone.
    """
    outcome = Outcome()
    chosen = [(number, rng.choice(world.random.instants)) for number in range(len(world.subjects))]
    chosen = [(number, at) for number, at in chosen if world.may_ask(number, at)]
    if askers is not None:
        chosen = rng.sample(chosen, min(askers, len(chosen)))
    async with serve(world) as server:
        records = await records_of(server, world)
        for number, at in chosen:
            server.set_clock(at)
            asker = Asker(server, world, number, at, only)
            async for found in asker.differences(records, random.Random(f"{number} {at}"), outcome):
                outcome.differences.append(found)
    return outcome


class Asker:
    """One subject of a served world at one instant."""

    def __init__(
        self, server: WorldServer, world: ListWorld, number: int, at: int, only: frozenset[str] | None
    ) -> None:
        self._only = only
        self._server = server
        self._world = world
        self._number = number
        self._at = at
        self._name = world.names[number]

    async def differences(self, records: Records, rng: random.Random, outcome: Outcome) -> AsyncIterator[Difference]:
        permissions = rng.sample(list(Permission), FILTERED_BY)
        sights = [await self._sight(facts, permissions) for facts in self._world.organizations]
        for sight in sights:
            for complaint in self._against_reference(sight, permissions):
                yield self._difference("Query.checks", "Query.checks", complaint)
        visible = visible_deployments(sights[0], records)
        deployments = await deployments_for(self._server, self._name, records, visible)
        subjects = await self._subjects(sights, rng)
        questions = Questions(sights, records, deployments, subjects, permissions, rng)
        asked = [each for each in questions.all() if self._only is None or each.coordinate in self._only]
        for question, complaint in await self._walked(asked, rng, outcome):
            yield self._difference(str(question), question.coordinate, complaint)
        async for coordinate, complaint in plain_complaints(self._server, self._name, sights):
            yield self._difference(coordinate, coordinate, complaint)
        async for coordinate, complaint in key_complaints(self._server, self._name, self._world, sights):
            yield self._difference(coordinate, coordinate, complaint)

    def _difference(self, question: str, coordinate: str, complaint: str) -> Difference:
        return Difference(self._number, self._at, question, coordinate, complaint)

    async def _sight(self, facts: Facts, permissions: list[Permission]) -> Sight:
        told = await allowed(self._server, self._name, about_oneself(facts, permissions))
        return Sight(facts, self._world.reference(facts, self._at), self._number, told)

    def _against_reference(self, sight: Sight, permissions: list[Permission]) -> Iterator[str]:
        """What the checks say is what the reference says: what lists are held against stands on both."""
        reference: Reference = sight.reference
        for permission, id, _ in about_oneself(sight.facts, permissions):
            right = reference.verdict(self._number, permission, id) is None
            if sight.may(permission, id) is not right:
                yield f"{permission} on {id} is {not right}, the reference says {right}"

    async def _subjects(self, sights: list[Sight], rng: random.Random) -> Subjects:
        """By `checks` about everybody, for a permission or two of each resource where one may ask that."""
        found: dict[tuple[Permission, str], frozenset[str] | None] = {}
        for sight in sights:
            for id, kind in resources(sight.facts).items():
                if sight.sees(id):
                    found[permission_for(kind, rng), id] = None
        asked = [(p, id) for p, id in found if any(sight.may(Permission.ACCESS_EXPLAIN, id) for sight in sights)]
        own = self._world.subjects[self._number].person
        others = [user for user in self._world.whole.people if user != own.id]
        told = await allowed(self._server, self._name, [(p, id, user) for p, id in asked for user in others])
        # A check about oneself is about the key it is asked with; a list of people is about people.
        of_own = await allowed(self._server, own.name, [(p, id, None) for p, id in asked])
        for permission, id in asked:
            allowed_others = {user for user in others if (permission, id, user) in told}
            allowed_self = {own.id} if (permission, id, None) in of_own else set()
            found[permission, id] = frozenset(allowed_others | allowed_self)
        return found

    async def _walked(
        self, questions: list[Question], rng: random.Random, outcome: Outcome
    ) -> list[tuple[Question, str]]:
        """Whole lists at every size and both ways; those of which something is asked at a few."""
        every = [(way, size) for way in WAYS for size in SIZES]
        walks = [
            [Walk(question, way, size) for way, size in (rng.sample(every, 2) if question.filters else every)]
            for question in questions
        ]
        await go_through(self._server, self._name, [walk for group in walks for walk in group])
        for question, group in zip(questions, walks, strict=True):
            outcome.note(question)
            outcome.pages += sum(walk.pages for walk in group)
        return [(group[0].question, complaint) for group in walks for complaint in complaints(group)]
