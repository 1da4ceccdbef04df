"""Which rows still stand, by what they refer to: for changes that must leave nothing dangling."""

from sqlalchemy import Connection, select

from app.db.tables import Fact, table_of


def living_ids(connection: Connection, model: type[Fact], column: str, referred_id: str) -> list[str]:
    """The ids of the living facts whose column refers to something, in order."""
    table = table_of(model)
    query = select(table.c.id).where(table.c[column] == referred_id, table.c.until.is_(None)).order_by(table.c.id)
    return list(connection.execute(query).scalars())
