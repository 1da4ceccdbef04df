"""By what the secret that the hashes of keys are made with is known again. It stands outside the ledgers."""

from sqlalchemy import Text
from sqlmodel import Field

from app.db.tables.base import Row


class SecretMark(Row, table=True):
    """One row, once keys may have been made: a digest that tells nothing of the secret."""

    __tablename__ = "secret_marks"

    of: str = Field(sa_type=Text, primary_key=True)
    mark: str = Field(sa_type=Text)
