"""Who may give and take which roles where: nobody hands on more than they hold (rule.md, section 10)."""

from collections.abc import Iterable

from app.policy.entities import Membership, Node, Project
from app.policy.roles import Role
from app.policy.views import View
from app.policy.vocabulary import ASKED_OF, Permission, ResourceKind, RoleLevel

_BELOW = {
    ResourceKind.ORGANIZATION: tuple(ResourceKind),
    ResourceKind.TEAM: (ResourceKind.TEAM, ResourceKind.PROJECT, ResourceKind.ENVIRONMENT),
    ResourceKind.PROJECT: (ResourceKind.PROJECT, ResourceKind.ENVIRONMENT),
    ResourceKind.ENVIRONMENT: (),
}


def manages_members(view: View, node: Node) -> bool:
    """Whether the subject may add, change and remove memberships on a node, whatever their roles."""
    permission = Permission.PROJECT_ACCESS_MANAGE if isinstance(node, Project) else Permission.MEMBERS_MANAGE
    return view.may(permission, node.id)


def may_give(view: View, node: Node, roles: Iterable[Role]) -> bool:
    """Whether the roles would allow nothing on the node or below that the subject's own roles don't allow there.

    Otherwise giving, changing or taking them is PRIVILEGE_ESCALATION. ADMIN passes into isolated teams and restricted
    projects below, where nothing else reaches, so only an ADMIN of the node hands it on.
    """
    number = view.structure.node_number[node.id]
    if view.is_instance_admin or view.standing.level(number) is RoleLevel.ADMIN:
        return True
    return all(not role.is_admin and _covers(view, number, node.kind, role) for role in roles)


def _covers(view: View, number: int, kind: ResourceKind, role: Role) -> bool:
    return all(
        view.standing.gives(permission, below, number)
        for below in _BELOW[kind]
        for permission in role.permissions
        if role.allows(permission, below) and not _means_nothing(permission, kind)
    )


def _means_nothing(permission: Permission, kind: ResourceKind) -> bool:
    """PROJECT_RESTRICT on a project allows nothing there: it is decided on the parent (section 10).

    Everybody who belongs has ORGANIZATION_VIEW anyway.
    """
    if permission is Permission.ORGANIZATION_VIEW:
        return True
    return permission is Permission.PROJECT_RESTRICT and kind is ResourceKind.PROJECT


def may_manage(view: View, membership: Membership) -> bool:
    """Whether the subject may change or remove a membership: one's own may always be ended."""
    if membership.subject_id == view.subject.id:
        return True
    node = view.facts.node(membership.node_id)
    if node is None or not manages_members(view, node):
        return False
    roles = [role for role in map(view.facts.role, membership.role_ids) if role is not None]
    return may_give(view, node, roles)


def assignable_roles(view: View, node: Node) -> list[Role]:
    """The roles that the subject may give on a node, built-in ones first."""
    return [role for role in view.facts.roles() if may_give(view, node, [role])]


def holds_all(view: View, permissions: Iterable[Permission]) -> bool:
    """Whether the subject's roles on the organization have every one of some permissions, wherever it can be asked."""
    if view.is_instance_admin or view.standing.level(0) is RoleLevel.ADMIN:
        return True
    return all(view.standing.gives(permission, kind, 0) for permission in permissions for kind in _kinds(permission))


def _kinds(permission: Permission) -> Iterable[ResourceKind]:
    return () if permission is Permission.ORGANIZATION_VIEW else ASKED_OF[permission]
