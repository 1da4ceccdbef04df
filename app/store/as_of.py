"""Reading rows as of a revision: nothing that a fact says is ever updated in place."""

from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, Table, and_, or_, select

from app.db.tables import Identity, table_of

CHUNK = 1_000
"""How many ids one statement asks for at most: drivers limit their parameters."""


def as_of(table: Table, revision: int) -> ColumnElement[bool]:
    """The rows of a fact table that were true at a revision of their ledger."""
    return and_(table.c.since <= revision, or_(table.c.until.is_(None), table.c.until > revision))


def rows_at(
    connection: Connection,
    table: Table,
    ledger_id: str,
    revision: int,
    ids: Iterable[str] | None = None,
    by: str = "id",
) -> Iterator[Row[Any]]:
    """The rows of one ledger at a revision with `created_at`, in order of creation.

    With `ids`, only those whose column `by` is among them.
    """
    identities = table_of(Identity)
    query = (
        select(table, identities.c.created_at, identities.c.ordinal)
        .join(identities, identities.c.id == table.c.id)
        .where(table.c.ledger_id == ledger_id, as_of(table, revision))
        .order_by(identities.c.ordinal)
    )
    rows = chunked(connection, query, table.c[by], ids)
    # Each statement answers in order; several of them, one after the other, don't.
    yield from rows if ids is None else sorted(rows, key=attrgetter("ordinal"))


def chunked(
    connection: Connection, query: Select[Any], column: ColumnElement[str], ids: Iterable[str] | None
) -> Iterator[Row[Any]]:
    """The rows of a query, narrowed to where `column` is one of `ids` unless that is None."""
    if ids is None:
        yield from connection.execute(query)
        return
    wanted: Sequence[str] = sorted(set(ids))
    for start in range(0, len(wanted), CHUNK):
        yield from connection.execute(query.where(column.in_(wanted[start : start + CHUNK])))
