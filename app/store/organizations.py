"""What is unique over all organizations."""

from sqlalchemy import Connection, select

from app.db import tables
from app.db.tables import table_of


def slug_is_taken(connection: Connection, slug: str) -> bool:
    """Whether a living organization has this slug."""
    table = table_of(tables.Organization)
    query = select(table.c.id).where(table.c.slug == slug, table.c.until.is_(None))
    return connection.execute(query).first() is not None
