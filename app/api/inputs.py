"""The input types of queries."""

import strawberry

from app.api.enums import Permission
from app.api.fields import given
from app.api.ids import expect_id
from app.errors import BailiwickError
from app.services.checks import Question
from app.store.identities import kind_of

_NOTHING = (None, strawberry.UNSET)


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

    @property
    def is_plain(self) -> bool:
        """Whether it is about the viewer and what is there."""
        return self.environment_name in _NOTHING and self.subject_id in _NOTHING

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
