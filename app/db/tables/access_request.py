"""Requests for access, and what became of them."""

from typing import ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Index, Text
from sqlmodel import Field

from app.db.tables.base import Fact, Json, fact_args, one_of
from app.policy.kinds import Kind
from app.policy.vocabulary import AccessRequestStatus


class AccessRequest(Fact, table=True):
    """Somebody asks for permissions (a JSON list) on an environment, for some minutes."""

    __tablename__ = "access_requests"
    __table_args__ = fact_args(
        one_of("status", AccessRequestStatus),
        CheckConstraint("minutes >= 1", name="minutes"),
        Index(None, "environment_id"),
        Index(None, "requested_by"),
    )
    identity_kind: ClassVar[Kind] = Kind.ACCESS_REQUEST

    environment_id: str = Field(sa_type=Text, foreign_key="identities.id")
    requested_by: str = Field(sa_type=Text, foreign_key="identities.id")
    permissions: str = Field(sa_type=Json)
    reason: str = Field(sa_type=Text)
    minutes: int = Field(sa_type=BigInteger)
    status: str = Field(default=AccessRequestStatus.PENDING.value, sa_type=Text)
    decided_by: str | None = Field(default=None, sa_type=Text, foreign_key="identities.id")
    decided_at: int | None = Field(default=None, sa_type=BigInteger)
    comment: str | None = Field(default=None, sa_type=Text)
