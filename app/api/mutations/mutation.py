"""Mutation: where every change begins."""

import strawberry

from app.api.mutations.accounts import AccountMutations
from app.api.mutations.approvals import ApprovalMutations
from app.api.mutations.deployments import DeploymentMutations
from app.api.mutations.environment_access import EnvironmentAccessMutations
from app.api.mutations.environments import EnvironmentMutations
from app.api.mutations.memberships import MembershipMutations
from app.api.mutations.organizations import OrganizationMutations
from app.api.mutations.project_access import ProjectAccessMutations
from app.api.mutations.projects import ProjectMutations
from app.api.mutations.providers import ProviderMutations
from app.api.mutations.restrictions import RestrictionMutations
from app.api.mutations.roles import RoleMutations
from app.api.mutations.teams import TeamMutations


@strawberry.type(
    description="Where every change begins. Each is one revision, and a refused one changes nothing; several in one "
    "document run in turn, each seeing the one before."
)
class Mutation(
    AccountMutations,
    ApprovalMutations,
    DeploymentMutations,
    EnvironmentAccessMutations,
    EnvironmentMutations,
    MembershipMutations,
    OrganizationMutations,
    ProjectAccessMutations,
    ProjectMutations,
    ProviderMutations,
    RestrictionMutations,
    RoleMutations,
    TeamMutations,
):
    pass
