"""The input types of queries."""

from collections.abc import Sequence

import strawberry

from app.api.enums import Permission
from app.api.fields import given
from app.api.ids import expect_id
from app.errors import BailiwickError
from app.execution.columns import column, distinct
from app.services.checks import Question
from app.store.identities import are_ids, kind_of

_NOTHING = {None, strawberry.UNSET}


@strawberry.input(description="May somebody do this to that?")
class CheckInput:
    permission: Permission = strawberry.field(description="What.")
    resource_id: strawberry.ID = strawberry.field(description="To what.")
    environment_name: str | None = strawberry.field(
        description="To the environment of this name in the project `resourceId`, there yet or not.",
        default=strawberry.UNSET,
    )
    subject_id: strawberry.ID | None = strawberry.field(
        description="Who; left out, the viewer. Somebody else needs ACCESS_EXPLAIN on the resource.",
        default=strawberry.UNSET,
    )

    def question(self, path: tuple[str | int, ...]) -> Question:
        """The question as the services take it. Raises INVALID, with its path, for ids that could not be ours."""
        resource_id, name, subject_id = self.resource_id, given(self.environment_name), given(self.subject_id)
        if kind_of(resource_id) is None:
            expect_id(resource_id, *path, "resourceId")
        if subject_id is not None:
            expect_id(subject_id, *path, "subjectId")
        return Question(self.permission, resource_id, name, subject_id, path)

    def ask(self, path: tuple[str | int, ...]) -> Question | BailiwickError:
        """The question, or why it is refused: one bad question doesn't spoil the others."""
        try:
            return self.question(path)
        except BailiwickError as error:
            return error


def plain(inputs: Sequence[CheckInput]) -> tuple[Sequence[Permission], Sequence[str]] | None:
    """What and to what, where all is asked for the viewer, of what is there and by good ids; else None."""
    if not _NOTHING.issuperset(distinct(inputs, "environment_name")):
        return None
    if not _NOTHING.issuperset(distinct(inputs, "subject_id")):
        return None
    ids: Sequence[str] = column(inputs, "resource_id")
    return (column(inputs, "permission"), ids) if are_ids(ids) else None
