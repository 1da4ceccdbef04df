"""The revisions that a request answers at, read in one transaction after it came in (architecture, section 3)."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, or_, select

from app.db import tables
from app.db.statements import Statement
from app.db.tables import table_of
from app.policy.entities import Person
from app.policy.subject import Subject
from app.store.credentials import credential_by_hash
from app.store.ledger import INSTANCE


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who a key belongs to, and the revisions then: the instance's and their organizations', in order of id."""

    subject: Subject
    instance_revision: int
    revisions: Mapping[str, int]


def arrival_by_key(connection: Connection, key_hash: str, known: Arrival | None = None) -> Arrival | None:
    """What the store knows of a key's bearer, all of one moment; None for an unknown or revoked key.

    Holds every organization that they have a membership of, in effect or not; all there are for an instance
    administrator. `known` is what was known earlier: people and keys are as they were then unless the instance's
    revision has moved.
    """
    if known is not None:
        revisions = _revisions(connection, known.subject.person)
        if revisions.pop(INSTANCE) == known.instance_revision:
            return Arrival(known.subject, known.instance_revision, revisions)
    credential = credential_by_hash(connection, key_hash)
    if credential is None:
        return None
    person, key = credential
    revisions = _revisions(connection, person)
    return Arrival(Subject(person, key), revisions.pop(INSTANCE), revisions)


def revisions_in_all(connection: Connection) -> int:
    """How many revisions all ledgers have together: it moves with everything that an answer may speak of."""
    return int(_sum().rows(connection, {})[0].total or 0)  # PostgreSQL adds up whole numbers as decimals


def _revisions(connection: Connection, person: Person) -> dict[str, int]:
    asked = _revisions_of_all() if person.is_instance_admin else _revisions_of_own()
    return dict(asked.rows(connection, {"user_id": person.id}))


@cache
def _sum() -> Statement:
    return Statement(select(func.sum(table_of(tables.Ledger).c.revision).label("total")))


@cache
def _revisions_of_all() -> Statement:
    return Statement(_revisions_by_id())


@cache
def _revisions_of_own() -> Statement:
    ledgers, memberships = table_of(tables.Ledger), table_of(tables.Membership)
    own = select(memberships.c.node_id).where(
        memberships.c.subject_id == bindparam("user_id"),
        memberships.c.node_id == memberships.c.ledger_id,
        memberships.c.until.is_(None),
    )
    return Statement(_revisions_by_id().where(or_(ledgers.c.id == INSTANCE, ledgers.c.id.in_(own))))


def _revisions_by_id() -> Select[Any]:
    ledgers = table_of(tables.Ledger)
    return select(ledgers.c.id, ledgers.c.revision).order_by(ledgers.c.id)
