"""What is unique over all organizations."""

from sqlalchemy import Connection, and_, select

from app.db import tables
from app.db.tables import table_of


def slug_is_taken(connection: Connection, slug: str) -> bool:
    """Whether a living organization has this slug."""
    table = table_of(tables.Organization)
    query = select(table.c.id).where(table.c.slug == slug, table.c.until.is_(None))
    return connection.execute(query).first() is not None


def ledger_heads(connection: Connection) -> list[tuple[str, str, int]]:
    """Every ledger by id, slug (the instance's has its id for one) and last revision; the instance's first."""
    ledgers, organizations = table_of(tables.Ledger), table_of(tables.Organization)
    living = and_(organizations.c.id == ledgers.c.id, organizations.c.until.is_(None))
    query = (
        select(ledgers.c.id, organizations.c.slug, ledgers.c.revision)
        .join(organizations, living, isouter=True)
        .order_by(organizations.c.slug.is_not(None), organizations.c.slug)
    )
    return [(row.id, row.slug or row.id, row.revision) for row in connection.execute(query)]
