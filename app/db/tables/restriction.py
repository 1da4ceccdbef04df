"""Restrictions with their grants and approval rules."""

from typing import ClassVar

from sqlalchemy import BigInteger, CheckConstraint, Index, Text
from sqlmodel import Field

from app.db.tables.base import Fact, exactly_one, fact_args, one_of, unique_living
from app.policy.kinds import Kind
from app.policy.vocabulary import GrantSource, Inheritance, RoleLevel, Tier

_TARGETS = ("environment_name", "tier", "environment_id")
_SUBJECTS = ("user_id", "team_id", "level")


class Restriction(Fact, table=True):
    """A scope and a target: exactly one of a name, a tier and an environment; at most one for each pair."""

    __tablename__ = "restrictions"
    __table_args__ = fact_args(
        exactly_one("target", _TARGETS),
        one_of("tier", Tier),
        *(unique_living("scope_id", target) for target in _TARGETS),
    )
    identity_kind: ClassVar[Kind] = Kind.RESTRICTION

    scope_id: str = Field(sa_type=Text, foreign_key="identities.id")
    environment_name: str | None = Field(default=None, sa_type=Text)
    tier: str | None = Field(default=None, sa_type=Text)
    environment_id: str | None = Field(default=None, sa_type=Text, foreign_key="identities.id")
    admin_bypass: bool = True
    hides: bool = False
    allow_self_approval: bool = False
    enabled: bool = True


class Grant(Fact, table=True):
    """One way through a restriction, from `starts_at` until `expires_at` (µs). Implicit ones are never stored."""

    __tablename__ = "grants"
    __table_args__ = fact_args(
        exactly_one("subject", _SUBJECTS),
        one_of("level", RoleLevel),
        one_of("inheritance", Inheritance),
        one_of("source", GrantSource),
        Index(None, "restriction_id"),
    )
    identity_kind: ClassVar[Kind] = Kind.GRANT

    restriction_id: str = Field(sa_type=Text, foreign_key="identities.id")
    user_id: str | None = Field(default=None, sa_type=Text, foreign_key="identities.id")
    team_id: str | None = Field(default=None, sa_type=Text, foreign_key="identities.id")
    level: str | None = Field(default=None, sa_type=Text)
    inheritance: str = Field(default=Inheritance.DIRECT.value, sa_type=Text)
    source: str = Field(default=GrantSource.EXPLICIT.value, sa_type=Text)
    starts_at: int | None = Field(default=None, sa_type=BigInteger)
    expires_at: int | None = Field(default=None, sa_type=BigInteger)
    access_request_id: str | None = Field(default=None, sa_type=Text, foreign_key="identities.id")


class ApprovalRule(Fact, table=True):
    """Who must approve what the restriction covers, and how many of them."""

    __tablename__ = "approval_rules"
    __table_args__ = fact_args(
        exactly_one("subject", _SUBJECTS),
        one_of("level", RoleLevel),
        one_of("inheritance", Inheritance),
        CheckConstraint("required_approvals >= 1", name="required_approvals"),
        Index(None, "restriction_id"),
    )
    identity_kind: ClassVar[Kind] = Kind.APPROVAL_RULE

    restriction_id: str = Field(sa_type=Text, foreign_key="identities.id")
    user_id: str | None = Field(default=None, sa_type=Text, foreign_key="identities.id")
    team_id: str | None = Field(default=None, sa_type=Text, foreign_key="identities.id")
    level: str | None = Field(default=None, sa_type=Text)
    inheritance: str = Field(default=Inheritance.DIRECT.value, sa_type=Text)
    required_approvals: int = Field(sa_type=BigInteger)
