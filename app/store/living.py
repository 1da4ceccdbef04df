"""Which rows still stand, by what they refer to: for changes that must leave nothing dangling."""

from sqlalchemy import Connection, or_, select

from app.db.tables import Fact, table_of


def living_ids(connection: Connection, model: type[Fact], column: str, referred_id: str) -> list[str]:
    """The ids of the living facts whose column refers to something, in order."""
    table = table_of(model)
    query = select(table.c.id).where(table.c[column] == referred_id, table.c.until.is_(None)).order_by(table.c.id)
    return list(connection.execute(query).scalars())


def living_by(connection: Connection, model: type[Fact], column: str, referred_id: str, key: str) -> dict[str, str]:
    """The same by another column of theirs."""
    table = table_of(model)
    query = select(table.c[key], table.c.id).where(table.c[column] == referred_id, table.c.until.is_(None))
    return {row[0]: row[1] for row in connection.execute(query)}


def changed_since(connection: Connection, model: type[Fact], column: str, referred_id: str, revision: int) -> bool:
    """Whether a fact whose column refers to something began or ended after a revision."""
    table = table_of(model)
    query = select(table.c.id).where(
        table.c[column] == referred_id, or_(table.c.since > revision, table.c.until > revision)
    )
    return connection.execute(query.limit(1)).first() is not None
