"""The inputs of memberships: subjects, roles, times; and how the services take them."""

import strawberry

from app.api.fields import given
from app.api.ids import expect_id
from app.api.mutations.field import patched
from app.api.scalars import DateTime
from app.services.bindings import Binding, BindingChange

Path = tuple[str | int, ...]
STARTS, EXPIRES = "From when on it counts; null for always.", "From when on it no longer counts; null for never."


@strawberry.input(one_of=True, description="A user or a team: exactly one of them.")
class SubjectInput:
    user_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="A user.")
    team_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="A team.")


@strawberry.input(one_of=True, description="Whom to add: exactly one of them.")
class NewMemberInput:
    user_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="A user.")
    team_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="A team.")
    email: str | None = strawberry.field(
        default=strawberry.UNSET, description="Whoever has this e-mail; on an organization also somebody new."
    )


@strawberry.input(description="A membership on a project.")
class BindingInput:
    subject: SubjectInput = strawberry.field(description="Whose.")
    role_ids: list[strawberry.ID] = strawberry.field(description="The roles it gives, at least one.")
    starts_at: DateTime | None = strawberry.field(default=strawberry.UNSET, description=STARTS)
    expires_at: DateTime | None = strawberry.field(default=strawberry.UNSET, description=EXPIRES)

    def value(self, path: Path) -> Binding:
        """As the services take it. Raises INVALID for ids that could not be ours."""
        subject = (*path, "subject")
        return binding(self.subject, self.role_ids, self.starts_at, self.expires_at, subject, (*path, "roleIds"))


@strawberry.input(description="What to change of a membership; what is left out stays.")
class BindingChangeInput:
    membership_id: strawberry.ID = strawberry.field(description="Which membership.")
    role_ids: list[strawberry.ID] | None = strawberry.field(default=strawberry.UNSET, description="The roles it gives.")
    starts_at: DateTime | None = strawberry.field(default=strawberry.UNSET, description=STARTS)
    expires_at: DateTime | None = strawberry.field(default=strawberry.UNSET, description=EXPIRES)

    def value(self, path: Path) -> BindingChange:
        """As the services take it."""
        membership_id = expect_id(self.membership_id, *path, "membershipId")
        return binding_change(membership_id, self.role_ids, self.starts_at, self.expires_at, (*path, "roleIds"))


def binding(
    subject: SubjectInput | NewMemberInput,
    role_ids: list[strawberry.ID],
    starts_at: DateTime | None,
    expires_at: DateTime | None,
    subject_path: Path,
    roles_path: Path,
) -> Binding:
    """A membership as the services take it; one by e-mail has no subject yet."""
    user, team = given(subject.user_id), given(subject.team_id)
    return Binding(
        None if user is None else expect_id(user, *subject_path, "userId"),
        None if team is None else expect_id(team, *subject_path, "teamId"),
        _roles(role_ids, roles_path),
        given(starts_at),
        given(expires_at),
    )


def binding_change(
    membership_id: str,
    role_ids: list[strawberry.ID] | None,
    starts_at: DateTime | None,
    expires_at: DateTime | None,
    roles_path: Path,
) -> BindingChange:
    """A change of a membership as the services take it."""
    asked = patched(role_ids)
    roles = _roles(asked, roles_path) if isinstance(asked, list) else asked
    return BindingChange(membership_id, roles, patched(starts_at), patched(expires_at))


def _roles(role_ids: list[strawberry.ID], path: Path) -> tuple[str, ...]:
    return tuple(expect_id(role_id, *path, index) for index, role_id in enumerate(role_ids))
