"""AI providers that an organization may use."""

from typing import ClassVar

from sqlalchemy import Text
from sqlmodel import Field

from app.db.tables.base import Fact, fact_args
from app.policy.kinds import Kind


class AiProvider(Fact, table=True):
    """A name and what kind of provider it is, both as given."""

    __tablename__ = "ai_providers"
    __table_args__ = fact_args()
    identity_kind: ClassVar[Kind] = Kind.AI_PROVIDER

    name: str = Field(sa_type=Text)
    kind: str = Field(sa_type=Text)
