"""Emergencies: who broke the glass of which environment, and who looked at it afterwards."""

from typing import ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Index, Text
from sqlmodel import Field

from app.db.tables.base import Fact, fact_args
from app.policy.kinds import Kind


class BreakGlass(Fact, table=True):
    """Passes restrictions and approvals of one environment from `starts_at` until `expires_at` (µs)."""

    __tablename__ = "break_glasses"
    __table_args__ = fact_args(
        CheckConstraint("expires_at > starts_at", name="expires_at"),
        Index(None, "environment_id"),
        Index(None, "user_id"),
    )
    identity_kind: ClassVar[Kind] = Kind.BREAK_GLASS

    environment_id: str = Field(sa_type=Text, foreign_key="identities.id")
    user_id: str = Field(sa_type=Text, foreign_key="identities.id")
    reason: str = Field(sa_type=Text)
    starts_at: int = Field(sa_type=BigInteger)
    expires_at: int = Field(sa_type=BigInteger)
    reviewed_by: str | None = Field(default=None, sa_type=Text, foreign_key="identities.id")
    reviewed_at: int | None = Field(default=None, sa_type=BigInteger)
    comment: str | None = Field(default=None, sa_type=Text)
