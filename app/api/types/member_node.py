"""What organizations, teams and projects have alike: memberships on them."""

import strawberry

from app.api import references as types
from app.api.arguments import PersonSearch
from app.api.context import Info
from app.api.enums import RoleLevel
from app.api.fields import attribute, connection, field, given
from app.api.pagination import Listing
from app.api.permissions import ManagesMembers, needs
from app.api.types.resource import Resource
from app.api.types.subject import Subject
from app.policy import entities
from app.policy.management import assignable_roles
from app.policy.roles import Role
from app.policy.vocabulary import Permission
from app.services import candidates
from app.services.lists import members, membership_order


@strawberry.type(description="Somebody who may be added to a node.")
class MemberCandidate:
    subject: Subject = attribute("Who.")
    membership: types.Membership | None = attribute("The membership they have on this very node.")


@strawberry.type(description="Somebody whom a grant or approval rule may name.")
class GrantCandidate:
    subject: Subject = attribute("Who.")
    held_level: RoleLevel | None = attribute("The level they hold on the scope; null for a team.")


@strawberry.type(description="A node that people and teams have memberships on.")
class MemberNode(Resource):
    @connection(
        types.Membership,
        "The memberships on this very node; null without MEMBERS_VIEW.",
        needs=[needs(Permission.MEMBERS_VIEW)],
        weight=50,
    )
    def members(
        node: strawberry.Parent[entities.Node],
        info: Info,
        search: PersonSearch = strawberry.UNSET,
    ) -> Listing[entities.Membership]:
        objects = info.context.objects(node.organization_id)
        return Listing(members(objects, node, given(search)), lambda membership: membership_order(objects, membership))

    @field(
        list[types.Role] | None,
        "The roles that the viewer may give here; null without the permission to add members here.",
        needs=[ManagesMembers],
        weight=30,
    )
    def assignable_roles(node: strawberry.Parent[entities.Node], info: Info) -> list[Role]:
        return assignable_roles(info.context.view(node.organization_id), node)

    @connection(
        MemberCandidate,
        "Whom the viewer may add here; null without the permission to add members here.",
        needs=[ManagesMembers],
        weight=1000,
    )
    def member_candidates(
        node: strawberry.Parent[entities.Node], info: Info, search: PersonSearch = strawberry.UNSET
    ) -> Listing[candidates.MemberCandidate]:
        objects = info.context.objects(node.organization_id)
        return Listing(candidates.member_candidates(objects, node, given(search)), candidates.candidate_order)

    @connection(
        GrantCandidate,
        "Whom a restriction of this scope may name; null without ENVIRONMENT_RESTRICT here.",
        needs=[needs(Permission.ENVIRONMENT_RESTRICT)],
        weight=1000,
    )
    def grant_candidates(
        node: strawberry.Parent[entities.Node], info: Info, search: PersonSearch = strawberry.UNSET
    ) -> Listing[candidates.GrantCandidate]:
        objects = info.context.objects(node.organization_id)
        return Listing(candidates.grant_candidates(objects, node, given(search)), candidates.candidate_order)
