"""The large organization: as large as it says, the same at every start, and open to who has its keys."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import Connection, func, select

from app.db import tables
from app.db.engine import Database
from app.db.migrate import upgrade
from app.db.tables import table_of
from app.policy.facts import Facts
from app.policy.structure import Structure
from app.policy.subject import Subject
from app.policy.views import View
from app.policy.vocabulary import EnvironmentAccessMode, Permission, RoleLevel, Tier
from app.services.audit import ledgers, verify_ledger
from app.services.demo.large.load import is_large, large_people, load_large
from app.services.demo.large.size import GROWTH, Size
from app.services.demo.load import is_demo
from app.store.ledger import INSTANCE, MOST_FACTS
from app.store.snapshot import load_facts
from tests.conformance.house import House, open_house

SMALL = Size(environments=100, projects=24, teams=9, people=40, keys=12)


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    async with open_house(database_url) as house:
        yield house


async def _load(house: House, size: Size) -> bool:
    return await load_large(house.instance.database, house.instance.pepper, house.instance.clock, size)


def _facts(connection: Connection) -> Facts:
    """The organization as it is, which is the only one."""
    heads = table_of(tables.Ledger)
    revisions = {row.id: row.revision for row in connection.execute(select(heads))}
    instance = revisions.pop(INSTANCE)
    ((id, revision),) = revisions.items()
    facts = load_facts(connection, id, revision, instance)
    assert facts is not None
    return facts


def _view(house: House, facts: Facts, number: int) -> View:
    """What the person of this number sees."""
    person = next(person for person in facts.people.values() if person.name.endswith(f" {number}"))
    return View(Structure(facts), Subject(person), house.now())


async def test_it_is_as_large_as_it_says_and_as_mixed(house):
    assert await _load(house, Size())
    facts = await house.instance.database.load(_facts)
    assert [len(each) for each in (facts.environments, facts.projects, facts.teams, facts.people)] == [
        1_200,
        400,
        20,
        500,
    ]
    assert sum(project.restricted for project in facts.projects.values()) == 100
    modes = [
        membership.mode
        for person in facts.people
        for membership in facts.memberships_of(person)
        if membership.node_id == facts.organization.id
    ]
    assert modes.count(EnvironmentAccessMode.LIMITED) == 50
    assert facts.organization.environment_access_enabled
    structure = Structure(facts)
    guarded = [bool(matching.all) for matching in structure.matching[: len(structure.environments)]]
    production = [environment.tier is Tier.PRODUCTION for environment in structure.environments]
    assert (sum(production), sum(guarded)) == (400, 133)
    assert not any(guard and not serves for guard, serves in zip(guarded, production, strict=True))
    assert max(len(facts.path(team)) for team in facts.teams) > 3  # nested


async def test_whoever_is_named_may_be_named(house):
    """As the mutations would have it: who holds MEMBER on the scope, and teams that are there, below it or on it."""
    assert await _load(house, SMALL)
    facts = await house.instance.database.load(_facts)
    structure = Structure(facts)
    for restriction in facts.restrictions.values():
        assert restriction.grants
        for grant in restriction.grants:
            if grant.user_id is not None:
                view = View(structure, Subject(facts.people[grant.user_id]), house.now())
                level = view.standing.level(structure.node_number[restriction.scope_id])
                assert level is not None
                assert level >= RoleLevel.MEMBER
            elif grant.team_id is not None:
                on_scope = facts.membership_on(grant.team_id, restriction.scope_id)
                assert grant.team_id == restriction.scope_id or on_scope is not None


@pytest.mark.parametrize("size", [SMALL, Size(1, 1, 1, 3, 3), Size(50, 9, 40, 700, 600)], ids=str)
async def test_its_audit_is_whole_and_no_revision_holds_too_much(house, size):
    assert await _load(house, size)
    for ledger in await ledgers(house.instance.database, None):
        assert await verify_ledger(house.instance.database, ledger, lambda _: None) is None

    def most(connection: Connection) -> int:
        changes = table_of(tables.Change)
        counts = select(func.count()).select_from(changes).group_by(changes.c.ledger_id, changes.c.revision)
        return max(connection.execute(counts).scalars())

    assert await house.instance.database.read(most) <= MOST_FACTS


async def test_it_is_the_same_in_every_store(house, tmp_path: Path):
    url = f"sqlite:///{tmp_path}/other.db"
    await asyncio.to_thread(upgrade, url)
    other = Database.open(url)
    said: list[int] = []
    assert await load_large(other, house.instance.pepper, house.instance.clock, SMALL, said.append)
    assert await _load(house, SMALL)
    one, two = await house.instance.database.load(_facts), await other.load(_facts)
    await other.close()
    for name in ("environments", "projects", "teams", "people", "restrictions"):
        these, those = ([replace(each, created_at=0) for each in getattr(facts, name).values()] for facts in (one, two))
        assert these == those
    assert said
    assert said == sorted(said)
    assert said[-1] > sum(len(each) for each in (one.environments, one.projects, one.teams, one.people))


async def test_it_goes_into_an_empty_store_alone(house):
    assert await _load(house, SMALL)
    assert not await _load(house, SMALL)
    assert await house.instance.database.read(lambda c: is_large(c, house.instance.pepper))
    assert not await house.instance.database.read(lambda c: is_large(c, b"another secret, long enough"))
    assert not await house.instance.database.read(lambda c: is_demo(c, house.instance.pepper))


async def test_who_has_a_key_sees_environments_and_manages_a_restriction(house):
    size = Size()
    assert await _load(house, size)
    people = large_people(house.instance.pepper, size)
    assert len({person.key for person in people}) == size.keys
    facts = await house.instance.database.load(_facts)
    for number, person in enumerate(people):
        caller = house.caller(person.name, "", person.key)
        asked = await caller.ask(
            'query { viewer { user { name } } organization(slug: "large") { environments { totalCount } } }'
        )
        assert asked["viewer"]["user"]["name"] == person.name
        view = _view(house, facts, number)
        seen = sum(map(view.sees, facts.environments))
        assert 10 < asked["organization"]["environments"]["totalCount"] == seen
        managed = [r for r in facts.restrictions.values() if view.may(Permission.ENVIRONMENT_RESTRICT, r.scope_id)]
        assert not all(restriction.admin_bypass for restriction in managed)


def test_growth_is_measured_at_sizes_that_grow():
    assert [size.environments for size in GROWTH] == [1_000, 10_000, 100_000]
    assert all(size.projects == size.environments // 3 for size in GROWTH)


@pytest.mark.parametrize(
    "wrong", [{"environments": 0}, {"projects": 1_201}, {"projects": 0}, {"teams": 0}, {"people": 2}]
)
def test_what_could_not_be_is_refused(wrong):
    with pytest.raises(ValueError, match="at least"):
        Size(**wrong)
