"""The views that a process keeps: made once, gone with their time and with what they were made of, and not too many."""

from collections.abc import Callable
from functools import partial

import pytest

from app.db import tables
from app.policy.objects import Objects
from app.policy.roles import LEVEL_ROLES
from app.policy.vocabulary import Permission, RoleLevel
from app.services import facts_memory
from app.services.facts_memory import NODE_BYTES, SHOWN_BYTES, VERSIONS, VIEW_BYTES, FactsMemory, NodeViews
from tests.fixtures.client import NOW, SECOND
from tests.fixtures.facts_memory import Memory, hide
from tests.store.ledgers import commit


def _people(objects: Objects) -> set[str]:
    return {person.id for person in objects.people()}


async def test_a_view_is_made_once(memory: Memory) -> None:
    version = await memory.version()
    first = version.objects_of(memory.subject("ada"), NOW)
    assert version.objects_of(memory.subject("ada"), NOW) is first
    assert version.objects_of(memory.subject("ada"), NOW + SECOND - 1) is first
    assert version.objects_of(memory.subject("mia"), NOW) is not first


async def test_views_have_a_bound(memory: Memory, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(facts_memory, "MOST_VIEWS", 2)
    version = await memory.version()
    ada = version.objects_of(memory.subject("ada"), NOW)
    for name in ("mia", "ada", "vic"):
        version.objects_of(memory.subject(name), NOW)
    assert [subject.person.name for subject in version.objects] == ["ada", "vic"]
    assert version.objects_of(memory.subject("ada"), NOW) is ada


async def test_views_take_no_more_than_their_share_of_the_memory(memory: Memory) -> None:
    """Whatever the size of the organization: a view holds something of each of its nodes, and of its environments."""
    structure = (await memory.version()).structure
    one = VIEW_BYTES + NODE_BYTES * len(structure.nodes) + SHOWN_BYTES * len(structure.environments)
    memory.memory = FactsMemory(memory.database, (VERSIONS + 2) * 2 * one)
    version = await memory.version()
    for name in ("ada", "mia", "vic"):
        version.objects_of(memory.subject(name), NOW)
    assert [subject.person.name for subject in version.objects] == ["mia", "vic"]


async def test_a_view_of_an_earlier_instant_is_not_that_of_a_later_one(memory: Memory) -> None:
    version, tim = await memory.version(), memory.subject("tim")
    late = version.objects_of(tim, NOW + 2 * SECOND)
    assert late.view.sees(memory.ids["acme"])
    assert not version.objects_of(tim, NOW).view.sees(memory.ids["acme"])


async def test_a_view_ends_with_its_own_memberships_at_the_very_instant(memory: Memory) -> None:
    version, tim = await memory.version(), memory.subject("tim")
    assert _turns(lambda at: version.objects_of(tim, at).view.sees(memory.ids["acme"])) == [(1, True), (3, False)]


async def test_a_view_ends_with_a_grant_at_the_very_instant(memory: Memory) -> None:
    version, mia = await memory.version(), memory.subject("mia")
    environment = memory.draft.acme.id("core/web/production")
    deploys = Permission.ENVIRONMENT_DEPLOY
    assert _turns(lambda at: version.objects_of(mia, at).view.may(deploys, environment)) == [(0, True), (2, False)]


async def test_what_is_seen_of_others_ends_with_their_memberships_at_the_very_instant(memory: Memory) -> None:
    """Lee sees who has a level on the team, and Tim has one from above for a time."""
    version, lee, tim = await memory.version(), memory.subject("lee"), memory.subject("tim")
    assert _turns(lambda at: tim.id in _people(version.objects_of(lee, at))) == [(1, True), (3, False)]


async def test_what_has_ended_does_not_go_on_over_the_next_version(memory: Memory) -> None:
    """Nor does what was seen of others; a name that changes leaves all else as it was."""
    version, lee, tim = await memory.version(), memory.subject("lee"), memory.subject("tim")
    acme, then = memory.ids["acme"], NOW + 3 * SECOND
    assert version.objects_of(tim, then - 1).view.sees(acme)
    assert tim.id in _people(version.objects_of(lee, then - 1))
    mia = memory.subject("mia").id
    await commit(memory.database, ["instance"], lambda writer: writer.set(tables.User, mia, name="Mia"))
    later = await memory.version(2, 3)
    assert not later.objects_of(tim, then).view.sees(acme)
    assert tim.id not in _people(later.objects_of(lee, then))


async def test_whom_one_saw_goes_on_over_the_next_version_no_longer_than_they_belong(memory: Memory) -> None:
    version, lee, tim = await memory.version(), memory.subject("lee"), memory.subject("tim")
    then = NOW + 3 * SECOND
    known = _people(version.objects_of(lee, then - 1))
    assert tim.id in known
    (restriction,) = version.structure.facts.restrictions.values()
    later = await memory.version(await memory.change(partial(hide, id=restriction.id, hides=True)))
    assert _people(later.objects_of(lee, then - 1)) == known
    last = await memory.version(await memory.change(partial(hide, id=restriction.id, hides=False)))
    assert _people(last.objects_of(lee, then)) == known - {tim.id}


async def test_what_is_seen_of_nodes_outlives_the_versions_that_stay(memory: Memory) -> None:
    """Somebody who comes back after many changes is not worked out anew, but for the restrictions they pass."""
    first, mia = await memory.version(), memory.subject("mia")
    known = first.objects_of(mia, NOW).view
    (restriction,) = first.structure.facts.restrictions.values()
    await memory.pass_versions(restriction.id)
    last = await memory.change(lambda writer: writer.end(tables.Grant, restriction.grants[0].id))
    view = (await memory.version(last)).objects_of(mia, NOW).view
    assert view.node_view is known.node_view
    environment = memory.draft.acme.id("core/web/production")
    assert [each.may(Permission.ENVIRONMENT_DEPLOY, environment) for each in (known, view)] == [True, False]


async def test_what_is_seen_of_nodes_ends_with_the_memberships_that_it_was_made_of(memory: Memory) -> None:
    first, mia, vic = await memory.version(), memory.subject("mia"), memory.subject("vic")
    known = [first.objects_of(subject, NOW).view for subject in (mia, vic)]
    (restriction,) = first.structure.facts.restrictions.values()
    (own,) = first.structure.facts.memberships_of(mia.id)
    await memory.pass_versions(restriction.id)
    guest = [LEVEL_ROLES[RoleLevel.GUEST].id]
    later = await memory.version(await memory.change(lambda w: w.set(tables.Membership, own.id, role_ids=guest)))
    views = [later.objects_of(subject, NOW).view for subject in (mia, vic)]
    assert [one.node_view is other.node_view for one, other in zip(known, views, strict=True)] == [False, True]
    environment = memory.draft.acme.id("core/web/production")
    assert [each.may(Permission.ENVIRONMENT_DEPLOY, environment) for each in (known[0], views[0])] == [True, False]


async def test_no_more_views_of_nodes_are_kept_than_could_be_of_use(memory: Memory) -> None:
    version, subjects = await memory.version(), [memory.subject(name) for name in ("ada", "mia", "vic")]
    kept, structure = NodeViews(), version.structure
    for subject in subjects:
        kept.keep(version.objects_of(subject, NOW).view.node_view, 2)
    assert [kept.lasting(structure, subject, NOW) is not None for subject in subjects] == [False, True, True]
    renamed = (await memory.version(await memory.rename("Later"))).structure
    kept.renew(structure, structure)
    assert len(kept) == 2
    kept.renew(structure, renamed)
    assert len(kept) == 0


def _turns(holds: Callable[[int], bool]) -> list[tuple[int, bool]]:
    """At which seconds from NOW an answer, False at first, turns; asked just before, at and just after each."""
    turns, last = [], False
    for second in range(5):
        instant = NOW + second * SECOND
        for at in (instant, instant + 1, instant + SECOND - 1):
            if holds(at) is not last:
                last = not last
                assert at == instant, "it turned between two seconds"
                turns.append((second, last))
    return turns


async def test_a_key_that_ends_ends_its_view(memory: Memory) -> None:
    memory.draft.key("short", "ada", expires_at=NOW + SECOND)
    version, short = await memory.version(), memory.subject("short")
    assert version.objects_of(short, NOW).view.sees(memory.ids["acme"])
    assert version.objects_of(short, NOW + SECOND - 1).view.sees(memory.ids["acme"])
    assert not version.objects_of(short, NOW + SECOND).view.sees(memory.ids["acme"])
