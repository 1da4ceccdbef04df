"""Roles: the built-in ones, and those an organization defines (rule.md, section 3)."""

from dataclasses import dataclass

from app.policy.vocabulary import ASKED_OF, BuiltInRole, Permission, ResourceKind, RoleLevel


@dataclass(frozen=True, slots=True)
class Role:
    """A named set of permissions; `level` is None for add-on and custom roles. `organization_id` None: built in."""

    id: str
    organization_id: str | None
    key: str
    name: str
    level: RoleLevel | None
    permissions: frozenset[Permission]

    @property
    def built_in(self) -> bool:
        return self.organization_id is None

    @property
    def is_admin(self) -> bool:
        """Whether it passes into isolated teams and restricted projects from above."""
        return self.level is RoleLevel.ADMIN

    def allows(self, permission: Permission, kind: ResourceKind) -> bool:
        """Whether holding it on a node of this kind, or on an environment's project, gives the permission there."""
        if permission not in self.permissions or kind not in ASKED_OF[permission]:
            return (
                permission is Permission.PROJECT_VIEW
                and kind is ResourceKind.PROJECT
                and Permission.ENVIRONMENT_VIEW in self.permissions
            )
        # A MAINTAINER protects the environments of a project, never those of a whole team (GL-5, GL-59).
        if permission is Permission.ENVIRONMENT_RESTRICT and self.level is RoleLevel.MAINTAINER:
            return kind is ResourceKind.PROJECT
        return True


def _built_in(role: BuiltInRole) -> Role:
    # Every installation has the same ones, so their ids are part of the vocabulary and not of a ledger.
    suffix = f"{role.level:02d}" if role.level is not None else {"ACCESS_MANAGER": "a1", "AUDITOR": "a2"}[role.name]
    name = role.name.replace("_", " ").capitalize()
    return Role(f"rol_{suffix:0>24}", None, role.name, name, role.level, role.permissions)


BUILT_IN: dict[BuiltInRole, Role] = {role: _built_in(role) for role in BuiltInRole}
BUILT_IN_ROLES: dict[str, Role] = {role.id: role for role in BUILT_IN.values()}
"""By id."""

LEVEL_ROLES: dict[RoleLevel, Role] = {role.level: role for role in BUILT_IN.values() if role.level is not None}
"""The built-in role of each level."""
