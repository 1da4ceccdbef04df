"""Mutations of restricted projects and of who has access to a project."""

from typing import Annotated

import strawberry

from app.api import references as types
from app.api.context import Info
from app.api.fields import attribute
from app.api.ids import expect_id
from app.api.mutations.binding_inputs import BindingChangeInput, BindingInput
from app.api.mutations.field import REVISION, applied, mutation, shown
from app.services import project_access


@strawberry.input(description="A project to restrict, and who has access to it then.")
class RestrictProjectInput:
    project_id: strawberry.ID = strawberry.field(description="Which project.")
    bindings: list[BindingInput] = strawberry.field(
        default_factory=list, description="Memberships to add or replace in the same step; none is removed."
    )


@strawberry.type(description="The project that is restricted.")
class RestrictProjectPayload:
    project: types.Project | None = attribute("The project.")
    revision: int = attribute(REVISION)


@strawberry.input(description="A project whose restriction is lifted.")
class UnrestrictProjectInput:
    project_id: strawberry.ID = strawberry.field(description="Which project.")
    confirm: bool = strawberry.field(default=False, description="That everybody may see it again whom roles show it.")


@strawberry.type(description="The project that is open again.")
class UnrestrictProjectPayload:
    project: types.Project | None = attribute("The project.")
    revision: int = attribute(REVISION)


@strawberry.input(description="What to change of the memberships on a project.")
class UpdateProjectAccessInput:
    project_id: strawberry.ID = strawberry.field(description="Which project.")
    add: list[BindingInput] = strawberry.field(default_factory=list, description="Memberships to add.")
    update: list[BindingChangeInput] = strawberry.field(default_factory=list, description="Memberships to change.")
    remove_ids: list[strawberry.ID] = strawberry.field(default_factory=list, description="Memberships to end.")


@strawberry.type(description="The memberships that were changed.")
class UpdateProjectAccessPayload:
    project: types.Project | None = attribute("The project.")
    memberships: list[types.Membership] | None = attribute("Those that were added or changed.")
    deleted_membership_ids: list[strawberry.ID] | None = attribute("Those that are gone.")
    revision: int = attribute(REVISION)


@strawberry.type
class ProjectAccessMutations:
    @mutation(
        RestrictProjectPayload,
        "Let only a project's own memberships, and ADMINs from above, count. It never answers CONFLICT.",
    )
    async def restrict_project(
        self, info: Info, input: Annotated[RestrictProjectInput, strawberry.argument(description="The project.")]
    ) -> RestrictProjectPayload:
        use_case = project_access.restrict_project(
            info.context.instance,
            info.context.asker,
            project_id=expect_id(input.project_id, "input", "projectId"),
            bindings=[each.value(("input", "bindings", index)) for index, each in enumerate(input.bindings)],
        )
        done = await applied(info, use_case)
        return RestrictProjectPayload(project=await shown(info, done.result), revision=done.revision)

    @mutation(
        UnrestrictProjectPayload,
        "Lift a project's restriction, keeping its memberships for the next time. It never answers CONFLICT.",
    )
    async def unrestrict_project(
        self, info: Info, input: Annotated[UnrestrictProjectInput, strawberry.argument(description="The project.")]
    ) -> UnrestrictProjectPayload:
        use_case = project_access.unrestrict_project(
            info.context.instance,
            info.context.asker,
            project_id=expect_id(input.project_id, "input", "projectId"),
            confirm=input.confirm,
        )
        done = await applied(info, use_case)
        return UnrestrictProjectPayload(project=await shown(info, done.result), revision=done.revision)

    @mutation(
        UpdateProjectAccessPayload,
        "Add, change and end memberships on a project, all or nothing. CONFLICT: whom it adds has one.",
    )
    async def update_project_access(
        self, info: Info, input: Annotated[UpdateProjectAccessInput, strawberry.argument(description="The change.")]
    ) -> UpdateProjectAccessPayload:
        use_case = project_access.update_project_access(
            info.context.instance,
            info.context.asker,
            project_id=expect_id(input.project_id, "input", "projectId"),
            add=[each.value(("input", "add", index)) for index, each in enumerate(input.add)],
            update=[each.value(("input", "update", index)) for index, each in enumerate(input.update)],
            remove_ids=[expect_id(id, "input", "removeIds", index) for index, id in enumerate(input.remove_ids)],
        )
        done = await applied(info, use_case)
        found = [await shown(info, id) for id in done.result.membership_ids]
        return UpdateProjectAccessPayload(
            project=await shown(info, str(input.project_id)),
            memberships=[membership for membership in found if membership is not None],
            deleted_membership_ids=[strawberry.ID(id) for id in done.result.ended_ids],
            revision=done.revision,
        )
