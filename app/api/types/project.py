"""Project: what has environments."""

from collections.abc import Sequence
from typing import Annotated, Any

import strawberry

from app.api import references as types
from app.api.arguments import Inherited, InState, OfStatus, OfTier, Restricted, Search, WherePermitted
from app.api.context import Info
from app.api.deployment_lists import deployments_of
from app.api.enums import ProjectKind
from app.api.fields import attribute, connection, field, given
from app.api.filters import environment_filter
from app.api.node import shows
from app.api.pagination import Listing, Pageable
from app.api.scalars import DateTime
from app.api.types.member_node import MemberNode
from app.execution.fields import for_all
from app.policy import entities
from app.policy.ordered import Ordered
from app.services import lists
from app.services.deployments import Deployed


def _environments_of_all(
    projects: Sequence[entities.Project], info: Info, **filters: Any
) -> list[Ordered[entities.Environment]]:
    objects, wanted = info.context.objects_of_all(projects), environment_filter(**filters)
    return lists.environments_of_each(objects, projects, wanted)


@strawberry.type(description="What has environments and can be restricted as a whole.")
class Project(MemberNode):
    is_type_of = shows(entities.Project)

    slug: str = attribute("Its short name in paths, unique below its parent.")
    name: str = attribute("What people call it.")
    project_kind: ProjectKind = attribute("What it is in the product it comes from.", name="kind")
    restricted: bool = attribute("Whether only its own memberships, and ADMINs from above, count.")
    created_at: DateTime = attribute("When it was created.")

    @field(str, "The slugs from the organization down.")
    def path(project: strawberry.Parent[entities.Project], info: Info) -> str:
        return info.context.view(project.organization_id).facts.slug_path(project.id)

    @field(types.Organization | None, "The organization it is in.")
    def organization(project: strawberry.Parent[entities.Project], info: Info) -> entities.Node | None:
        return info.context.objects(project.organization_id).node(project.organization_id)

    @field(types.Team | None, "The team it is in; null right below the organization, and where it is hidden.")
    def team(project: strawberry.Parent[entities.Project], info: Info) -> entities.Node | None:
        parent = info.context.objects(project.organization_id).node(project.parent_id)
        return parent if isinstance(parent, entities.Team) else None

    @connection(types.Environment, "Its environments that the viewer sees.", weight=100)
    @for_all(_environments_of_all)
    def environments(
        project: strawberry.Parent[entities.Project],
        info: Info,
        search: Search = strawberry.UNSET,
        tier: OfTier = strawberry.UNSET,
        state: InState = strawberry.UNSET,
        restricted: Restricted = strawberry.UNSET,
        permission: WherePermitted = strawberry.UNSET,
    ) -> Ordered[entities.Environment]:
        wanted = environment_filter(search, tier, state=state, restricted=restricted, permission=permission)
        return lists.environments(info.context.objects(project.organization_id), project, wanted)

    @field(types.Environment | None, "Its environment of this name.")
    def environment(
        project: strawberry.Parent[entities.Project],
        info: Info,
        name: Annotated[str, strawberry.argument(description="The exact name.")],
    ) -> entities.Environment | None:
        view = info.context.view(project.organization_id)
        found = view.facts.environment_named(project.id, name)
        return found if found is not None and view.sees(found.id) else None

    @connection(types.Restriction, "Its restrictions and those it inherits, as far as the viewer sees them.", weight=50)
    def restrictions(
        project: strawberry.Parent[entities.Project], info: Info, inherited: Inherited = strawberry.UNSET
    ) -> Listing[entities.Restriction]:
        objects = info.context.objects(project.organization_id)
        found = lists.restrictions(objects, project, given(inherited))
        return Listing(found, lambda each: lists.restriction_order(objects, each))

    @connection(types.Deployment, "Its deployments that the viewer sees, newest first.", by=int, weight=300)
    def deployments(
        project: strawberry.Parent[entities.Project], info: Info, status: OfStatus = strawberry.UNSET
    ) -> Pageable[Deployed]:
        return deployments_of(info.context, project, given(status))
