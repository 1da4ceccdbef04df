"""Memberships, and the environment access list that one on an organization carries."""

from typing import ClassVar

from sqlalchemy import BigInteger, Index, Text
from sqlmodel import Field

from app.db.tables.base import Fact, Json, fact_args, one_of, unique_living
from app.policy.kinds import Kind
from app.policy.vocabulary import EnvironmentAccessMode


class Membership(Fact, table=True):
    """Subject (user or team) holds roles (a JSON list of ids) on node from `starts_at` until `expires_at` (µs)."""

    __tablename__ = "memberships"
    __table_args__ = fact_args(
        one_of("environment_access_mode", EnvironmentAccessMode),
        unique_living("subject_id", "node_id"),
        Index(None, "subject_id"),
        Index(None, "node_id"),
    )
    identity_kind: ClassVar[Kind] = Kind.MEMBERSHIP

    subject_id: str = Field(sa_type=Text, foreign_key="identities.id")
    node_id: str = Field(sa_type=Text, foreign_key="identities.id")
    role_ids: str = Field(sa_type=Json)
    starts_at: int | None = Field(default=None, sa_type=BigInteger)
    expires_at: int | None = Field(default=None, sa_type=BigInteger)
    environment_access_mode: str = Field(default=EnvironmentAccessMode.FULL.value, sa_type=Text)
    access_request_id: str | None = Field(default=None, sa_type=Text, foreign_key="identities.id")


class EnvironmentAccessEntry(Fact, table=True):
    """An environment on the list of a LIMITED membership."""

    __tablename__ = "environment_access_entries"
    __table_args__ = fact_args(unique_living("membership_id", "environment_id"), Index(None, "environment_id"))
    identity_kind: ClassVar[Kind] = Kind.ACCESS_ENTRY

    membership_id: str = Field(sa_type=Text, foreign_key="identities.id")
    environment_id: str = Field(sa_type=Text, foreign_key="identities.id")
