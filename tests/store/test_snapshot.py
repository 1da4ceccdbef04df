"""For random histories: the facts at every revision, from scratch and by catching up, are those of a naive model."""

import asyncio
from functools import partial
from itertools import combinations, product

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from sqlalchemy import Connection

from app.db import tables
from app.db.engine import Database
from app.policy.facts import Facts
from app.policy.kinds import Kind
from app.store.identities import new_id
from app.store.ledger import INSTANCE, Writer
from app.store.snapshot import catch_up, load_facts
from tests.store.ledgers import commit, new_organization
from tests.store.naive_facts import PARTS, said
from tests.store.naive_history import History, Moment, Step, histories
from tests.store.naive_values import NEW

_quick = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]  # each example has organizations of its own
_phases = (Phase.explicit, Phase.reuse, Phase.generate, Phase.shrink)


def loaded(connection: Connection, history: History, organization_id: str, moment: Moment) -> Facts | None:
    """The facts from scratch, which are what the model says."""
    found = load_facts(connection, organization_id, *moment.of(organization_id))
    assert said(found) == history.expected(organization_id, *moment.of(organization_id))
    if found is not None:
        assert (found.revision, found.instance_revision) == moment.of(organization_id)
    return found


def assert_shared(earlier: Facts, caught_up: Facts) -> None:
    """Nothing that is as it was is there twice."""
    if earlier.organization == caught_up.organization:
        assert earlier.organization is caught_up.organization
    for name in PARTS:
        before, after = getattr(earlier, name), getattr(caught_up, name)
        for id in before.keys() & after.keys():
            assert before[id] is after[id] or before[id] != after[id], f"{name}: {id} was copied"


async def check(database: Database, history: History) -> None:
    """Every pair of moments of a history."""

    def look(connection: Connection) -> None:
        for organization_id in history.organizations:
            load = partial(loaded, connection, history, organization_id)
            facts = [load(moment) for moment in history.moments]
            for (_, earlier), (moment, later) in combinations(zip(history.moments, facts, strict=True), 2):
                if earlier is not None:
                    caught_up = catch_up(connection, earlier, *moment.of(organization_id))
                    assert said(caught_up) == said(later)
                    if caught_up is not None:
                        assert_shared(earlier, caught_up)
            first, last = history.moments[0].of(organization_id), history.moments[-1].of(organization_id)
            for revision, instance_revision in product((0, 1, last[0]), (first[1], last[1])):
                found = load_facts(connection, organization_id, revision, instance_revision)
                assert said(found) == history.expected(organization_id, revision, instance_revision)

    await database.load(look)


async def live_through(database: Database, told: list[list[Step]]) -> History:
    history = await History.begin(database)
    for steps_of_one in told:
        await history.live(steps_of_one)
    return history


def test_random_histories(database_url: str, database_kind: str) -> None:
    async def live(told: list[list[Step]]) -> None:
        database = Database.open(database_url)
        try:
            await check(database, await live_through(database, told))
        finally:
            await database.close()

    most = 15 if database_kind == "sqlite" else 3

    @settings(max_examples=most, deadline=None, phases=_phases, suppress_health_check=_quick)
    @given(told=histories)
    def every_example(told: list[list[Step]]) -> None:
        asyncio.run(live(told))

    every_example()


@pytest.mark.parametrize("kind", list(NEW))
async def test_one_kind_at_a_time(database: Database, kind: Kind) -> None:
    added, changed, ended = Step("add", kind, 4), Step("set", kind, 1), Step("end", kind, 1)
    await check(database, await live_through(database, [[added], [changed], [ended], [changed, ended], [added]]))


async def test_an_organization_that_changes_and_ends(database: Database) -> None:
    changed, ended = Step("set", Kind.ORGANIZATION, 1), Step("end", Kind.ORGANIZATION, 0)
    history = await live_through(database, [[changed], [ended], [Step("set", Kind.USER, 1)]])
    organization_id = history.organizations[0]
    assert history.expected(organization_id, *history.moments[-1].of(organization_id)) is None
    await check(database, history)


async def test_mappings_in_which_nothing_changed_are_the_same(database: Database) -> None:
    history = await live_through(database, [[Step("set", Kind.TEAM, 1)]])
    organization_id = history.organizations[0]

    def look(connection: Connection) -> None:
        before, after = (moment.of(organization_id) for moment in history.moments[-2:])
        earlier = load_facts(connection, organization_id, *before)
        assert earlier is not None
        later = catch_up(connection, earlier, *after)
        assert later is not None
        changed = [name for name in PARTS if getattr(earlier, name) is not getattr(later, name)]
        assert changed == ["teams"]
        assert (earlier.revision, later.revision) == (before[0], after[0])

    await database.load(look)


async def test_more_new_things_than_one_statement_asks_for_keep_their_order(database: Database) -> None:
    organization_id = await new_organization(database)
    ids: list[str] = []

    def add(writer: Writer) -> None:
        for number in range(len(ids), len(ids) + 600):
            named = {"slug": str(number), "name": "n"}
            ids.append(writer.add(tables.Team, organization_id, parent_id=organization_id, **named))

    for _ in range(2):
        await commit(database, [organization_id], add)

    def look(connection: Connection) -> None:
        earlier, whole = (load_facts(connection, organization_id, revision, 1) for revision in (1, 3))
        assert earlier is not None
        assert whole is not None
        assert list(whole.teams) == ids
        later = catch_up(connection, earlier, 3, 1)
        assert later is not None
        assert list(later.teams) == ids
        assert said(later) == said(whole)

    await database.load(look)


async def test_there_is_nothing_before_the_first_revision_nor_of_an_unknown_organization(database: Database) -> None:
    organization_id = await new_organization(database)

    def look(connection: Connection) -> None:
        assert load_facts(connection, organization_id, 0, 0) is None
        assert load_facts(connection, new_id(Kind.ORGANIZATION), 1, 1) is None
        assert load_facts(connection, INSTANCE, 1, 1) is None

    await database.load(look)


async def test_facts_of_one_organization_hold_nothing_of_another(database: Database) -> None:
    one, other = [await new_organization(database) for _ in range(2)]
    users: list[str] = []

    def people(writer: Writer) -> None:
        users.extend(writer.add(tables.User, INSTANCE, name=name) for name in ("ana", "ben"))
        for organization_id, user_id in zip((one, other), users, strict=True):
            held = {"role_ids": [], "environment_access_mode": "FULL"}
            writer.add(tables.Membership, organization_id, subject_id=user_id, node_id=organization_id, **held)

    await commit(database, [INSTANCE, one, other], people)

    def look(connection: Connection) -> None:
        for organization_id, user_id in zip((one, other), users, strict=True):
            found = load_facts(connection, organization_id, 2, 2)
            assert found is not None
            assert list(found.people) == [user_id]
            assert [each.subject_id for each in found.memberships.values()] == [user_id]

    await database.load(look)
