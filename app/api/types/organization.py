"""Organization: the root of a tree, and what belongs to it as a whole."""

from typing import Annotated

import strawberry

from app.api import references as types
from app.api.arguments import ExactName, InState, OfTier, Restricted, Search, WherePermitted
from app.api.audit_lists import audit_of, denials_of
from app.api.context import Info
from app.api.enums import ProjectKind
from app.api.fields import attribute, connection, field, given
from app.api.filters import environment_filter, project_filter
from app.api.ids import expect_id
from app.api.node import shows
from app.api.pagination import Fetched, Listing, listing
from app.api.permissions import needs
from app.api.scalars import DateTime
from app.api.types.denial import Denial
from app.api.types.environment_name import EnvironmentName
from app.api.types.member_node import MemberNode
from app.policy import entities
from app.policy.ordered import Ordered
from app.policy.roles import Role
from app.policy.vocabulary import Permission
from app.services import batches, lists
from app.store.audit import AuditEvent, AuditFilter
from app.store.denials import Denial as RefusedMutation
from app.store.providers import AiProvider


@strawberry.type(description="The root of a tree of teams, projects and environments, with everybody who belongs.")
class Organization(MemberNode):
    is_type_of = shows(entities.Organization)

    slug: str = attribute("Its short name in paths, unique.")
    name: str = attribute("What people call it.")
    created_at: DateTime = attribute("When it was created.")
    environment_access_enabled: bool = attribute("Whether environment access lists are enforced.")

    @field(int, "The revision that this answer holds for; every change of the organization makes the next one.")
    def revision(organization: strawberry.Parent[entities.Organization], info: Info) -> int:
        return info.context.view(organization.id).facts.revision

    @connection(types.Team, "The teams that the viewer sees.", weight=50)
    def teams(
        organization: strawberry.Parent[entities.Organization],
        info: Info,
        search: Search = strawberry.UNSET,
        parent_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only those right below this node.")
        ] = strawberry.UNSET,
    ) -> Ordered[entities.Node]:
        parent = given(parent_id)
        objects = info.context.objects(organization.id)
        return lists.teams(objects, given(search), None if parent is None else expect_id(parent, "parentId"))

    @connection(types.Project, "The projects that the viewer sees.", weight=100)
    def projects(
        organization: strawberry.Parent[entities.Organization],
        info: Info,
        search: Search = strawberry.UNSET,
        kind: Annotated[
            ProjectKind | None, strawberry.argument(description="Only those of this kind.")
        ] = strawberry.UNSET,
        restricted: Restricted = strawberry.UNSET,
        permission: WherePermitted = strawberry.UNSET,
    ) -> Ordered[entities.Node]:
        wanted = project_filter(search, kind, restricted, permission)
        return lists.projects(info.context.objects(organization.id), organization, wanted)

    @connection(types.Environment, "The environments that the viewer sees.", weight=100)
    def environments(
        organization: strawberry.Parent[entities.Organization],
        info: Info,
        search: Search = strawberry.UNSET,
        tier: OfTier = strawberry.UNSET,
        name: ExactName = strawberry.UNSET,
        state: InState = strawberry.UNSET,
        restricted: Restricted = strawberry.UNSET,
        permission: WherePermitted = strawberry.UNSET,
    ) -> Ordered[entities.Environment]:
        wanted = environment_filter(search, tier, name, state, restricted, permission)
        return lists.environments(info.context.objects(organization.id), organization, wanted)

    @field(types.Membership | None, "The membership of one user on the organization itself.")
    def membership(
        organization: strawberry.Parent[entities.Organization],
        info: Info,
        user_id: Annotated[strawberry.ID, strawberry.argument(description="Whose.")],
    ) -> entities.Membership | None:
        objects = info.context.objects(organization.id)
        found = objects.facts.membership_on(expect_id(user_id, "userId"), organization.id)
        return found if found is not None and objects.sees_membership(found) else None

    @field(list[types.Role], "Every role that can be given: the built-in ones, then the organization's own.")
    def roles(organization: strawberry.Parent[entities.Organization], info: Info) -> tuple[Role, ...]:
        return info.context.view(organization.id).facts.roles()

    @connection(types.Restriction, "The restrictions that the viewer sees, at every scope.", weight=50)
    def restrictions(
        organization: strawberry.Parent[entities.Organization], info: Info
    ) -> Listing[entities.Restriction]:
        objects = info.context.objects(organization.id)
        return Listing(lists.all_restrictions(objects), lambda each: lists.restriction_order(objects, each))

    @connection(EnvironmentName, "Each distinct name of the environments that the viewer sees, once.", weight=1000)
    def environment_names(
        organization: strawberry.Parent[entities.Organization], info: Info, search: Search = strawberry.UNSET
    ) -> Listing[lists.EnvironmentName]:
        found = lists.environment_names(info.context.objects(organization.id), organization, given(search))
        return Listing(found, lambda each: lists.name_order(each.name))

    @connection(
        types.User,
        "The organization's service accounts that the viewer sees; null without SERVICE_ACCOUNTS_MANAGE.",
        needs=[needs(Permission.SERVICE_ACCOUNTS_MANAGE)],
        weight=500,
    )
    def service_accounts(
        organization: strawberry.Parent[entities.Organization], info: Info
    ) -> Listing[entities.Person]:
        return listing(lists.service_accounts(info.context.objects(organization.id)), entities.person_order)

    @field(
        list[types.AiProvider] | None,
        "The organization's AI providers; null without AI_PROVIDERS_MANAGE.",
        needs=[needs(Permission.AI_PROVIDERS_MANAGE)],
    )
    async def ai_providers(organization: strawberry.Parent[entities.Organization], info: Info) -> list[AiProvider]:
        return await info.context.load(batches.ai_providers, organization)

    @connection(
        types.AuditEvent,
        "The audit: every revision of the organization, newest first; null without AUDIT_VIEW.",
        by=int,
        needs=[needs(Permission.AUDIT_VIEW)],
        weight=300,
    )
    def audit(
        organization: strawberry.Parent[entities.Organization],
        info: Info,
        target_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only what was done to this.")
        ] = strawberry.UNSET,
        actor_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only what this person or service account did.")
        ] = strawberry.UNSET,
        action: Annotated[
            str | None, strawberry.argument(description="Only this action, by the name of its mutation.")
        ] = strawberry.UNSET,
        since: Annotated[
            DateTime | None, strawberry.argument(description="Only from this instant on.")
        ] = strawberry.UNSET,
        until: Annotated[
            DateTime | None, strawberry.argument(description="Only before this instant.")
        ] = strawberry.UNSET,
    ) -> Fetched[AuditEvent]:
        target, actor = given(target_id), given(actor_id)
        for id, name in ((target, "targetId"), (actor, "actorId")):
            if id is not None:
                expect_id(id, name)
        return audit_of(
            info.context, organization, AuditFilter(target, actor, given(action), given(since), given(until))
        )

    @connection(
        Denial,
        "The mutations that were refused, newest first; null without AUDIT_VIEW.",
        by=int,
        needs=[needs(Permission.AUDIT_VIEW)],
        weight=300,
    )
    def denials(organization: strawberry.Parent[entities.Organization], info: Info) -> Fetched[RefusedMutation]:
        return denials_of(info.context, organization)
