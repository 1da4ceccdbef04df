"""Mutations of custom roles."""

from typing import Annotated

import strawberry

from app.api import references as types
from app.api.context import Info
from app.api.enums import Permission
from app.api.fields import attribute
from app.api.ids import expect_id
from app.api.mutations.field import REVISION, applied, mutation, patched, shown
from app.services import roles


@strawberry.input(description="A new role.")
class CreateRoleInput:
    organization_id: strawberry.ID = strawberry.field(description="The organization it is for.")
    name: str = strawberry.field(description="What people call it, unique whatever the case.")
    permissions: list[Permission] = strawberry.field(description="What it allows, at least one.")


@strawberry.type(description="The role that was defined.")
class CreateRolePayload:
    role: types.Role | None = attribute("The role.")
    revision: int = attribute(REVISION)


@strawberry.input(description="What to change of a role; what is left out stays.")
class UpdateRoleInput:
    role_id: strawberry.ID = strawberry.field(description="Which role.")
    name: str | None = strawberry.field(default=strawberry.UNSET, description="What people call it.")
    permissions: list[Permission] | None = strawberry.field(
        default=strawberry.UNSET, description="What it allows, as a whole."
    )


@strawberry.type(description="The role that was changed.")
class UpdateRolePayload:
    role: types.Role | None = attribute("The role.")
    revision: int = attribute(REVISION)


@strawberry.input(description="The role to delete.")
class DeleteRoleInput:
    role_id: strawberry.ID = strawberry.field(description="Which role.")


@strawberry.type(description="The role that is gone.")
class DeleteRolePayload:
    deleted_role_id: strawberry.ID | None = attribute("Its id.")
    revision: int = attribute(REVISION)


@strawberry.type
class RoleMutations:
    @mutation(CreateRolePayload, "Define a role. CONFLICT: a role of the organization has this name.")
    async def create_role(
        self, info: Info, input: Annotated[CreateRoleInput, strawberry.argument(description="The role.")]
    ) -> CreateRolePayload:
        use_case = roles.create_role(
            info.context.instance,
            info.context.asker,
            organization_id=expect_id(input.organization_id, "input", "organizationId"),
            name=input.name,
            permissions=input.permissions,
        )
        done = await applied(info, use_case)
        return CreateRolePayload(role=await shown(info, done.result), revision=done.revision)

    @mutation(UpdateRolePayload, "Change a role. CONFLICT: it is built in, or another has this name.")
    async def update_role(
        self, info: Info, input: Annotated[UpdateRoleInput, strawberry.argument(description="The change.")]
    ) -> UpdateRolePayload:
        use_case = roles.update_role(
            info.context.instance,
            info.context.asker,
            role_id=expect_id(input.role_id, "input", "roleId"),
            name=patched(input.name),
            permissions=patched(input.permissions),
        )
        done = await applied(info, use_case)
        return UpdateRolePayload(role=await shown(info, done.result), revision=done.revision)

    @mutation(DeleteRolePayload, "Delete a role. CONFLICT: it is built in, or some membership carries it.")
    async def delete_role(
        self, info: Info, input: Annotated[DeleteRoleInput, strawberry.argument(description="Which.")]
    ) -> DeleteRolePayload:
        use_case = roles.delete_role(
            info.context.instance, info.context.asker, role_id=expect_id(input.role_id, "input", "roleId")
        )
        done = await applied(info, use_case)
        return DeleteRolePayload(deleted_role_id=strawberry.ID(done.result), revision=done.revision)
