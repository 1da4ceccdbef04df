"""The revisions that a request answers at, read in one transaction after it came in (architecture, section 3)."""

from dataclasses import dataclass

from sqlalchemy import Connection, func, or_, select

from app.db import tables
from app.db.tables import table_of
from app.policy.subject import Subject
from app.store.credentials import credential_by_hash
from app.store.ledger import INSTANCE


@dataclass(frozen=True, slots=True)
class Arrival:
    """Who a key belongs to, and the revisions then: the instance's and their organizations', in order of id."""

    subject: Subject
    instance_revision: int
    revisions: dict[str, int]


def arrival_by_key(connection: Connection, key_hash: str) -> Arrival | None:
    """What the store knows of a key's bearer, all of one moment; None for an unknown or revoked key.

    Holds every organization that they have a membership of, in effect or not; all there are for an instance
    administrator.
    """
    credential = credential_by_hash(connection, key_hash)
    if credential is None:
        return None
    person, key = credential
    revisions = _revisions(connection, None if person.is_instance_admin else person.id)
    return Arrival(Subject(person, key), revisions.pop(INSTANCE), revisions)


def revisions_in_all(connection: Connection) -> int:
    """How many revisions all ledgers have together: it moves with everything that an answer may speak of."""
    return connection.execute(select(func.sum(table_of(tables.Ledger).c.revision))).scalar_one() or 0


def _revisions(connection: Connection, user_id: str | None) -> dict[str, int]:
    ledgers, memberships = table_of(tables.Ledger), table_of(tables.Membership)
    query = select(ledgers.c.id, ledgers.c.revision).order_by(ledgers.c.id)
    if user_id is not None:
        own = select(memberships.c.node_id).where(
            memberships.c.subject_id == user_id,
            memberships.c.node_id == memberships.c.ledger_id,
            memberships.c.until.is_(None),
        )
        query = query.where(or_(ledgers.c.id == INSTANCE, ledgers.c.id.in_(own)))
    return {row.id: row.revision for row in connection.execute(query)}
