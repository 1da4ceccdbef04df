"""Writing versions of facts: the rows that a revision closes and those that it opens."""

from collections.abc import Mapping, Sequence
from functools import cache

from sqlalchemy import Connection, bindparam, insert, update

from app.db.statements import Statement
from app.db.tables import Fact, table_of
from app.store.changeset import Changed

_CHUNK = 500


def write_versions(connection: Connection, facts: Sequence[Changed], numbers: Mapping[str, int]) -> None:
    """Close the living rows and open the new ones, at the number that each ledger's revision has.

    All are closed before any is opened, so that what one fact gives up (a name, a place) another may take. Raises
    RuntimeError when a row to be closed is not living: somebody wrote without holding the ledger.
    """
    closes: dict[tuple[type[Fact], str], list[str]] = {}
    opens: dict[type[Fact], list[dict[str, object]]] = {}
    for fact in facts:
        if fact.before is not None:
            closes.setdefault((fact.model, fact.ledger_id), []).append(fact.id)
        if fact.after is not None:
            row = {"id": fact.id, "since": numbers[fact.ledger_id], "until": None, "ledger_id": fact.ledger_id}
            opens.setdefault(fact.model, []).append(row | fact.after)
    for (model, ledger_id), ids in closes.items():
        _close(connection, model, ids, numbers[ledger_id])
    for model, rows in opens.items():
        _opening(model).run_many(connection, rows)


def _close(connection: Connection, model: type[Fact], ids: list[str], number: int) -> None:
    for start in range(0, len(ids), _CHUNK):
        chunk = ids[start : start + _CHUNK]
        if _closing(model).run(connection, {"ids": chunk, "number": number}) != len(chunk):
            raise RuntimeError(f"a row of `{model.__tablename__}` that was to be closed is not living")


@cache
def _opening(model: type[Fact]) -> Statement:
    return Statement(insert(table_of(model)))


@cache
def _closing(model: type[Fact]) -> Statement:
    table = table_of(model)
    living = table.c.id.in_(bindparam("ids", expanding=True)), table.c.until.is_(None)
    return Statement(update(table).where(*living).values(until=bindparam("number")), of="ids")
