"""The write kernel: one revision for each change, folded, in order, and recorded."""

import json
from collections.abc import Callable

import pytest
from sqlalchemy import Connection, event
from sqlalchemy.exc import IntegrityError

from app.db.engine import Database
from app.db.tables import Identity, Membership, Organization, Project, Role, Team, User, table_of
from app.policy.kinds import Kind
from app.policy.vocabulary import Permission, ProjectKind
from app.store.changeset import Changed
from app.store.fact_versions import write_versions
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


NEVER = "never"
FOLDED: list[tuple[str, Callable[[Writer, str, str], object], tuple[str | None, str | None] | str]] = [
    ("set twice", lambda w, _, t: (w.set(Team, t, name="A"), w.set(Team, t, name="B")), ("Search", "B")),
    ("set and set back", lambda w, _, t: (w.set(Team, t, name="A"), w.set(Team, t, name="Search")), NEVER),
    ("set to what it is", lambda w, _, t: w.set(Team, t, name="Search", isolated=False), NEVER),
    ("set to nothing else", lambda w, _, t: w.set(Team, t), NEVER),
    ("set and end", lambda w, _, t: (w.set(Team, t, name="A"), w.end(Team, t)), ("Search", None)),
    (
        "end and add again",
        lambda w, o, t: (w.end(Team, t), w.add(Team, o, id=t, parent_id=o, slug="search", name="B")),
        ("Search", "B"),
    ),
    (
        "end and add again as it was",
        lambda w, o, t: (w.end(Team, t), w.add(Team, o, id=t, parent_id=o, **TEAM)),
        NEVER,
    ),
]


@pytest.mark.parametrize(("change", "expected"), [each[1:] for each in FOLDED], ids=[each[0] for each in FOLDED])
async def test_one_fact_changes_once_in_a_revision(
    database: Database,
    change: Callable[[Writer, str, str], object],
    expected: tuple[str | None, str | None] | str,
) -> None:
    org = await new_organization(database)
    team = new_id(Kind.TEAM)
    await commit(database, [org], lambda writer: writer.add(Team, org, id=team, parent_id=org, **TEAM))
    numbers = await commit(database, [org], lambda writer: change(writer, org, team))
    found = [tuple(text and json.loads(text)["name"] for text in row[2:]) for row in await changes(database, org, 3)]
    if expected == NEVER:
        assert (numbers, found, len(await revisions(database, org))) == ({}, [], 2)
    else:
        assert (numbers, found) == ({org: 3}, [expected])
        assert len(await versions(database, Team, team)) == (1 if expected[1] is None else 2)


async def test_what_is_added_and_set_is_added_so(database: Database) -> None:
    org = await new_organization(database)

    def change(writer: Writer) -> None:
        team = writer.add(Team, org, parent_id=org, **TEAM)
        writer.set(Team, team, name="Find")

    await commit(database, [org], change)
    [(_, team, before, after)] = await changes(database, org, 2)
    assert before is None
    assert json.loads(after or "")["name"] == "Find"
    assert len(await versions(database, Team, team)) == 1


async def test_what_is_added_and_ended_leaves_no_trace(database: Database) -> None:
    org = await new_organization(database)
    teams: list[str] = []

    def change(writer: Writer) -> None:
        teams.append(writer.add(Team, org, parent_id=org, **TEAM))
        writer.end(Team, teams[0])

    assert await commit(database, [org], change) == {}
    identities = table_of(Identity)
    known = await database.read(lambda c: c.execute(identities.select().where(identities.c.id == teams[0])).all())
    assert known == []


async def test_a_name_that_is_given_up_can_be_taken_in_the_same_revision(database: Database) -> None:
    org = await new_organization(database)
    ids = [new_id(Kind.TEAM) for _ in range(3)]

    def begin(writer: Writer) -> None:
        for id, slug in zip(ids[:2], "ab", strict=True):
            writer.add(Team, org, id=id, parent_id=org, slug=slug, name=slug)

    def exchange(writer: Writer) -> None:
        writer.add(Team, org, id=ids[2], parent_id=org, slug="b", name="new")
        writer.set(Team, ids[1], slug="a")
        writer.end(Team, ids[0])

    await commit(database, [org], begin)
    assert await commit(database, [org], exchange) == {org: 3}


async def test_a_name_that_is_taken_is_refused_and_nothing_is_written(database: Database) -> None:
    org = await new_organization(database)
    await commit(database, [org], lambda writer: writer.add(Team, org, parent_id=org, **TEAM))
    with pytest.raises(IntegrityError):
        await commit(database, [org], lambda writer: writer.add(Team, org, parent_id=org, **TEAM))
    assert len(await revisions(database, org)) == 2
    assert await commit(database, [org], lambda w: w.add(Team, org, parent_id=org, slug="s", name="S")) == {org: 3}


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


async def test_the_clock_is_not_read_before_the_lock(database: Database) -> None:
    """Who reads it and then waits may come after somebody who read it later."""
    seen: list[str] = []

    def clock() -> int:
        seen.append("clock")
        return 1

    def change(connection: Connection) -> None:
        event.listen(connection, "before_execute", lambda *_: seen.append("statement"))
        lock(connection, [INSTANCE], clock)

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


REFUSED: list[tuple[str, Callable[[Writer, str, str], object], type[Exception]]] = [
    ("an unknown column", lambda w, o, _: w.add(Team, o, parent_id=o, **TEAM, colour="red"), TypeError),
    ("a column too few", lambda w, o, _: w.add(Team, o, parent_id=o, slug="x"), TypeError),
    ("an unknown column to set", lambda w, _, t: w.set(Team, t, colour="red"), TypeError),
    ("what every fact has", lambda w, _, t: w.set(Team, t, since=1), TypeError),
    ("an id of another kind", lambda w, o, _: w.add(Team, o, id=new_id(Kind.ROLE), parent_id=o, **TEAM), ValueError),
    ("an id that is none", lambda w, o, _: w.add(Team, o, id="team", parent_id=o, **TEAM), ValueError),
    ("a ledger not held", lambda w, o, _: w.add(User, INSTANCE, name="Ann"), KeyError),
    ("setting what is not there", lambda w, o, _: w.set(Team, new_id(Kind.TEAM), name="x"), LookupError),
    ("ending what is not there", lambda w, o, _: w.end(Team, new_id(Kind.TEAM)), LookupError),
    ("setting what has ended", lambda w, _, t: (w.end(Team, t), w.set(Team, t, name="x")), LookupError),
    ("ending twice", lambda w, _, t: (w.end(Team, t), w.end(Team, t)), LookupError),
    ("adding twice", lambda w, o, t: [w.add(Team, o, id=t, parent_id=o, **TEAM) for _ in range(2)], ValueError),
    ("adding what is there", lambda w, o, t: w.add(Team, o, id=t, parent_id=o, slug="x", name="x"), IntegrityError),
]


@pytest.mark.parametrize(("change", "error"), [each[1:] for each in REFUSED], ids=[each[0] for each in REFUSED])
async def test_refused(
    database: Database, change: Callable[[Writer, str, str], object], error: type[Exception]
) -> None:
    org = await new_organization(database)
    team = new_id(Kind.TEAM)
    await commit(database, [org], lambda w: w.add(Team, org, id=team, parent_id=org, slug="there", name="There"))
    with pytest.raises(error):
        await commit(database, [org], lambda writer: change(writer, org, team))
    assert len(await revisions(database, org)) == 2


async def test_what_ended_earlier_is_not_there(database: Database) -> None:
    org = await new_organization(database)
    team = new_id(Kind.TEAM)
    await commit(database, [org], lambda writer: writer.add(Team, org, id=team, parent_id=org, **TEAM))
    await commit(database, [org], lambda writer: writer.end(Team, team))
    for change in (lambda writer: writer.set(Team, team, name="x"), lambda writer: writer.end(Team, team)):
        with pytest.raises(LookupError, match=team):
            await commit(database, [org], change)


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


async def test_adding_to_a_ledger_that_is_not_held_fails_where_it_is_done(database: Database) -> None:
    org = await new_organization(database)

    def change(writer: Writer) -> None:
        with pytest.raises(KeyError, match=INSTANCE):
            writer.add(User, INSTANCE, name="Ann")

    assert await commit(database, [org], change) == {}


async def test_a_fact_of_a_ledger_that_is_not_held_is_refused(database: Database) -> None:
    org, other = await new_organization(database), await new_organization(database)
    with pytest.raises(KeyError):
        await commit(database, [org], lambda writer: writer.set(Organization, other, name="x"))


async def test_a_ledger_that_is_not_there_cannot_be_held(database: Database) -> None:
    with pytest.raises(LookupError, match="org_none"):
        await commit(database, [INSTANCE, "org_none"], lambda writer: None)


async def test_a_row_closed_behind_our_back_is_noticed(database: Database) -> None:
    org = await new_organization(database)
    gone = Changed(new_id(Kind.TEAM), Team, org, before={}, after=None, is_new=False)
    with pytest.raises(RuntimeError, match="`teams` that was to be closed"):
        await database.write(lambda connection: write_versions(connection, [gone], {org: 2}))


async def test_everybody_locks_in_one_order(database: Database) -> None:
    """However they are named; else two writers could wait for each other."""
    orgs = [await new_organization(database) for _ in range(3)]
    await commit(database, [min(orgs)], lambda writer: writer.set(Organization, min(orgs), name="the busiest"))

    def held(connection: Connection) -> list[str]:
        return list(lock(connection, [*sorted(orgs, reverse=True), INSTANCE], now)._heads)

    assert await database.write(held) == [INSTANCE, *sorted(orgs)]
