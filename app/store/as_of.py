"""Reading rows as of a revision: nothing that a fact says is ever updated in place.

What every write and every version of the facts needs is asked by statements that are made once: to make one anew costs
four times as much as to execute it.
"""

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from operator import attrgetter
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Connection, Row, Select, Table, and_, bindparam, or_, select

from app.db.statements import Statement
from app.db.tables import Identity, table_of

CHUNK = 1_000
"""How many ids one statement asks for at most: drivers limit their parameters."""


def as_of(table: Table, revision: int | BindParameter[int]) -> ColumnElement[bool]:
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
    at: dict[str, object] = {"ledger_id": ledger_id, "revision": revision}
    if ids is None:
        yield from connection.execute(_all_rows(table), at)
        return
    some = _some_rows(table, by)
    rows = [row for chunk in chunks(ids) for row in some.rows(connection, at | {"ids": chunk})]
    # Each statement answers in order; several of them, one after the other, don't.
    yield from sorted(rows, key=attrgetter("ordinal"))


@cache
def _all_rows(table: Table) -> Select[Any]:
    identities = table_of(Identity)
    return (
        select(table, identities.c.created_at, identities.c.ordinal)
        .join(identities, identities.c.id == table.c.id)
        .where(table.c.ledger_id == bindparam("ledger_id"), as_of(table, bindparam("revision")))
        .order_by(identities.c.ordinal)
    )


@cache
def _some_rows(table: Table, by: str) -> Statement:
    return Statement(_all_rows(table).where(table.c[by].in_(bindparam("ids", expanding=True))), of="ids")


def chunks(ids: Iterable[str]) -> Iterator[Sequence[str]]:
    """All ids, each once, no more at a time than one statement takes."""
    wanted = sorted(set(ids))
    for start in range(0, len(wanted), CHUNK):
        yield wanted[start : start + CHUNK]


def chunked(
    connection: Connection, query: Select[Any], column: ColumnElement[str], ids: Iterable[str] | None
) -> Iterator[Row[Any]]:
    """The rows of a query, narrowed to where `column` is one of `ids` unless that is None."""
    if ids is None:
        yield from connection.execute(query)
        return
    for chunk in chunks(ids):
        yield from connection.execute(query.where(column.in_(chunk)))
