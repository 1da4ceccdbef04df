"""What organizations, teams and projects have alike: memberships on them."""

from typing import Annotated

import strawberry

from app.api import references as types
from app.api.context import Info
from app.api.fields import connection, field, given
from app.api.pagination import Listing
from app.api.permissions import ManagesMembers, needs
from app.api.types.resource import Resource
from app.policy import facts
from app.policy.management import assignable_roles
from app.policy.roles import Role
from app.policy.vocabulary import Permission
from app.services.lists import membership_order, memberships


@strawberry.type(description="A node that people and teams have memberships on.")
class MemberNode(Resource):
    @connection(
        types.Membership,
        "The memberships on this very node; null without MEMBERS_VIEW.",
        needs=[needs(Permission.MEMBERS_VIEW)],
    )
    def members(
        node: strawberry.Parent[facts.Node],
        info: Info,
        search: Annotated[
            str | None, strawberry.argument(description="Part of the subject's name, e-mail, slug or path.")
        ] = strawberry.UNSET,
    ) -> Listing[facts.Membership]:
        objects = info.context.objects(node.organization_id)
        found = memberships(objects, objects.facts.memberships_on(node.id), given(search))
        return Listing(found, lambda membership: membership_order(objects, membership))

    @field(
        list[types.Role] | None,
        "The roles that the viewer may give here; null without the permission to add members here.",
        needs=[ManagesMembers],
    )
    def assignable_roles(node: strawberry.Parent[facts.Node], info: Info) -> list[Role]:
        return assignable_roles(info.context.view(node.organization_id), node)
