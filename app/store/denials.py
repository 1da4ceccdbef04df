"""Refused mutations: written in batches, read by who may read the audit. They stand outside the ledgers."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, bindparam, delete, func, insert, select, tuple_

from app.db import tables
from app.db.tables import table_of
from app.policy.kinds import Kind
from app.policy.vocabulary import ErrorCode
from app.store.identities import new_id

Day = tuple[str, int]
"""A ledger, and a day since the epoch (UTC)."""


@dataclass(frozen=True, slots=True)
class Refused:
    """One refusal as it is stored; `target_id` is what was asked about."""

    ledger_id: str
    instant: int
    day: int
    actor_id: str
    api_key_id: str | None
    action: str
    target_id: str
    code: ErrorCode


def denials_by_day(connection: Connection, days: Collection[Day]) -> dict[Day, Counter[str]]:
    """How many refusals of each actor each ledger keeps of each day."""
    columns = table_of(tables.Denial).c
    counts = {}
    for ledger_id, day in days:
        query = select(columns.actor_id, func.count().label("kept")).group_by(columns.actor_id)
        rows = connection.execute(query.where(columns.ledger_id == ledger_id, columns.day == day))
        counts[ledger_id, day] = Counter({row.actor_id: row.kept for row in rows})
    return counts


def insert_denials(connection: Connection, kept: Sequence[Refused], dropped: Sequence[Refused]) -> None:
    """Store refusals. Those to be dropped are written and taken back, which takes as long as keeping them."""
    table = table_of(tables.Denial)
    rows = [
        {
            "id": new_id(Kind.AUDIT_EVENT),
            "ledger_id": each.ledger_id,
            "instant": each.instant,
            "day": each.day,
            "actor_id": each.actor_id,
            "api_key_id": each.api_key_id,
            "action": each.action,
            "target_id": each.target_id,
            "code": each.code.value,
        }
        for each in (*kept, *dropped)
    ]
    connection.execute(insert(table), rows)
    taken_back = [{"row": row["id"]} for row in rows[len(kept) :]]
    nothing = [{"row": ""}]  # the statement is run all the same
    connection.execute(delete(table).where(table.c.id == bindparam("row")), taken_back or nothing)


@dataclass(frozen=True, slots=True)
class Denial:
    """A refusal as auditors read it; `at` in µs."""

    id: str
    organization_id: str
    actor_id: str | None
    api_key_id: str | None
    action: str
    target_id: str | None
    code: ErrorCode
    at: int


def denial_slice(
    connection: Connection,
    organization_id: str,
    _: int,
    limit: int,
    after: tuple[Any, ...] | None = None,
    before: tuple[Any, ...] | None = None,
    *,
    backwards: bool = False,
) -> tuple[list[Denial], int]:
    """At most `limit` refusals newest first, between two keys (minus the instant, id), and how many there are.

    Refusals stand outside the ledgers, so the revision says nothing of them.
    """
    table = table_of(tables.Denial)
    key = (-table.c.instant, table.c.id)
    query = select(table).where(table.c.ledger_id == organization_id)
    if after is not None:
        query = query.where(tuple_(*key) > after)
    if before is not None:
        query = query.where(tuple_(*key) < before)
    order = [column.desc() for column in key] if backwards else list(key)
    rows = connection.execute(query.order_by(*order).limit(limit)).all()
    count = select(func.count()).where(table.c.ledger_id == organization_id)
    found = [_denial(row) for row in (reversed(rows) if backwards else rows)]
    return found, connection.execute(count).scalar_one()


def _denial(row: Any) -> Denial:
    code = ErrorCode[row.code]
    return Denial(row.id, row.ledger_id, row.actor_id, row.api_key_id, row.action, row.target_id, code, row.instant)
