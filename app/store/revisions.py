"""Writing a revision: its audit record, its changes, the identities that it brings, and the head of its ledger."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Connection, bindparam, insert, update
from sqlmodel import SQLModel

from app.db.statements import Statement
from app.db.tables import Change, Identity, Ledger, Revision, table_of
from app.policy.kinds import Kind
from app.store.chain import ChangeText, revision_hash
from app.store.changeset import Changed
from app.store.fact_values import recorded
from app.store.identities import new_id


@dataclass(frozen=True, slots=True)
class Record:
    """What the audit says of a change beside the change itself; all ids are of things that there are or were."""

    action: str
    actor_id: str | None = None
    api_key_id: str | None = None
    target_id: str | None = None
    target_name: str | None = None
    reason: str | None = None


@dataclass(slots=True)
class Head:
    """The last revision of a ledger that is held, and what the next identity is numbered."""

    ledger_id: str
    revision: int
    hash: str | None
    next_ordinal: int


def insert_ledger(connection: Connection, ledger_id: str) -> Head:
    """A ledger without revisions."""
    connection.execute(
        insert(table_of(Ledger)), {"id": ledger_id, "revision": 0, "instant": 0, "hash": None, "next_ordinal": 1}
    )
    return Head(ledger_id, revision=0, hash=None, next_ordinal=1)


def insert_identities(connection: Connection, head: Head, facts: Sequence[Changed], instant: int) -> None:
    """The identities of the facts that are new, numbered in their order."""
    new = [fact for fact in facts if fact.is_new]
    rows = [
        {
            "id": fact.id,
            "ledger_id": head.ledger_id,
            "kind": fact.model.identity_kind.value,
            "ordinal": ordinal,
            "created_at": instant,
        }
        for ordinal, fact in enumerate(new, head.next_ordinal)
    ]
    if rows:
        _inserting(Identity).run_many(connection, rows)
        head.next_ordinal += len(rows)


def append(connection: Connection, head: Head, facts: Sequence[Changed], record: Record, instant: int) -> None:
    """The next revision of a ledger and its changes; the head moves on, in the database and in `head`."""
    changes = [
        ChangeText(
            fact.model.identity_kind.value,
            fact.id,
            before=recorded(fact.model, fact.before),
            after=recorded(fact.model, fact.after),
        )
        for fact in facts
    ]
    revision: dict[str, Any] = {
        "action": record.action,
        "actor_id": record.actor_id,
        "api_key_id": record.api_key_id,
        "target_id": record.target_id,
        "target_name": record.target_name,
        "reason": record.reason,
        "id": new_id(Kind.AUDIT_EVENT),
        "ledger_id": head.ledger_id,
        "number": head.revision + 1,
        "instant": instant,
    }
    digest = revision_hash(head.hash, changes=changes, **revision)
    _inserting(Revision).run(connection, revision | {"previous_hash": head.hash, "hash": digest})
    _inserting(Change).run_many(
        connection,
        [
            {
                "ledger_id": head.ledger_id,
                "revision": head.revision + 1,
                "position": position,
                "kind": change.kind,
                "fact_id": change.fact_id,
                "before": change.before,
                "after": change.after,
            }
            for position, change in enumerate(changes)
        ],
    )
    head.revision, head.hash = head.revision + 1, digest
    moved = {"revision": head.revision, "instant": instant, "hash": head.hash, "next_ordinal": head.next_ordinal}
    _moving().run(connection, {"held_id": head.ledger_id, **moved})


@cache
def _inserting(table: type[SQLModel]) -> Statement:
    return Statement(insert(table_of(table)))


@cache
def _moving() -> Statement:
    ledgers = table_of(Ledger)
    values: dict[str, BindParameter[object]] = {
        name: bindparam(name) for name in ("revision", "instant", "hash", "next_ordinal")
    }
    return Statement(update(ledgers).where(ledgers.c.id == bindparam("held_id")).values(values))
