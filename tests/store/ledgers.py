"""What the tests of the kernel do again and again."""

from collections.abc import Callable
from itertools import count
from typing import Any

from sqlalchemy import Connection, Row, select

from app.db.engine import Database
from app.db.tables import Change, Fact, Organization, Revision, table_of
from app.policy.kinds import Kind
from app.store.identities import new_id
from app.store.ledger import INSTANCE, Record, Writer, lock

_ticks = count(1_000_000)


def now() -> int:
    """A clock of the tests: each look at it is a microsecond."""
    return next(_ticks)


async def new_organization(database: Database) -> str:
    """The id of an organization, which is the only fact of its ledger."""

    def create(connection: Connection) -> str:
        writer = lock(connection, [INSTANCE], now)
        id = new_id(Kind.ORGANIZATION)
        writer.create_ledger(id)
        writer.add(Organization, id, id=id, slug=id, name="Acme")
        writer.commit(Record("createOrganization", target_id=id))
        return id

    return await database.write(create)


async def commit(
    database: Database, ledger_ids: list[str], change: Callable[[Writer], object], record: Record | None = None
) -> dict[str, int]:
    """What one transaction with one commit gives."""

    def run(connection: Connection) -> dict[str, int]:
        writer = lock(connection, ledger_ids, now)
        change(writer)
        return writer.commit(record or Record("test"))

    return await database.write(run)


async def versions(database: Database, model: type[Fact], id: str) -> list[dict[str, Any]]:
    """Every version of one thing, the oldest first."""
    table = table_of(model)
    query = select(table).where(table.c.id == id).order_by(table.c.since)
    return await database.read(lambda connection: [row._asdict() for row in connection.execute(query)])


async def revisions(database: Database, ledger_id: str) -> list[Row[Any]]:
    """The revisions of a ledger, in order."""
    table = table_of(Revision)
    query = select(table).where(table.c.ledger_id == ledger_id).order_by(table.c.number)
    return await database.read(lambda connection: list(connection.execute(query)))


async def changes(database: Database, ledger_id: str, revision: int) -> list[tuple[str, str, str | None, str | None]]:
    """The changes of a revision: kind, fact, before, after."""
    table = table_of(Change)
    query = (
        select(table.c.kind, table.c.fact_id, table.c.before, table.c.after)
        .where(table.c.ledger_id == ledger_id, table.c.revision == revision)
        .order_by(table.c.position)
    )
    return await database.read(lambda connection: [tuple(row) for row in connection.execute(query)])
