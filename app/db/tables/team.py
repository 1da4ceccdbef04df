"""Teams, nested between an organization and its projects."""

from typing import ClassVar

from sqlalchemy import Text
from sqlmodel import Field

from app.db.tables.base import Fact, fact_args, unique_living
from app.policy.kinds import Kind


class Team(Fact, table=True):
    """`parent_id` is a team's or the organization's."""

    __tablename__ = "teams"
    __table_args__ = fact_args(unique_living("parent_id", "slug"))
    identity_kind: ClassVar[Kind] = Kind.TEAM

    parent_id: str = Field(sa_type=Text, foreign_key="identities.id")
    slug: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    isolated: bool = False
