"""Refused mutations: written in batches, read by who may read the audit. They stand outside the ledgers."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, insert, select

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


def denials_by_day(connection: Connection, days: Collection[Day]) -> dict[Day, int]:
    """How many refusals each ledger keeps of each day."""
    table = table_of(tables.Denial)
    counts = {}
    for ledger_id, day in days:
        query = select(func.count()).where(table.c.ledger_id == ledger_id, table.c.day == day)
        counts[ledger_id, day] = connection.execute(query).scalar_one()
    return counts


def insert_denials(connection: Connection, refused: Sequence[Refused]) -> None:
    """Store refusals."""
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
        for each in refused
    ]
    if rows:
        connection.execute(insert(table_of(tables.Denial)), rows)
