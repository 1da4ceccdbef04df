"""Deployments and the decisions on them."""

from typing import ClassVar

from sqlalchemy import Index, Text
from sqlmodel import Field

from app.db.tables.base import Fact, Json, fact_args, one_of, unique_living
from app.policy.kinds import Kind
from app.policy.vocabulary import ApprovalDecision, DeploymentStatus


class Deployment(Fact, table=True):
    """A ref of a project, in an environment once placed. BLOCKED and READY are computed from what is stored.

    `approval_rules`: as JSON, the rules that held when it stopped waiting, each with how many had approved; null until.
    """

    __tablename__ = "deployments"
    __table_args__ = fact_args(
        one_of("status", DeploymentStatus),
        unique_living("created_by", "idempotency_key", where="idempotency_key IS NOT NULL"),
        Index(None, "project_id"),
        Index(None, "environment_id"),
    )
    identity_kind: ClassVar[Kind] = Kind.DEPLOYMENT

    project_id: str = Field(sa_type=Text, foreign_key="identities.id")
    environment_id: str | None = Field(default=None, sa_type=Text, foreign_key="identities.id")
    ref: str = Field(sa_type=Text)
    status: str = Field(sa_type=Text)
    created_by: str = Field(sa_type=Text, foreign_key="identities.id")
    created_with_key: str | None = Field(default=None, sa_type=Text, foreign_key="identities.id")
    promoted_from: str | None = Field(default=None, sa_type=Text, foreign_key="identities.id")
    idempotency_key: str | None = Field(default=None, sa_type=Text)
    approval_rules: str | None = Field(default=None, sa_type=Json)


class Approval(Fact, table=True):
    """One person's decision on one deployment, with the rule they named and, as JSON, the rule it counted for then."""

    __tablename__ = "approvals"
    __table_args__ = fact_args(
        one_of("decision", ApprovalDecision),
        unique_living("deployment_id", "user_id"),
        Index(None, "deployment_id"),
    )
    identity_kind: ClassVar[Kind] = Kind.APPROVAL

    deployment_id: str = Field(sa_type=Text, foreign_key="identities.id")
    user_id: str = Field(sa_type=Text, foreign_key="identities.id")
    decision: str = Field(sa_type=Text)
    comment: str | None = Field(default=None, sa_type=Text)
    rule_id: str | None = Field(default=None, sa_type=Text, foreign_key="identities.id")
    counted_rule: str | None = Field(default=None, sa_type=Json)
