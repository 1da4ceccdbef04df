"""Whether a store holds anything yet."""

from sqlalchemy import Connection, select

from app.db import tables
from app.db.tables import table_of


def is_empty(connection: Connection) -> bool:
    """Whether nothing was ever recorded: no people, no organizations."""
    return connection.execute(select(table_of(tables.Revision).c.id).limit(1)).first() is None


def has_instance_admin(connection: Connection) -> bool:
    """Whether somebody is an instance administrator, active or not."""
    users = table_of(tables.User)
    query = select(users.c.id).where(users.c.is_instance_admin, users.c.until.is_(None)).limit(1)
    return connection.execute(query).first() is not None
