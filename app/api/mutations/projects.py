"""Mutations of projects."""

from typing import Annotated

import strawberry

from app.api import references as types
from app.api.context import Info
from app.api.enums import ProjectKind
from app.api.fields import attribute
from app.api.ids import expect_id
from app.api.mutations.field import REVISION, applied, mutation, patched, shown
from app.services import projects


@strawberry.input(description="A new project.")
class CreateProjectInput:
    parent_id: strawberry.ID = strawberry.field(description="The organization or team it goes below.")
    name: str = strawberry.field(description="What people call it.")
    slug: str = strawberry.field(description="Its short name in paths, unique there.")
    kind: ProjectKind = strawberry.field(description="What it is; never changed.")


@strawberry.type(description="The project that was created.")
class CreateProjectPayload:
    project: types.Project | None = attribute("The project.")
    revision: int = attribute(REVISION)


@strawberry.input(description="What to change of a project; what is left out stays.")
class UpdateProjectInput:
    project_id: strawberry.ID = strawberry.field(description="Which project.")
    name: str | None = strawberry.field(default=strawberry.UNSET, description="What people call it.")


@strawberry.type(description="The project that was changed.")
class UpdateProjectPayload:
    project: types.Project | None = attribute("The project.")
    revision: int = attribute(REVISION)


@strawberry.input(description="A project and where it goes.")
class MoveProjectInput:
    project_id: strawberry.ID = strawberry.field(description="Which project.")
    parent_id: strawberry.ID = strawberry.field(description="The organization or team it goes below.")


@strawberry.type(description="The project that was moved.")
class MoveProjectPayload:
    project: types.Project | None = attribute("The project; null where the move hides it from the viewer.")
    revision: int = attribute(REVISION)


@strawberry.input(description="The project to delete.")
class DeleteProjectInput:
    project_id: strawberry.ID = strawberry.field(description="Which project.")


@strawberry.type(description="The project that is gone.")
class DeleteProjectPayload:
    deleted_project_id: strawberry.ID | None = attribute("Its id.")
    revision: int = attribute(REVISION)


@strawberry.type
class ProjectMutations:
    @mutation(CreateProjectPayload, "Create a project. CONFLICT: the slug is taken below its parent.")
    async def create_project(
        self, info: Info, input: Annotated[CreateProjectInput, strawberry.argument(description="The project.")]
    ) -> CreateProjectPayload:
        use_case = projects.create_project(
            info.context.instance,
            info.context.asker,
            parent_id=expect_id(input.parent_id, "input", "parentId"),
            name=input.name,
            slug=input.slug,
            kind=input.kind,
        )
        done = await applied(info, use_case)
        return CreateProjectPayload(project=await shown(info, done.result), revision=done.revision)

    @mutation(UpdateProjectPayload, "Change a project. It never answers CONFLICT.")
    async def update_project(
        self, info: Info, input: Annotated[UpdateProjectInput, strawberry.argument(description="The change.")]
    ) -> UpdateProjectPayload:
        use_case = projects.update_project(
            info.context.instance,
            info.context.asker,
            project_id=expect_id(input.project_id, "input", "projectId"),
            name=patched(input.name),
        )
        done = await applied(info, use_case)
        return UpdateProjectPayload(project=await shown(info, done.result), revision=done.revision)

    @mutation(MoveProjectPayload, "Move a project within its organization. CONFLICT: its slug is taken there.")
    async def move_project(
        self, info: Info, input: Annotated[MoveProjectInput, strawberry.argument(description="The move.")]
    ) -> MoveProjectPayload:
        use_case = projects.move_project(
            info.context.instance,
            info.context.asker,
            project_id=expect_id(input.project_id, "input", "projectId"),
            parent_id=expect_id(input.parent_id, "input", "parentId"),
        )
        done = await applied(info, use_case)
        return MoveProjectPayload(project=await shown(info, done.result), revision=done.revision)

    @mutation(DeleteProjectPayload, "Delete a project. CONFLICT: it has environments, even hidden ones.")
    async def delete_project(
        self, info: Info, input: Annotated[DeleteProjectInput, strawberry.argument(description="Which.")]
    ) -> DeleteProjectPayload:
        use_case = projects.delete_project(
            info.context.instance, info.context.asker, project_id=expect_id(input.project_id, "input", "projectId")
        )
        done = await applied(info, use_case)
        return DeleteProjectPayload(deleted_project_id=strawberry.ID(done.result), revision=done.revision)
