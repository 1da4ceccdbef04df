"""Environment: a leaf of the tree, with its configuration and what it serves."""

import strawberry

from app.api import references as types
from app.api.arguments import OfStatus
from app.api.context import Info
from app.api.deployment_lists import deployments_of
from app.api.enums import EnvironmentState, Tier, TierSource, ViewerAccess
from app.api.fields import attribute, connection, field, given
from app.api.node import shows
from app.api.pagination import Pageable
from app.api.scalars import JSON, DateTime
from app.api.types.autoscaling import Autoscaling
from app.api.types.resource import Resource
from app.policy import facts
from app.services import batches, lists
from app.services.deployments import Deployed
from app.store import configuration


@strawberry.type(description="Where a project's deployments run.")
class Environment(Resource):
    is_type_of = shows(facts.Environment)

    name: str = attribute("Its name, unique in its project, never changed.")
    tier: Tier = attribute("How near to users it stands.")
    tier_source: TierSource = attribute("Where the tier comes from.")
    state: EnvironmentState = attribute("Whether it runs.")
    created_at: DateTime = attribute("When it was created.")

    @field(str, "The slugs from the organization down, and its name.")
    def path(environment: strawberry.Parent[facts.Environment], info: Info) -> str:
        return lists.environment_path(info.context.view(environment.organization_id).facts, environment)

    @field(types.Project | None, "The project it is in.")
    def project(environment: strawberry.Parent[facts.Environment], info: Info) -> facts.Node | None:
        return info.context.view(environment.organization_id).node(environment.project_id)

    @field(bool, "Whether some enabled restriction matches it.")
    def restricted(environment: strawberry.Parent[facts.Environment], info: Info) -> bool:
        return lists.is_restricted(info.context.objects(environment.organization_id), environment)

    @field(list[types.Restriction], "The restrictions that match it, inherited ones included, enabled or not.")
    def restrictions(environment: strawberry.Parent[facts.Environment], info: Info) -> list[facts.Restriction]:
        return lists.restrictions_of(info.context.objects(environment.organization_id), environment)

    @field(ViewerAccess, "Whether a restriction keeps the viewer from changing it.")
    def viewer_access(environment: strawberry.Parent[facts.Environment], info: Info) -> ViewerAccess:
        view = info.context.view(environment.organization_id)
        passes = view.passes_all(view.structure.environment_number[environment.id])
        return ViewerAccess.FULL if passes else ViewerAccess.READ_ONLY

    @field(JSON | None, "Its settings; null where none were made.")
    async def settings(environment: strawberry.Parent[facts.Environment], info: Info) -> object:
        return await info.context.load(batches.settings, environment)

    @field(Autoscaling, "How many replicas serve.")
    async def autoscaling(environment: strawberry.Parent[facts.Environment], info: Info) -> configuration.Autoscaling:
        return await info.context.load(batches.autoscaling, (environment.organization_id, environment.id))

    @field(types.Deployment | None, "The latest deployment that succeeded.")
    async def current_deployment(environment: strawberry.Parent[facts.Environment], info: Info) -> Deployed | None:
        return await info.context.load(batches.current_deployment, environment)

    @connection(types.Deployment, "Its deployments, newest first.", by=int)
    def deployments(
        environment: strawberry.Parent[facts.Environment], info: Info, status: OfStatus = strawberry.UNSET
    ) -> Pageable[Deployed]:
        return deployments_of(info.context, environment, given(status))
