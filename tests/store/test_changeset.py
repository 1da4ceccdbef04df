"""Whatever is done to a fact in one revision, it changes once; and what cannot be done is refused."""

import json
from collections.abc import Callable

import pytest
from sqlalchemy.exc import IntegrityError

from app.db.engine import Database
from app.db.tables import Identity, Organization, Team, User, table_of
from app.policy.kinds import Kind
from app.store.changeset import Changed
from app.store.fact_versions import write_versions
from app.store.identities import new_id
from app.store.ledger import INSTANCE, Writer
from tests.store.ledgers import changes, commit, new_organization, revisions, versions

TEAM = {"slug": "search", "name": "Search"}


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


async def test_a_row_closed_behind_our_back_is_noticed(database: Database) -> None:
    org = await new_organization(database)
    gone = Changed(new_id(Kind.TEAM), Team, org, before={}, after=None, is_new=False)
    with pytest.raises(RuntimeError, match="`teams` that was to be closed"):
        await database.write(lambda connection: write_versions(connection, [gone], {org: 2}))
