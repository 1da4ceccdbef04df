"""Custom roles: defined, changed and deleted (rule.md, sections 3 and 10)."""

from collections.abc import Iterable, Sequence

from app.db import tables
from app.db.text import folded
from app.errors import BailiwickError, conflict
from app.policy.entities import Organization
from app.policy.management import holds_all
from app.policy.roles import BUILT_IN_ROLES, Role
from app.policy.vocabulary import NOT_IN_CUSTOM_ROLES, ErrorCode, Permission
from app.services.changes import Action, Applied, Change, apply, organization_managed
from app.services.instance import Instance
from app.services.patch import ABSENT, Absent, given
from app.services.problems import Problems
from app.services.reader import Reader


async def create_role(
    instance: Instance, reader: Reader, *, organization_id: str, name: str, permissions: Sequence[Permission]
) -> Applied[str]:
    """Define a role; gives its id. Needs ROLES_MANAGE.

    CONFLICT: a role has this name, whatever the case. PRIVILEGE_ESCALATION: it holds a permission that the asker lacks
    on the organization.
    """
    problems = Problems()
    problems.check_name(name, "input", "name")
    _check_permissions(problems, permissions)
    problems.refuse()
    action = Action("createRole")
    return await apply(instance, reader, action, organization_id, _create, organization_id, name, tuple(permissions))


def _create(change: Change, organization_id: str, name: str, permissions: tuple[Permission, ...]) -> str:
    organization = change.find(organization_id, Organization)
    change.require(Permission.ROLES_MANAGE, organization)
    _expect_free_name(change, name)
    expect_held(change, permissions)
    role_id = change.add(tables.Role, name=name, name_folded=folded(name), permissions=_names(permissions))
    change.about(role_id, name)
    return role_id


async def update_role(
    instance: Instance,
    reader: Reader,
    *,
    role_id: str,
    name: str | Absent | None = ABSENT,
    permissions: Sequence[Permission] | Absent | None = ABSENT,
) -> Applied[str]:
    """Rename a role, or replace its permissions; gives its id. Needs ROLES_MANAGE.

    CONFLICT: it is built in, or another has this name. PRIVILEGE_ESCALATION: before or after it holds a permission that
    the asker lacks on the organization.
    """
    problems = Problems()
    if name is not ABSENT:
        problems.check_name(name, "input", "name")
    if permissions is not ABSENT:
        _check_permissions(problems, permissions or ())
    problems.refuse()
    target_id = await _held_by(reader, role_id)
    return await apply(instance, reader, Action("updateRole"), target_id, _update, role_id, name, permissions)


def _update(
    change: Change, role_id: str, name: str | Absent | None, permissions: Sequence[Permission] | Absent | None
) -> str:
    role = _own_role(change, role_id)
    values = given(name=name)
    if isinstance(name, str):
        _expect_free_name(change, name, but=role.id)
        values["name_folded"] = folded(name)
    expect_held(change, role.permissions)
    if isinstance(permissions, Sequence):
        expect_held(change, permissions)
        values["permissions"] = _names(permissions)
    change.set(tables.Role, role.id, **values)
    change.about(role.id, role.name)
    return role.id


async def delete_role(instance: Instance, reader: Reader, *, role_id: str) -> Applied[str]:
    """Delete a role that no membership carries; gives its id. Needs ROLES_MANAGE.

    CONFLICT: it is built in, or in use, even where hidden (section 11).
    """
    return await apply(instance, reader, Action("deleteRole"), await _held_by(reader, role_id), _delete, role_id)


def _delete(change: Change, role_id: str) -> str:
    role = _own_role(change, role_id)
    if any(role.id in membership.role_ids for membership in change.facts.memberships.values()):
        raise conflict("the role is in use: take it from its holders first")
    change.end(tables.Role, role.id)
    change.about(role.id, role.name)
    return role.id


def expect_held(change: Change, permissions: Iterable[Permission]) -> None:
    """Raises PRIVILEGE_ESCALATION for a permission that the asker's roles on the organization don't have."""
    if not holds_all(change.view, permissions):
        raise BailiwickError(
            ErrorCode.PRIVILEGE_ESCALATION, "it would hold a permission that you lack on the organization"
        )


async def _held_by(reader: Reader, role_id: str) -> str:
    """What says in which organization a role is: itself, or for a built-in one an organization of the asker's."""
    if role_id not in BUILT_IN_ROLES:
        return role_id
    return await organization_managed(reader, role_id, Permission.ROLES_MANAGE) or role_id


def _own_role(change: Change, role_id: str) -> Role:
    role = change.find(role_id, Role)
    change.require(Permission.ROLES_MANAGE, change.organization)
    if role.id in BUILT_IN_ROLES:
        raise conflict("a built-in role can't be changed or deleted")
    return role


def _expect_free_name(change: Change, name: str, but: str | None = None) -> None:
    if any(folded(role.name) == folded(name) and role.id != but for role in change.facts.roles()):
        raise conflict(f"a role is called `{name}` already")


def _check_permissions(problems: Problems, permissions: Sequence[Permission]) -> None:
    if not permissions:
        problems.add("a role has at least one permission", "input", "permissions")
    for index, permission in enumerate(permissions):
        if permission in NOT_IN_CUSTOM_ROLES:
            problems.add(f"`{permission}` can't be in a custom role", "input", "permissions", index)


def _names(permissions: Iterable[Permission]) -> list[str]:
    held = set(permissions)
    return [permission.name for permission in Permission if permission in held]
