"""Organizations, the root of each tree; each is a fact of its own ledger."""

from typing import ClassVar

from sqlalchemy import Text
from sqlmodel import Field

from app.db.tables.base import Fact, fact_args, unique_living
from app.policy.kinds import Kind


class Organization(Fact, table=True):
    """`id` and `ledger_id` are equal; the slug is unique in the instance."""

    __tablename__ = "organizations"
    __table_args__ = fact_args(unique_living("slug"))
    identity_kind: ClassVar[Kind] = Kind.ORGANIZATION

    slug: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    environment_access_enabled: bool = False
