"""Role: a named set of permissions."""

import strawberry

from app.api.enums import Permission, RoleLevel
from app.api.fields import attribute, field
from app.api.node import Node, shows
from app.policy import roles


@strawberry.type(description="A named set of permissions that memberships give.")
class Role(Node):
    is_type_of = shows(roles.Role)

    key: str = attribute("A built-in role's name in capitals; a custom role's id.")
    name: str = attribute("What people call it.")
    level: RoleLevel | None = attribute("Its level; null for add-on and custom roles.")
    built_in: bool = attribute("Whether every organization has it and nobody can change it.")

    @field(list[Permission], "What it allows where it is held.")
    def permissions(role: strawberry.Parent[roles.Role]) -> list[Permission]:
        return [permission for permission in Permission if permission in role.permissions]
