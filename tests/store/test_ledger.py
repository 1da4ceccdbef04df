"""The write kernel: one revision for each change, folded, in order, and recorded."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection

from app.db.engine import Database
from app.db.statements import Statement
from app.db.tables import Identity, Membership, Organization, Project, Role, Team, User, table_of
from app.policy.kinds import Kind
from app.policy.vocabulary import Permission, ProjectKind
from app.store.identities import new_id
from app.store.ledger import INSTANCE, MOST_FACTS, Record, Writer, lock
from tests.store.ledgers import changes, commit, new_organization, now, revisions, versions

TEAM = {"slug": "search", "name": "Search"}


async def test_adding_setting_and_ending(database: Database) -> None:
    org = await new_organization(database)
    team = new_id(Kind.TEAM)
    added = await commit(database, [org], lambda writer: writer.add(Team, org, id=team, parent_id=org, **TEAM))
    changed = await commit(database, [org], lambda writer: writer.set(Team, team, name="Find"))
    ended = await commit(database, [org], lambda writer: writer.end(Team, team))
    assert [added, changed, ended] == [{org: 2}, {org: 3}, {org: 4}]
    row = {"id": team, "ledger_id": org, "parent_id": org, "slug": "search", "isolated": False}
    assert await versions(database, Team, team) == [
        row | {"since": 2, "until": 3, "name": "Search"},
        row | {"since": 3, "until": 4, "name": "Find"},
    ]
    before = f'{{"isolated":false,"name":"Search","parent_id":"{org}","slug":"search"}}'
    after = before.replace("Search", "Find")
    assert await changes(database, org, 2) == [("tea", team, None, before)]
    assert await changes(database, org, 3) == [("tea", team, before, after)]
    assert await changes(database, org, 4) == [("tea", team, after, None)]


async def test_the_record(database: Database) -> None:
    org = await new_organization(database)
    people: list[str] = []
    await commit(database, [INSTANCE], lambda writer: people.append(writer.add(User, INSTANCE, name="Ann")))
    record = Record("updateOrganization", actor_id=people[0], target_id=org, target_name="Acme", reason="a new name")
    await commit(database, [org], lambda writer: writer.set(Organization, org, name="Apex"), record)
    first, second = await revisions(database, org)
    assert (second.number, second.action, second.actor_id, second.api_key_id) == (2, record.action, people[0], None)
    assert (second.target_id, second.target_name, second.reason) == (org, "Acme", "a new name")
    assert first.previous_hash is None
    assert second.previous_hash == first.hash != second.hash
    assert second.id.startswith("aud_")


async def test_one_record_may_span_ledgers(database: Database) -> None:
    org, other = await new_organization(database), await new_organization(database)
    ids: list[str] = []

    def change(writer: Writer) -> None:
        user = writer.add(User, INSTANCE, name="Ann", email="ann@example.com", email_folded="ann@example.com")
        ids.extend([user, writer.add(Membership, org, subject_id=user, node_id=org, role_ids=["VIEWER"])])

    numbers = await commit(database, [org, INSTANCE, other], change, Record("addMembership", target_id=org))
    assert numbers == {INSTANCE: 1, org: 2}
    [instance], organization = await revisions(database, INSTANCE), (await revisions(database, org))[-1]
    assert (instance.action, instance.target_id) == (organization.action, organization.target_id)
    assert instance.instant == organization.instant
    assert [row[1] for row in await changes(database, INSTANCE, 1)] == [ids[0]]
    assert [row[1] for row in await changes(database, org, 2)] == [ids[1]]


async def test_identities_are_numbered_by_creation(database: Database) -> None:
    org = await new_organization(database)
    ids: list[str] = []

    def change(writer: Writer) -> None:
        ids.extend(writer.add(Team, org, parent_id=org, slug=slug, name=slug) for slug in "abc")
        writer.end(Team, ids.pop(1))

    await commit(database, [org], change)
    await commit(database, [org], lambda w: ids.append(w.add(Team, org, parent_id=org, slug="d", name="D")))
    table = table_of(Identity)
    query = table.select().where(table.c.ledger_id == org).order_by(table.c.ordinal)
    rows = await database.read(lambda connection: connection.execute(query).all())
    assert [(row.id, row.ordinal) for row in rows] == list(zip([org, *ids], [1, 2, 3, 4], strict=True))
    instants = [revision.instant for revision in await revisions(database, org)]
    assert [row.created_at for row in rows] == [instants[0], instants[1], instants[1], instants[2]]
    assert [row.kind for row in rows] == ["org", "tea", "tea", "tea"]


@pytest.mark.parametrize("clock", [lambda: 0, lambda: 5, lambda: -1])
async def test_instants_only_grow_whatever_the_clock_says(database: Database, clock: Callable[[], int]) -> None:
    org = await new_organization(database)
    last = (await revisions(database, org))[-1].instant

    def change(connection: Connection) -> list[int]:
        writer = lock(connection, [INSTANCE, org], clock)
        seen = []
        for name in "abc":
            seen.append(writer.instant)
            writer.set(Organization, org, name=name)
            writer.commit(Record("test"))
        return seen

    assert await database.write(change) == [last + 1, last + 2, last + 3]
    assert [revision.instant for revision in await revisions(database, org)][1:] == [last + 1, last + 2, last + 3]


async def test_the_clock_is_not_read_before_the_lock(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Who reads it and then waits may come after somebody who read it later."""
    seen: list[str] = []
    rows = Statement.rows

    def noted(*args: Any) -> Any:
        seen.append("statement")
        return rows(*args)

    def clock() -> int:
        seen.append("clock")
        return 1

    def change(connection: Connection) -> None:
        lock(connection, [INSTANCE], clock)

    monkeypatch.setattr(Statement, "rows", noted)
    await database.write(change)
    assert seen == ["statement", "clock"]


async def test_values_are_stored_in_one_form(database: Database) -> None:
    org = await new_organization(database)
    ids: list[str] = []

    def change(writer: Writer) -> None:
        permissions = frozenset({Permission.TEAM_VIEW, Permission.ORGANIZATION_VIEW})
        ids.append(writer.add(Role, org, name="Reader", name_folded="reader", permissions=permissions))
        ids.append(writer.add(Project, org, parent_id=org, slug="p", name="Ä", kind=ProjectKind.APP))
        ids.append(writer.add(Membership, org, subject_id=org, node_id=org, role_ids=("B", "A")))

    await commit(database, [org], change)
    [role], [project] = await versions(database, Role, ids[0]), await versions(database, Project, ids[1])
    [membership] = await versions(database, Membership, ids[2])
    assert role["permissions"] == '["ORGANIZATION_VIEW","TEAM_VIEW"]'
    assert (project["kind"], project["restricted"]) == ("APP", False)
    assert membership["role_ids"] == '["B","A"]'
    after = [row[3] or "" for row in await changes(database, org, 2)]
    assert '"permissions":["ORGANIZATION_VIEW","TEAM_VIEW"]' in after[0]
    assert '"name":"Ä"' in after[1]
    assert '"environment_access_mode":"FULL"' in after[2]
    same = await commit(
        database, [org], lambda w: w.set(Role, ids[0], permissions='[ "ORGANIZATION_VIEW", "TEAM_VIEW" ]')
    )
    assert same == {}


async def test_a_revision_has_at_most_a_thousand_facts(database: Database) -> None:
    org = await new_organization(database)

    def add(count: int) -> Callable[[Writer], None]:
        def change(writer: Writer) -> None:
            for number in range(count):
                writer.add(Team, org, parent_id=org, slug=str(number), name="x")

        return change

    with pytest.raises(ValueError, match="1001 facts in one revision"):
        await commit(database, [org], add(MOST_FACTS + 1))
    assert len(await revisions(database, org)) == 1
    assert await commit(database, [org], add(MOST_FACTS)) == {org: 2}
    assert len(await changes(database, org, 2)) == MOST_FACTS


async def test_several_revisions_in_one_transaction(database: Database) -> None:
    org = await new_organization(database)

    def change(connection: Connection) -> list[dict[str, int]]:
        writer = lock(connection, [org], now)
        numbers = []
        for slug in "abc":
            team = writer.add(Team, org, parent_id=org, slug=slug, name=slug)
            numbers.append(writer.commit(Record("createTeam", target_id=team)))
        return numbers

    assert await database.write(change) == [{org: 2}, {org: 3}, {org: 4}]
    assert [len(await changes(database, org, number)) for number in (2, 3, 4)] == [1, 1, 1]


async def test_a_ledger_that_is_not_there_cannot_be_held(database: Database) -> None:
    with pytest.raises(LookupError, match="org_none"):
        await commit(database, [INSTANCE, "org_none"], lambda writer: None)


async def test_everybody_locks_in_one_order(database: Database) -> None:
    """However they are named; else two writers could wait for each other."""
    orgs = [await new_organization(database) for _ in range(3)]
    await commit(database, [min(orgs)], lambda writer: writer.set(Organization, min(orgs), name="the busiest"))

    def held(connection: Connection) -> list[str]:
        return list(lock(connection, [*sorted(orgs, reverse=True), INSTANCE], now)._heads)

    assert await database.write(held) == [INSTANCE, *sorted(orgs)]
