"""Mutations of teams."""

from typing import Annotated

import strawberry

from app.api import references as types
from app.api.context import Info
from app.api.fields import attribute
from app.api.ids import expect_id
from app.api.mutations.field import REVISION, applied, mutation, patched, shown
from app.services import teams


@strawberry.input(description="A new team.")
class CreateTeamInput:
    parent_id: strawberry.ID = strawberry.field(description="The organization or team it goes below.")
    name: str = strawberry.field(description="What people call it.")
    slug: str = strawberry.field(description="Its short name in paths, unique there.")
    isolated: bool = strawberry.field(
        default=False, description="Whether roles other than ADMIN stop flowing in from above."
    )


@strawberry.type(description="The team that was created.")
class CreateTeamPayload:
    team: types.Team | None = attribute("The team.")
    revision: int = attribute(REVISION)


@strawberry.input(description="What to change of a team; what is left out stays.")
class UpdateTeamInput:
    team_id: strawberry.ID = strawberry.field(description="Which team.")
    name: str | None = strawberry.field(default=strawberry.UNSET, description="What people call it.")
    isolated: bool | None = strawberry.field(
        default=strawberry.UNSET, description="Whether roles other than ADMIN stop flowing in from above."
    )


@strawberry.type(description="The team that was changed.")
class UpdateTeamPayload:
    team: types.Team | None = attribute("The team.")
    revision: int = attribute(REVISION)


@strawberry.input(description="A team and where it goes.")
class MoveTeamInput:
    team_id: strawberry.ID = strawberry.field(description="Which team.")
    parent_id: strawberry.ID = strawberry.field(description="The organization or team it goes below.")


@strawberry.type(description="The team that was moved.")
class MoveTeamPayload:
    team: types.Team | None = attribute("The team; null where the move hides it from the viewer.")
    revision: int = attribute(REVISION)


@strawberry.input(description="The team to delete.")
class DeleteTeamInput:
    team_id: strawberry.ID = strawberry.field(description="Which team.")


@strawberry.type(description="The team that is gone.")
class DeleteTeamPayload:
    deleted_team_id: strawberry.ID | None = attribute("Its id.")
    revision: int = attribute(REVISION)


@strawberry.type
class TeamMutations:
    @mutation(CreateTeamPayload, "Create a team. CONFLICT: the slug is taken below its parent.")
    async def create_team(
        self, info: Info, input: Annotated[CreateTeamInput, strawberry.argument(description="The team.")]
    ) -> CreateTeamPayload:
        context = info.context
        done = await applied(
            info,
            teams.create_team(
                context.instance,
                context.asker,
                parent_id=expect_id(input.parent_id, "input", "parentId"),
                name=input.name,
                slug=input.slug,
                isolated=input.isolated,
            ),
        )
        return CreateTeamPayload(team=await shown(info, done.result), revision=done.revision)

    @mutation(UpdateTeamPayload, "Change a team. It never answers CONFLICT.")
    async def update_team(
        self, info: Info, input: Annotated[UpdateTeamInput, strawberry.argument(description="The change.")]
    ) -> UpdateTeamPayload:
        context = info.context
        done = await applied(
            info,
            teams.update_team(
                context.instance,
                context.asker,
                team_id=expect_id(input.team_id, "input", "teamId"),
                name=patched(input.name),
                isolated=patched(input.isolated),
            ),
        )
        return UpdateTeamPayload(team=await shown(info, done.result), revision=done.revision)

    @mutation(MoveTeamPayload, "Move a team within its organization. CONFLICT: its slug is taken there.")
    async def move_team(
        self, info: Info, input: Annotated[MoveTeamInput, strawberry.argument(description="The move.")]
    ) -> MoveTeamPayload:
        use_case = teams.move_team(
            info.context.instance,
            info.context.asker,
            team_id=expect_id(input.team_id, "input", "teamId"),
            parent_id=expect_id(input.parent_id, "input", "parentId"),
        )
        done = await applied(info, use_case)
        return MoveTeamPayload(team=await shown(info, done.result), revision=done.revision)

    @mutation(DeleteTeamPayload, "Delete a team. CONFLICT: it has teams or projects, even hidden ones.")
    async def delete_team(
        self, info: Info, input: Annotated[DeleteTeamInput, strawberry.argument(description="Which.")]
    ) -> DeleteTeamPayload:
        use_case = teams.delete_team(
            info.context.instance, info.context.asker, team_id=expect_id(input.team_id, "input", "teamId")
        )
        done = await applied(info, use_case)
        return DeleteTeamPayload(deleted_team_id=strawberry.ID(done.result), revision=done.revision)
