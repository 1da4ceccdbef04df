"""Whatever is altered in a ledger's record is found, at the revision where it was altered."""

import hashlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Connection, delete, insert, select, update

from app.db.engine import Database
from app.db.tables import Change, Ledger, Organization, Revision, Team, User, table_of
from app.store import chain
from app.store.chain import Broken, verify
from app.store.ledger import INSTANCE, Record
from tests.store.ledgers import commit, new_organization

REVISIONS, CHANGES, LEDGERS = table_of(Revision), table_of(Change), table_of(Ledger)
LAST = 5


class UndoError(Exception):
    """Raised to roll back what was tampered with; holds what was found."""


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a chain of a few revisions has several of them."""
    monkeypatch.setattr(chain, "BATCH", 2)


@pytest.fixture
async def org(database: Database) -> str:
    """An organization with LAST revisions, the second with two changes; and another one."""
    await new_organization(database)
    org = await new_organization(database)
    users: list[str] = []
    await commit(database, [INSTANCE], lambda writer: users.append(writer.add(User, INSTANCE, name="Ann")))
    await commit(
        database, [org], lambda w: [w.add(Team, org, parent_id=org, slug=slug, name=slug) for slug in ("a", "b")]
    )
    for name in "xyz":
        record = Record("updateOrganization", actor_id=users[0], target_id=org, target_name=name, reason="so")
        await commit(database, [org], lambda writer, name=name: writer.set(Organization, org, name=name), record)  # type: ignore[misc]
    return org


@pytest.fixture
async def stranger(database: Database) -> str:
    """An identity that nothing in that ledger names."""
    ids: list[str] = []
    await commit(database, [INSTANCE], lambda writer: ids.append(writer.add(User, INSTANCE, name="Bob")))
    return ids[0]


async def found_after(database: Database, org: str, *statements: Any) -> Broken | None:
    """What is found once the statements have been executed; they are rolled back."""

    def tamper(connection: Connection) -> None:
        for statement in statements:
            assert connection.execute(statement).rowcount > 0
        raise UndoError(verify(connection, org))

    with pytest.raises(UndoError) as undo:
        await database.write(tamper)
    found: Broken | None = undo.value.args[0]
    return found


async def test_an_untouched_chain_stands(database: Database, org: str) -> None:
    progress: list[int] = []
    assert await database.load(lambda connection: verify(connection, org, progress.append)) is None
    assert progress == [2, 4, 5]
    assert await database.load(lambda connection: verify(connection, INSTANCE)) is None


async def test_an_empty_chain_stands(database: Database) -> None:
    assert await database.load(lambda connection: verify(connection, INSTANCE)) is None


async def test_an_unknown_ledger(database: Database) -> None:
    with pytest.raises(LookupError, match="org_none"):
        await database.load(lambda connection: verify(connection, "org_none"))


COLUMNS = [column.name for column in REVISIONS.columns if column.name not in {"ledger_id", "number"}]


@pytest.mark.parametrize("column", COLUMNS)
async def test_every_column_of_a_revision(database: Database, org: str, stranger: str, column: str) -> None:
    value = REVISIONS.c.instant + 1 if column == "instant" else stranger
    for number in range(1, LAST + 1):
        this = (REVISIONS.c.ledger_id == org) & (REVISIONS.c.number == number)
        found = await found_after(database, org, update(REVISIONS).where(this).values({column: value}))
        assert found is not None
        assert found.number == number


@pytest.mark.parametrize("column", ["kind", "fact_id", "before", "after", "position"])
async def test_every_column_of_a_change(database: Database, org: str, stranger: str, column: str) -> None:
    value = 7 if column == "position" else stranger
    for number in range(1, LAST + 1):
        this = (CHANGES.c.ledger_id == org) & (CHANGES.c.revision == number) & (CHANGES.c.position == 0)
        found = await found_after(database, org, update(CHANGES).where(this).values({column: value}))
        assert found is not None
        assert found.number == number


async def test_changes_that_were_removed_added_or_exchanged(database: Database, org: str) -> None:
    of_second = (CHANGES.c.ledger_id == org) & (CHANGES.c.revision == 2)
    more = {"ledger_id": org, "revision": 3, "position": 1, "kind": "org", "fact_id": org, "after": "{}"}
    exchange = [
        update(CHANGES).where(of_second, CHANGES.c.position == old).values(position=new)
        for old, new in [(0, 9), (1, 0), (9, 1)]
    ]
    for statements, number in [
        ([delete(CHANGES).where(of_second, CHANGES.c.position == 0)], 2),
        ([delete(CHANGES).where(of_second, CHANGES.c.position == 1)], 2),
        ([delete(CHANGES).where(of_second)], 2),
        ([insert(CHANGES).values(more)], 3),
        (exchange, 2),
    ]:
        found = await found_after(database, org, *statements)
        assert found is not None
        assert found.number == number


async def test_revisions_that_were_removed(database: Database, org: str) -> None:
    for number in range(1, LAST + 1):
        found = await found_after(
            database,
            org,
            delete(CHANGES).where(CHANGES.c.ledger_id == org, CHANGES.c.revision == number),
            delete(REVISIONS).where(REVISIONS.c.ledger_id == org, REVISIONS.c.number == number),
        )
        assert found is not None
        assert found.number == number


@pytest.mark.parametrize("column", ["revision", "instant", "hash"])
async def test_the_head(database: Database, org: str, column: str) -> None:
    this = LEDGERS.c.id == org
    value = "0" * 64 if column == "hash" else LEDGERS.c[column] - 1
    found = await found_after(database, org, update(LEDGERS).where(this).values({column: value}))
    assert found == Broken(LAST, "the ledger's head is not its last revision")


def forge(connection: Connection, org: str, numbers: range) -> None:
    """Give revisions the hashes that they would have had, as somebody would who knows how."""
    previous = None
    for row in connection.execute(select(REVISIONS).where(REVISIONS.c.ledger_id == org).order_by(REVISIONS.c.number)):
        this = (CHANGES.c.ledger_id == org) & (CHANGES.c.revision == row.number)
        c = CHANGES.c
        query = select(c.kind, c.fact_id, c.before, c.after).where(this).order_by(c.position)
        content = row._asdict() | {"changes": [chain.ChangeText(*change) for change in connection.execute(query)]}
        hash = content.pop("hash")
        if row.number in numbers:
            content["previous_hash"] = previous
            hash = chain.revision_hash(**content)
            this = (REVISIONS.c.ledger_id == org) & (REVISIONS.c.number == row.number)
            connection.execute(update(REVISIONS).where(this).values(hash=hash, previous_hash=previous))
        previous = hash
    connection.execute(update(LEDGERS).where(LEDGERS.c.id == org).values(hash=previous))


@pytest.mark.parametrize(
    ("forged", "expected"),
    [
        (range(3, 4), Broken(4, "the previous hash is not that of the revision before")),
        (range(3, LAST + 1), None),  # whoever can rewrite all that follows is only found out by a hash kept elsewhere
    ],
)
async def test_a_revision_that_was_hashed_anew(
    database: Database, org: str, forged: range, expected: Broken | None
) -> None:
    def tamper(connection: Connection) -> None:
        third = (REVISIONS.c.ledger_id == org) & (REVISIONS.c.number == 3)
        connection.execute(update(REVISIONS).where(third).values(reason="forged"))
        forge(connection, org, forged)
        raise UndoError(verify(connection, org))

    with pytest.raises(UndoError) as undo:
        await database.write(tamper)
    assert undo.value.args[0] == expected


async def test_a_chain_hashed_anew_must_still_be_one(database: Database, org: str) -> None:
    def remove_the_third(connection: Connection) -> None:
        connection.execute(delete(CHANGES).where(CHANGES.c.ledger_id == org, CHANGES.c.revision == 3))
        connection.execute(delete(REVISIONS).where(REVISIONS.c.ledger_id == org, REVISIONS.c.number == 3))

    def turn_back_the_clock(connection: Connection) -> None:
        second = select(REVISIONS.c.instant).where(REVISIONS.c.ledger_id == org, REVISIONS.c.number == 2)
        instant = connection.execute(second).scalar_one()
        third = (REVISIONS.c.ledger_id == org) & (REVISIONS.c.number == 3)
        connection.execute(update(REVISIONS).where(third).values(instant=instant))

    for change, problem in [
        (remove_the_third, "the revision is missing"),
        (turn_back_the_clock, "the instant is not after that of the revision before"),
    ]:

        def tamper(connection: Connection, change: Callable[[Connection], None] = change) -> None:
            change(connection)
            forge(connection, org, range(1, LAST + 1))
            raise UndoError(verify(connection, org))

        with pytest.raises(UndoError) as undo:
            await database.write(tamper)
        assert undo.value.args[0] == Broken(3, problem)


async def test_the_hash_is_what_its_docstring_says(database: Database, org: str) -> None:
    """Stated once more, as somebody would who has the rows alone."""
    third = (REVISIONS.c.ledger_id == org) & (REVISIONS.c.number == 3)
    row = await database.read(lambda c: c.execute(select(REVISIONS).where(third)).mappings().one())
    of_third = (CHANGES.c.ledger_id == org) & (CHANGES.c.revision == 3)
    changes = await database.read(lambda c: c.execute(select(CHANGES).where(of_third)).mappings().all())
    content = {key: row[key] for key in row if key not in {"hash", "previous_hash"}}
    content["changes"] = [[each[key] for key in ("kind", "fact_id", "before", "after")] for each in changes]
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert row["hash"] == hashlib.sha256((row["previous_hash"] + "\n" + text).encode()).hexdigest()
