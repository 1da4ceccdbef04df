"""What organizations, teams, projects and environments have alike: the viewer's permissions, and who else may."""

from collections.abc import Sequence

import strawberry

from app.api import references as types
from app.api.arguments import AskedPermission, AskedPermissions
from app.api.context import Info
from app.api.enums import Permission
from app.api.fields import connection, field
from app.api.node import Node
from app.api.pagination import Listing
from app.api.permissions import needs
from app.errors import invalid
from app.execution.fields import for_all
from app.policy import entities
from app.policy.entities import Person, person_order
from app.services.checks import Answer, decide_for_viewer
from app.services.lists import subjects

MAX_DECISIONS = 40


def _viewer_can_of_all(resources: Sequence[entities.Resource], info: Info, permission: Permission) -> list[bool]:
    view = info.context.objects_of_all(resources).view
    return view.may_all([permission] * len(resources), [resource.id for resource in resources])


@strawberry.type(description="A resource, and what may be done with it.")
class Resource(Node):
    @field(list[Permission], "Everything the viewer may do with it.", weight=50)
    def viewer_permissions(resource: strawberry.Parent[entities.Resource], info: Info) -> list[Permission]:
        return info.context.view(resource.organization_id).permissions(resource.id)

    @field(bool, "Whether the viewer may do this with it.")
    @for_all(_viewer_can_of_all)
    def viewer_can(resource: strawberry.Parent[entities.Resource], info: Info, permission: AskedPermission) -> bool:
        return info.context.view(resource.organization_id).may(permission, resource.id)

    @field(
        list[types.Decision],
        "What the viewer may do with it and why, in the order asked; at most 40 at once.",
        weight=300,
    )
    def viewer_decisions(
        resource: strawberry.Parent[entities.Resource], info: Info, permissions: AskedPermissions
    ) -> list[Answer]:
        if len(permissions) > MAX_DECISIONS:
            raise invalid(f"at most {MAX_DECISIONS} permissions can be asked at once", "permissions")
        return decide_for_viewer(info.context.objects(resource.organization_id), permissions, resource.id)

    @connection(
        types.User,
        "Who may do this with it, of the people that the viewer sees; null without ACCESS_EXPLAIN.",
        needs=[needs(Permission.ACCESS_EXPLAIN)],
        weight=2000,
    )
    def subjects(
        resource: strawberry.Parent[entities.Resource], info: Info, permission: AskedPermission
    ) -> Listing[Person]:
        objects = info.context.objects(resource.organization_id)
        return Listing(subjects(objects, permission, resource.id), person_order)
