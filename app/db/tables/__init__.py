"""Every table, one aggregate a module. They are SQLModel classes, used through Core: `table_of(Team)`.

No module here may have `from __future__ import annotations`: SQLModel reads the annotations of its classes.
"""

from app.db.tables.access_request import AccessRequest
from app.db.tables.ai_provider import AiProvider
from app.db.tables.base import Fact, Json, metadata, table_of
from app.db.tables.break_glass import BreakGlass
from app.db.tables.denial import Denial
from app.db.tables.deployment import Approval, Deployment
from app.db.tables.environment import Autoscaling, Environment, EnvironmentSettings
from app.db.tables.ledger import Change, Identity, Ledger, Revision
from app.db.tables.membership import EnvironmentAccessEntry, Membership
from app.db.tables.organization import Organization
from app.db.tables.project import Project
from app.db.tables.restriction import ApprovalRule, Grant, Restriction
from app.db.tables.role import Role
from app.db.tables.secret_mark import SecretMark
from app.db.tables.team import Team
from app.db.tables.user import ApiKey, KeyUse, User

__all__ = [
    "FACTS",
    "AccessRequest",
    "AiProvider",
    "ApiKey",
    "Approval",
    "ApprovalRule",
    "Autoscaling",
    "BreakGlass",
    "Change",
    "Denial",
    "Deployment",
    "Environment",
    "EnvironmentAccessEntry",
    "EnvironmentSettings",
    "Fact",
    "Grant",
    "Identity",
    "Json",
    "KeyUse",
    "Ledger",
    "Membership",
    "Organization",
    "Project",
    "Restriction",
    "Revision",
    "Role",
    "SecretMark",
    "Team",
    "User",
    "metadata",
    "table_of",
]

FACTS: tuple[type[Fact], ...] = (
    User,
    ApiKey,
    Organization,
    Team,
    Project,
    Environment,
    EnvironmentSettings,
    Autoscaling,
    Role,
    Membership,
    EnvironmentAccessEntry,
    Restriction,
    Grant,
    ApprovalRule,
    Deployment,
    Approval,
    AccessRequest,
    BreakGlass,
    AiProvider,
)
"""Every table whose rows have versions; their `identity_kind`s are distinct."""
