"""Team: a node between the organization and its projects, and a group of people."""

import strawberry

from app.api import references as types
from app.api.arguments import ExactName, Inherited, InState, OfTier, Restricted, Search, WherePermitted
from app.api.context import Info
from app.api.fields import attribute, connection, field, given
from app.api.filters import environment_filter, project_filter
from app.api.node import shows
from app.api.pagination import Listing
from app.api.scalars import DateTime
from app.api.types.environment_name import EnvironmentName
from app.api.types.member_node import MemberNode
from app.policy import entities
from app.policy.ordered import Ordered
from app.services import lists


@strawberry.type(description="A node of the tree that holds teams and projects; its members are also a group.")
class Team(MemberNode):
    is_type_of = shows(entities.Team)

    slug: str = attribute("Its short name in paths, unique below its parent.")
    name: str = attribute("What people call it.")
    isolated: bool = attribute("Whether roles other than ADMIN stop flowing in from above.")
    created_at: DateTime = attribute("When it was created.")

    @field(str, "The slugs from the organization down.")
    def path(team: strawberry.Parent[entities.Team], info: Info) -> str:
        return info.context.view(team.organization_id).facts.slug_path(team.id)

    @field(types.Organization | None, "The organization it is in.")
    def organization(team: strawberry.Parent[entities.Team], info: Info) -> entities.Node | None:
        return info.context.objects(team.organization_id).node(team.organization_id)

    @field(types.Team | None, "The team it is in; null right below the organization, and where it is hidden.")
    def parent(team: strawberry.Parent[entities.Team], info: Info) -> entities.Node | None:
        parent = info.context.objects(team.organization_id).node(team.parent_id)
        return parent if isinstance(parent, entities.Team) else None

    @connection(types.Team, "The teams right below it that the viewer sees.", weight=50)
    def teams(team: strawberry.Parent[entities.Team], info: Info) -> Ordered[entities.Node]:
        return lists.teams(info.context.objects(team.organization_id), None, team.id)

    @connection(types.Project, "The projects of this team and those below that the viewer sees.", weight=100)
    def projects(
        team: strawberry.Parent[entities.Team], info: Info, search: Search = strawberry.UNSET
    ) -> Ordered[entities.Node]:
        objects = info.context.objects(team.organization_id)
        return lists.projects(objects, team, project_filter(search))

    @connection(types.Environment, "The environments of this team and those below that the viewer sees.", weight=100)
    def environments(
        team: strawberry.Parent[entities.Team],
        info: Info,
        search: Search = strawberry.UNSET,
        tier: OfTier = strawberry.UNSET,
        name: ExactName = strawberry.UNSET,
        state: InState = strawberry.UNSET,
        restricted: Restricted = strawberry.UNSET,
        permission: WherePermitted = strawberry.UNSET,
    ) -> Ordered[entities.Environment]:
        wanted = environment_filter(search, tier, name, state, restricted, permission)
        return lists.environments(info.context.objects(team.organization_id), team, wanted)

    @connection(types.Restriction, "Its restrictions and those it inherits, as far as the viewer sees them.", weight=50)
    def restrictions(
        team: strawberry.Parent[entities.Team], info: Info, inherited: Inherited = strawberry.UNSET
    ) -> Listing[entities.Restriction]:
        objects = info.context.objects(team.organization_id)
        found = lists.restrictions(objects, team, given(inherited))
        return Listing(found, lambda each: lists.restriction_order(objects, each))

    @connection(
        EnvironmentName, "Each distinct name of the environments that the viewer sees below it, once.", weight=1000
    )
    def environment_names(
        team: strawberry.Parent[entities.Team], info: Info, search: Search = strawberry.UNSET
    ) -> Listing[lists.EnvironmentName]:
        found = lists.environment_names(info.context.objects(team.organization_id), team, given(search))
        return Listing(found, lambda each: lists.name_order(each.name))
