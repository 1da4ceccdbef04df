"""Environment: a leaf of the tree, with its configuration and what it serves."""

from collections.abc import Sequence
from operator import attrgetter

import strawberry

from app.api import references as types
from app.api.arguments import OfStatus
from app.api.batched import batched
from app.api.context import Info
from app.api.deployment_lists import deployments_of
from app.api.enums import EnvironmentState, Tier, TierSource, ViewerAccess
from app.api.fields import attribute, connection, field, given
from app.api.node import shows
from app.api.pagination import Pageable
from app.api.scalars import JSON, DateTime
from app.api.types.autoscaling import Autoscaling
from app.api.types.resource import Resource
from app.execution.fields import for_all
from app.policy import entities
from app.services import batches, lists
from app.services.deployments import Deployed
from app.store import configuration

_TARGET = attrgetter("organization_id", "id")
"""What the store knows an environment by: to look all of it up takes ten times as long."""


def _project_of_all(environments: Sequence[entities.Environment], info: Info) -> list[entities.Node | None]:
    view = info.context.objects_of_all(environments).view
    return view.node_of_each([environment.project_id for environment in environments])


@strawberry.type(description="Where a project's deployments run.")
class Environment(Resource):
    is_type_of = shows(entities.Environment)

    name: str = attribute("Its name, unique in its project, never changed.")
    tier: Tier = attribute("How near to users it stands.")
    tier_source: TierSource = attribute("Where the tier comes from.")
    state: EnvironmentState = attribute("Whether it runs.")
    created_at: DateTime = attribute("When it was created.")

    @field(str, "The slugs from the organization down, and its name.")
    def path(environment: strawberry.Parent[entities.Environment], info: Info) -> str:
        return lists.environment_path(info.context.view(environment.organization_id).facts, environment)

    @field(types.Project | None, "The project it is in.")
    @for_all(_project_of_all)
    def project(environment: strawberry.Parent[entities.Environment], info: Info) -> entities.Node | None:
        return info.context.view(environment.organization_id).node(environment.project_id)

    @field(bool, "Whether some enabled restriction matches it.")
    def restricted(environment: strawberry.Parent[entities.Environment], info: Info) -> bool:
        return lists.is_restricted(info.context.objects(environment.organization_id), environment)

    @field(
        list[types.Restriction], "The restrictions that match it, inherited ones included, enabled or not.", weight=50
    )
    def restrictions(environment: strawberry.Parent[entities.Environment], info: Info) -> list[entities.Restriction]:
        return lists.restrictions_of(info.context.objects(environment.organization_id), environment)

    @field(ViewerAccess, "Whether a restriction keeps the viewer from changing it.")
    def viewer_access(environment: strawberry.Parent[entities.Environment], info: Info) -> ViewerAccess:
        view = info.context.view(environment.organization_id)
        passes = view.passes_all(view.structure.environment_number[environment.id])
        return ViewerAccess.FULL if passes else ViewerAccess.READ_ONLY

    @batched(JSON | None, "Its settings; null where none were made.", batches.settings, key=_TARGET, weight=100)
    def settings(_environment: entities.Environment, _info: Info, loaded: object) -> object:
        return loaded

    @batched(Autoscaling, "How many replicas serve.", batches.autoscaling, key=_TARGET)
    def autoscaling(_environment: entities.Environment, _info: Info, loaded: configuration.Autoscaling) -> object:
        return loaded

    @batched(types.Deployment | None, "The latest deployment that succeeded.", batches.current_deployment, key=_TARGET)
    def current_deployment(_environment: entities.Environment, _info: Info, loaded: Deployed | None) -> object:
        return loaded

    @connection(types.Deployment, "Its deployments, newest first.", by=int, weight=300)
    def deployments(
        environment: strawberry.Parent[entities.Environment], info: Info, status: OfStatus = strawberry.UNSET
    ) -> Pageable[Deployed]:
        return deployments_of(info.context, environment, given(status))
