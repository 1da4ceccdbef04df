"""The mark of the secret that keys are hashed with."""

from sqlalchemy import Connection, delete, insert, select

from app.db.tables import SecretMark, table_of

_OF = "api keys"


def secret_mark(connection: Connection) -> str | None:
    """The mark that was kept last; None where there is none yet."""
    marks = table_of(SecretMark)
    found = connection.execute(select(marks.c.mark).where(marks.c.of == _OF)).first()
    return None if found is None else str(found.mark)


def keep_secret_mark(connection: Connection, mark: str) -> None:
    """Keep this mark and no other."""
    marks = table_of(SecretMark)
    connection.execute(delete(marks).where(marks.c.of == _OF))
    connection.execute(insert(marks), {"of": _OF, "mark": mark})
