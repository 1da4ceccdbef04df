"""The input types of queries."""

import strawberry

from app.api.enums import Permission
from app.api.fields import given
from app.api.ids import expect_id
from app.errors import BailiwickError
from app.services.checks import Question


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

    def question(self, *path: str | int) -> Question:
        """The question as the services take it. Raises INVALID, with its path, for ids that could not be ours."""
        subject_id = given(self.subject_id)
        return Question(
            self.permission,
            expect_id(self.resource_id, *path, "resourceId"),
            given(self.environment_name),
            None if subject_id is None else expect_id(subject_id, *path, "subjectId"),
            path,
        )

    def ask(self, *path: str | int) -> Question | BailiwickError:
        """The question, or why it is refused: one bad question doesn't spoil the others."""
        try:
            return self.question(*path)
        except BailiwickError as error:
            return error
