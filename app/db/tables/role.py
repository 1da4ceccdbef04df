"""Custom roles; the built-in ones stand in app.policy."""

from typing import ClassVar

from sqlalchemy import Text
from sqlmodel import Field

from app.db.tables.base import Fact, Json, fact_args, unique_living
from app.policy.kinds import Kind


class Role(Fact, table=True):
    """A named JSON list of permissions. `name_folded` is `folded(name)`: names are unique whatever their case."""

    __tablename__ = "roles"
    __table_args__ = fact_args(unique_living("ledger_id", "name_folded"))
    identity_kind: ClassVar[Kind] = Kind.ROLE

    name: str = Field(sa_type=Text)
    name_folded: str = Field(sa_type=Text)
    permissions: str = Field(sa_type=Json)
