"""Membership: subject holds roles on node; and the environment access list of one on an organization."""

import strawberry

from app.api import references as types
from app.api.context import Info
from app.api.fields import attribute, field
from app.api.node import Node, shows
from app.api.scalars import DateTime
from app.api.types.environment_access import EnvironmentAccess, ListOf
from app.api.types.subject import Scope, Subject
from app.policy import entities
from app.policy.management import may_manage
from app.policy.roles import Role
from app.policy.vocabulary import Permission


@strawberry.type(description="A user or team holds roles on an organization, team or project, for a time.")
class Membership(Node):
    is_type_of = shows(entities.Membership)

    starts_at: DateTime | None = attribute("From when on it counts; null for always.")
    expires_at: DateTime | None = attribute("From when on it no longer counts; null for never.")
    created_at: DateTime = attribute("When it was made.")

    @field(Subject | None, "Who holds the roles; null where hidden.")
    def subject(
        membership: strawberry.Parent[entities.Membership], info: Info
    ) -> entities.Person | entities.Node | None:
        objects = info.context.objects(membership.organization_id)
        find = objects.node if membership.subject_is_team else objects.person
        return find(membership.subject_id)

    @field(Scope | None, "On what they are held; null where hidden.")
    def resource(membership: strawberry.Parent[entities.Membership], info: Info) -> entities.Node | None:
        return info.context.objects(membership.organization_id).node(membership.node_id)

    @field(list[types.Role], "The roles held.")
    def roles(membership: strawberry.Parent[entities.Membership], info: Info) -> list[Role]:
        known = info.context.view(membership.organization_id).facts
        return [role for role in map(known.role, membership.role_ids) if role is not None]

    @field(
        EnvironmentAccess | None,
        "The environment access list; only on a user's membership of the organization, "
        "to them and to who holds MEMBERS_MANAGE.",
    )
    def environment_access(membership: strawberry.Parent[entities.Membership], info: Info) -> ListOf | None:
        if membership.node_id != membership.organization_id:
            return None
        view = info.context.view(membership.organization_id)
        manages = view.may(Permission.MEMBERS_MANAGE, membership.organization_id)
        return ListOf(membership) if manages or membership.subject_id == view.subject.id else None

    @field(bool, "Whether the viewer may change or end it.")
    def viewer_can_manage(membership: strawberry.Parent[entities.Membership], info: Info) -> bool:
        return may_manage(info.context.view(membership.organization_id), membership)
