"""Projects, in a team or directly in the organization."""

from typing import ClassVar

from sqlalchemy import Text
from sqlmodel import Field

from app.db.tables.base import Fact, fact_args, one_of, unique_living
from app.policy.kinds import Kind
from app.policy.vocabulary import ProjectKind


class Project(Fact, table=True):
    """`parent_id` is a team's or the organization's."""

    __tablename__ = "projects"
    __table_args__ = fact_args(one_of("kind", ProjectKind), unique_living("parent_id", "slug"))
    identity_kind: ClassVar[Kind] = Kind.PROJECT

    parent_id: str = Field(sa_type=Text, foreign_key="identities.id")
    slug: str = Field(sa_type=Text)
    name: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
    restricted: bool = False
