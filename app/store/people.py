"""People and service accounts, as of a revision of the instance."""

from collections.abc import Iterable

from sqlalchemy import Connection, select

from app.db import tables
from app.db.tables import table_of
from app.db.text import folded
from app.policy.entities import Person
from app.store.as_of import as_of, chunked
from app.store.fact_rows import person


def people_by_id(connection: Connection, ids: Iterable[str], instance_revision: int) -> dict[str, Person]:
    """The people of these ids, by id; those that aren't there are left out."""
    users, identities = table_of(tables.User), table_of(tables.Identity)
    query = (
        select(users, identities.c.created_at)
        .join(identities, identities.c.id == users.c.id)
        .where(as_of(users, instance_revision))
    )
    return {row.id: person(row) for row in chunked(connection, query, users.c.id, ids)}


def person_id_by_email(connection: Connection, email: str) -> str | None:
    """Who has an e-mail now, whatever its case."""
    users = table_of(tables.User)
    query = select(users.c.id).where(users.c.email_folded == folded(email), users.c.until.is_(None))
    return connection.execute(query).scalar_one_or_none()


def organizations_of(connection: Connection, user_id: str) -> list[str]:
    """The organizations that somebody has a membership of, in effect or not, by id: the order of locks."""
    memberships = table_of(tables.Membership)
    query = (
        select(memberships.c.node_id)
        .where(
            memberships.c.subject_id == user_id,
            memberships.c.node_id == memberships.c.ledger_id,
            memberships.c.until.is_(None),
        )
        .order_by(memberships.c.node_id)
    )
    return list(connection.execute(query).scalars())
