"""The schema: what the server answers to, as one object and as text."""

import strawberry
from strawberry.schema.config import StrawberryConfig

from app.api.mutations.mutation import Mutation
from app.api.queries.query import Query
from app.api.scalars import SCALARS
from app.api.types.ai_provider import AiProvider
from app.api.types.api_key import ApiKey
from app.api.types.audit import AuditEvent
from app.api.types.deployment import Deployment
from app.api.types.environment import Environment
from app.api.types.membership import Membership
from app.api.types.organization import Organization
from app.api.types.project import Project
from app.api.types.restriction import ApprovalRule, EnvironmentRestriction, Grant
from app.api.types.role import Role
from app.api.types.team import Team
from app.api.types.user import User

NODES = (
    AiProvider,
    ApiKey,
    ApprovalRule,
    AuditEvent,
    Deployment,
    Environment,
    EnvironmentRestriction,
    Grant,
    Membership,
    Organization,
    Project,
    Role,
    Team,
    User,
)
"""Everything that has an id of its own."""

schema = strawberry.Schema(query=Query, mutation=Mutation, types=NODES, config=StrawberryConfig(scalar_map=SCALARS))
