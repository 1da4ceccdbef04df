"""Mutations of memberships."""

from typing import Annotated

import strawberry

from app.api import references as types
from app.api.context import Info
from app.api.fields import attribute, given
from app.api.ids import expect_id
from app.api.mutations.binding_inputs import EXPIRES, STARTS, NewMemberInput, binding, binding_change
from app.api.mutations.field import REVISION, applied, mutation, shown
from app.api.scalars import DateTime
from app.services import memberships


@strawberry.input(description="A new membership.")
class AddMembershipInput:
    resource_id: strawberry.ID = strawberry.field(description="The organization, team or project it is on.")
    member: NewMemberInput = strawberry.field(description="Whose.")
    role_ids: list[strawberry.ID] = strawberry.field(description="The roles it gives, at least one.")
    starts_at: DateTime | None = strawberry.field(default=strawberry.UNSET, description=STARTS)
    expires_at: DateTime | None = strawberry.field(default=strawberry.UNSET, description=EXPIRES)


@strawberry.type(description="The membership that was added.")
class AddMembershipPayload:
    membership: types.Membership | None = attribute("The membership.")
    revision: int = attribute(REVISION)


@strawberry.input(description="What to change of a membership; what is left out stays.")
class UpdateMembershipInput:
    membership_id: strawberry.ID = strawberry.field(description="Which membership.")
    role_ids: list[strawberry.ID] | None = strawberry.field(default=strawberry.UNSET, description="The roles it gives.")
    starts_at: DateTime | None = strawberry.field(default=strawberry.UNSET, description=STARTS)
    expires_at: DateTime | None = strawberry.field(default=strawberry.UNSET, description=EXPIRES)


@strawberry.type(description="The membership that was changed.")
class UpdateMembershipPayload:
    membership: types.Membership | None = attribute("The membership, with the id it had.")
    revision: int = attribute(REVISION)


@strawberry.input(description="The membership to end.")
class RemoveMembershipInput:
    membership_id: strawberry.ID = strawberry.field(description="Which membership.")


@strawberry.type(description="The membership that is gone.")
class RemoveMembershipPayload:
    deleted_membership_id: strawberry.ID | None = attribute("Its id.")
    revision: int = attribute(REVISION)


@strawberry.type
class MembershipMutations:
    @mutation(
        AddMembershipPayload,
        "Give somebody roles on a node. CONFLICT: they have a membership there; one that has expired is replaced.",
    )
    async def add_membership(
        self, info: Info, input: Annotated[AddMembershipInput, strawberry.argument(description="The membership.")]
    ) -> AddMembershipPayload:
        wanted = binding(
            input.member,
            input.role_ids,
            input.starts_at,
            input.expires_at,
            ("input", "member"),
            ("input", "roleIds"),
        )
        use_case = memberships.add_membership(
            info.context.instance,
            info.context.asker,
            resource_id=expect_id(input.resource_id, "input", "resourceId"),
            binding=wanted,
            email=given(input.member.email),
        )
        done = await applied(info, use_case)
        return AddMembershipPayload(membership=await shown(info, done.result), revision=done.revision)

    @mutation(UpdateMembershipPayload, "Change a membership's roles and times. It never answers CONFLICT.")
    async def update_membership(
        self, info: Info, input: Annotated[UpdateMembershipInput, strawberry.argument(description="The change.")]
    ) -> UpdateMembershipPayload:
        wanted = binding_change(
            expect_id(input.membership_id, "input", "membershipId"),
            input.role_ids,
            input.starts_at,
            input.expires_at,
            ("input", "roleIds"),
        )
        use_case = memberships.update_membership(info.context.instance, info.context.asker, wanted=wanted)
        done = await applied(info, use_case)
        return UpdateMembershipPayload(membership=await shown(info, done.result), revision=done.revision)

    @mutation(RemoveMembershipPayload, "End a membership. It never answers CONFLICT.")
    async def remove_membership(
        self, info: Info, input: Annotated[RemoveMembershipInput, strawberry.argument(description="Which.")]
    ) -> RemoveMembershipPayload:
        use_case = memberships.remove_membership(
            info.context.instance,
            info.context.asker,
            membership_id=expect_id(input.membership_id, "input", "membershipId"),
        )
        done = await applied(info, use_case)
        return RemoveMembershipPayload(deleted_membership_id=strawberry.ID(done.result), revision=done.revision)
