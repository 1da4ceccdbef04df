"""What one revision is going to change, folded: whatever is done to a fact, it has one row before and one after."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, bindparam, select

from app.db.statements import Statement
from app.db.tables import Fact, table_of
from app.store.fact_values import Values, columns_of, complete

_CHUNK = 500


@dataclass(frozen=True, slots=True)
class Changed:
    """One fact that differs: its own columns before and after, None where it is not there."""

    id: str
    model: type[Fact]
    ledger_id: str
    before: Values | None
    after: Values | None
    is_new: bool


@dataclass(slots=True)
class _Pending:
    """What is to become of one fact: whole values if new, else those that change; None for its end."""

    model: type[Fact]
    values: Values | None
    new_in: str | None = None


class Changeset:
    """Facts that are going to be added, set and ended, in the order in which they were first named."""

    def __init__(self) -> None:
        self._pending: dict[str, _Pending] = {}

    def add(self, model: type[Fact], ledger_id: str, id: str, values: Values) -> None:
        """Raises ValueError when the fact is there already."""
        whole = complete(model, values)
        pending = self._pending.setdefault(id, _Pending(model, None, new_in=ledger_id))
        if pending.values is not None:
            raise ValueError(f"`{id}` is there already")
        pending.values = whole

    def set(self, model: type[Fact], id: str, values: Values) -> None:
        """Raises LookupError when the fact has been ended here."""
        pending = self._pending.setdefault(id, _Pending(model, {}))
        if pending.values is None:
            raise LookupError(f"`{id}` has ended")
        pending.values |= values

    def end(self, model: type[Fact], id: str) -> None:
        """Raises LookupError when the fact has been ended here."""
        pending = self._pending.setdefault(id, _Pending(model, {}))
        if pending.values is None:
            raise LookupError(f"`{id}` has ended")
        pending.values = None

    def changed(self, connection: Connection) -> list[Changed]:
        """What differs from the living rows, which are read now. Raises LookupError where there is none to change."""
        living = dict(self._living(connection))
        facts = (_changed(key, pending, living.get(key)) for key, pending in self._pending.items())
        return [fact for fact in facts if fact.before != fact.after]

    def _living(self, connection: Connection) -> Iterator[tuple[str, Any]]:
        ids_by_model: dict[type[Fact], list[str]] = {}
        for key, pending in self._pending.items():
            if pending.new_in is None:
                ids_by_model.setdefault(pending.model, []).append(key)
        for model, ids in ids_by_model.items():
            for start in range(0, len(ids), _CHUNK):
                rows = _living_rows(model).rows(connection, {"ids": ids[start : start + _CHUNK]})
                yield from ((row.id, row) for row in rows)


@cache
def _living_rows(model: type[Fact]) -> Statement:
    table = table_of(model)
    living = table.c.id.in_(bindparam("ids", expanding=True)), table.c.until.is_(None)
    return Statement(select(table).where(*living), of="ids")


def _changed(id: str, pending: _Pending, row: Any) -> Changed:
    if pending.new_in is not None:
        return Changed(id, pending.model, pending.new_in, None, pending.values, is_new=True)
    if row is None:
        raise LookupError(f"there is no `{id}`")
    before: Values = {name: getattr(row, name) for name in columns_of(pending.model).names}
    after = None if pending.values is None else before | pending.values
    return Changed(id, pending.model, row.ledger_id, before, after, is_new=False)
