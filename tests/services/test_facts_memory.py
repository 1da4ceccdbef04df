"""What a process keeps in memory: loaded once, caught up with, shed when it grows, and never older than was asked."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, TypeVar

import pytest
from sqlalchemy import Connection

from app.db import tables
from app.policy.facts import Facts
from app.policy.kinds import Kind
from app.policy.structure import Structure
from app.policy.subject import Subject
from app.services import facts_memory
from app.services.facts_memory import (
    FACT_BYTES,
    VERSIONS,
    VIEW_BYTES,
    FactsMemory,
    structure_at,
)
from app.store.snapshot import catch_up, load_facts
from tests.fixtures.client import NOW, unknown
from tests.fixtures.facts_memory import Memory
from tests.store.ledgers import commit

T = TypeVar("T")
WRITTEN = {"revision": 2, "instance_revision": 2}
"""At which a world is whole."""


@dataclass
class Loads:
    """What was asked of the store, as `whole` for facts from scratch and `caught up` for changes since."""

    of: list[tuple[str, str]] = field(default_factory=list)

    def count(self, kind: str, organization_id: str | None = None) -> int:
        return sum(each[0] == kind and organization_id in (None, each[1]) for each in self.of)


@pytest.fixture
def loads(monkeypatch: pytest.MonkeyPatch) -> Loads:
    noted = Loads()

    def load(connection: Connection, organization_id: str, *at: int) -> Facts | None:
        noted.of.append(("whole", organization_id))
        return load_facts(connection, organization_id, *at)

    def catch(connection: Connection, facts: Facts, *at: int) -> Facts | None:
        noted.of.append(("caught up", facts.organization.id))
        return catch_up(connection, facts, *at)

    monkeypatch.setattr(facts_memory, "load_facts", load)
    monkeypatch.setattr(facts_memory, "catch_up", catch)
    return noted


async def test_an_organization_is_loaded_once(memory: Memory, loads: Loads) -> None:
    first, again = await memory.version(), await memory.version()
    assert again is first
    assert loads.of == [("whole", memory.ids["acme"])]


async def test_requests_that_come_together_load_it_once(memory: Memory, loads: Loads) -> None:
    found = await asyncio.gather(*(memory.version(of=name) for name in ("acme", "globex") * 10))
    assert len({id(each) for each in found}) == 2
    assert loads.count("whole") == 2


async def test_requests_of_two_revisions_that_come_together_get_their_own(memory: Memory, loads: Loads) -> None:
    last = await memory.rename("Later")
    found = await asyncio.gather(*(memory.version(revision) for revision in (2, last) * 5))
    assert [each.structure.facts.revision for each in found] == [2, last] * 5
    assert [each.structure.facts.organization.name for each in found] == ["acme", "Later"] * 5
    assert len(loads.of) == 2


async def test_what_was_loaded_is_caught_up_with(memory: Memory, loads: Loads) -> None:
    first = await memory.version()
    later = await memory.version(await memory.rename("Later"))
    assert later.structure.facts.organization.name == "Later"
    assert later.structure.facts.teams is first.structure.facts.teams
    assert loads.of == [("whole", memory.ids["acme"]), ("caught up", memory.ids["acme"])]


async def test_an_earlier_moment_is_still_answered(memory: Memory, loads: Loads) -> None:
    """A request that came in before a write goes on at its own revision, whatever came after it."""
    names = {await memory.rename(name): name for name in ("a", "b", "c", "d", "e")}
    for revision in (*names, *reversed(names), 2):
        found = await memory.version(revision)
        assert (found.structure.facts.revision, found.structure.facts.organization.name) == (
            revision,
            names.get(revision, "acme"),
        )


async def test_only_some_versions_stay(memory: Memory) -> None:
    for name in "abcdefgh":
        await memory.version(await memory.rename(name))
    kept = memory.memory._versions[memory.ids["acme"]]
    assert sorted(kept) == [(8, 2), (9, 2), (10, 2)]


async def test_a_change_of_the_instance_alone_is_another_version(memory: Memory, loads: Loads) -> None:
    mia = memory.subject("mia").id
    first = await memory.version()
    await commit(memory.database, ["instance"], lambda writer: writer.set(tables.User, mia, name="Mia"))
    later = await memory.version(2, 3)
    assert (first.structure.facts.people[mia].name, later.structure.facts.people[mia].name) == ("mia", "Mia")
    assert later.structure.facts.memberships is first.structure.facts.memberships


async def test_an_earlier_moment_of_the_instance_is_still_answered(memory: Memory) -> None:
    mia = memory.subject("mia").id
    await commit(memory.database, ["instance"], lambda writer: writer.set(tables.User, mia, name="Mia"))
    later = await memory.version(2, 3)
    earlier = await memory.version(2, 2)
    assert (later.structure.facts.people[mia].name, earlier.structure.facts.people[mia].name) == ("Mia", "mia")


async def test_there_is_no_version_of_what_was_not_there(memory: Memory) -> None:
    assert await memory.memory.version(memory.ids["acme"], 0, 2) is None
    assert await memory.memory.version(unknown(Kind.ORGANIZATION), 1, 1) is None


async def test_a_load_that_fails_is_tried_again_by_the_next(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: Any) -> None:
        raise RuntimeError("the disk is gone")

    with monkeypatch.context() as broken:
        broken.setattr(facts_memory, "load_facts", fail)
        results = await asyncio.gather(memory.version(), memory.version(), return_exceptions=True)
        assert [type(each) for each in results] == [RuntimeError, RuntimeError]
    assert (await memory.version()).structure.facts.organization.slug == "acme"


async def test_a_request_that_is_given_up_leaves_nothing_locked(
    memory: Memory, monkeypatch: pytest.MonkeyPatch
) -> None:
    started, load = asyncio.Event(), memory.database.load

    async def slow(fn: Callable[[Connection], T]) -> T:
        started.set()
        await asyncio.sleep(60)
        return await load(fn)

    with monkeypatch.context() as slowly:
        slowly.setattr(memory.database, "load", slow)
        waiting = asyncio.create_task(memory.version())
        await started.wait()
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    await asyncio.wait_for(memory.version(), 5)


async def test_the_least_recently_used_organization_leaves(
    memory: Memory, loads: Loads, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facts_memory, "SHED_TO", 1)
    sizes = {name: (await memory.version(of=name)).structure.facts.size for name in memory.ids}
    memory.memory = FactsMemory(memory.database, (sum(sizes.values()) - 1) * FACT_BYTES)
    loads.of.clear()
    for name in ("acme", "globex", "acme", "initech"):
        await memory.version(of=name)
    assert list(memory.memory._versions) == [memory.ids["acme"], memory.ids["initech"]]
    for name in ("acme", "initech", "globex"):
        await memory.version(of=name)
    assert [loads.count("whole", memory.ids[name]) for name in ("acme", "initech", "globex")] == [1, 1, 2]


async def test_views_make_others_leave_as_well(memory: Memory) -> None:
    """Though nothing changes anywhere: they are counted as they come."""
    known = [await memory.version(of=name) for name in ("globex", "initech", "acme")]
    facts = sum(version.structure.facts.size for version in known) * FACT_BYTES
    budget = facts + 10 * VIEW_BYTES
    memory.memory = FactsMemory(memory.database, budget)
    left = []
    for name in ("globex", "initech", "acme"):
        version = await memory.version(of=name)
        for number in range(5):
            person = replace(memory.subject("ada").person, id=f"usr_{number}")
            version.objects_of(Subject(person), NOW)
            left.append([of for of in memory.ids if memory.ids[of] in memory.memory._versions])
            assert sum(map(memory.memory._bytes_of, memory.memory._versions)) <= budget
    assert left[0] == ["globex"]
    assert ("globex" in left[-1], left[-1][0], len(left[-1])) == (False, "acme", 2)


async def test_who_leaves_makes_room_for_more_than_who_comes(memory: Memory) -> None:
    """So that all is not counted once more for each view: what there is then is counted anew, and exactly."""
    memory.memory = FactsMemory(memory.database, 100 * VIEW_BYTES)
    version = await memory.version(of="globex")
    for number in range(30):
        person = replace(memory.subject("ada").person, id=f"usr_{number}")
        version.objects_of(Subject(person), NOW)
    assert memory.memory._bytes <= 100 * VIEW_BYTES
    assert len(version.objects) < 30


async def test_one_that_is_larger_than_the_budget_is_answered_all_the_same(memory: Memory) -> None:
    memory.memory = FactsMemory(memory.database, 0)
    for name in ("acme", "globex", "acme"):
        assert (await memory.version(of=name)).structure.facts.organization.slug == name
    assert list(memory.memory._versions) == [memory.ids["acme"]]


async def test_a_transaction_catches_up_from_what_is_in_memory(memory: Memory, loads: Loads) -> None:
    organization_id = memory.ids["acme"]
    assert memory.memory.latest(organization_id) is None
    cold = await memory.database.read(lambda c: structure_at(c, organization_id, 2, 2, None))
    assert cold is not None
    assert list(memory.memory._versions) == [], "it is kept nowhere"
    warm = (await memory.version()).structure
    assert memory.memory.latest(organization_id) is warm
    assert await memory.database.read(lambda c: structure_at(c, organization_id, 2, 2, warm)) is warm
    revision = await memory.rename("Later")
    later = await memory.database.read(lambda c: structure_at(c, organization_id, revision, 2, warm))
    assert later is not None
    assert later.facts.organization.name == "Later"
    assert [kind for kind, _ in loads.of] == ["whole", "whole", "caught up"]


async def test_what_a_transaction_left_is_found_by_the_next_and_by_who_comes_before_it_is_kept(
    memory: Memory, loads: Loads
) -> None:
    organization_id, known = memory.ids["acme"], (await memory.version()).structure
    assert memory.memory.left(organization_id, None) is None
    left = known
    for revision in range(3, 3 + VERSIONS + 1):
        assert await memory.rename(f"Version {revision}") == revision
        later = await memory.database.read(partial(_at, id=organization_id, revision=revision, known=left))
        assert later is not None
        left = later
        memory.memory.leave(left)
        assert memory.memory.left(organization_id, None) is memory.memory.left(organization_id, known) is left
    loads.of.clear()
    assert (await memory.version(revision)).structure is left
    assert (await memory.version(revision - 1)).structure.facts.organization.name == f"Version {revision - 1}"
    assert loads.of == []
    memory.memory.keep(left)
    assert memory.memory.latest(organization_id) is left is memory.memory.left(organization_id, known)
    await memory.version(3)
    assert [kind for kind, _ in loads.of] == ["caught up"], "of what was left only the last few stay"


async def test_what_one_can_catch_up_from_stays_while_one_waits(memory: Memory, loads: Loads) -> None:
    """Else whoever waits while others write would load it all again."""
    organization_id, structure = memory.ids["acme"], (await memory.version()).structure
    for revision in range(3, 3 + VERSIONS + 1):
        assert await memory.rename(f"Version {revision}") == revision
    loads.of.clear()
    async with memory.memory._loading[organization_id]:
        waiting = asyncio.ensure_future(memory.version(3))
        await asyncio.sleep(0)
        for revision in range(4, 4 + VERSIONS):
            later = await memory.database.read(partial(_at, id=organization_id, revision=revision, known=structure))
            assert later is not None
            memory.memory.keep(later)
        loads.of.clear()
    assert (await waiting).structure.facts.organization.name == "Version 3"
    assert [kind for kind, _ in loads.of] == ["caught up"]


def _at(connection: Connection, *, id: str, revision: int, known: Structure) -> Structure | None:
    return structure_at(connection, id, revision, 2, known)
