"""Mutations of environment access lists."""

from typing import Annotated

import strawberry

from app.api import references as types
from app.api.context import Info
from app.api.enums import EnvironmentAccessMode
from app.api.fields import attribute, given
from app.api.ids import expect_id
from app.api.mutations.field import REVISION, applied, mutation, shown
from app.services import environment_access


@strawberry.input(description="An organization, and whether it enforces environment access lists.")
class SetEnvironmentAccessEnabledInput:
    organization_id: strawberry.ID = strawberry.field(description="Which organization.")
    enabled: bool = strawberry.field(description="Whether lists are enforced; they stay either way.")


@strawberry.type(description="The organization that was switched.")
class SetEnvironmentAccessEnabledPayload:
    organization: types.Organization | None = attribute("The organization.")
    revision: int = attribute(REVISION)


@strawberry.input(description="A member's environment access list.")
class SetEnvironmentAccessInput:
    membership_id: strawberry.ID = strawberry.field(description="The membership of the organization.")
    mode: EnvironmentAccessMode = strawberry.field(description="Whether the list counts for this member.")
    environment_ids: list[strawberry.ID] = strawberry.field(
        default_factory=list, description="The whole list; with full access there is none."
    )
    if_revision: int | None = strawberry.field(
        default=strawberry.UNSET, description="Only if the list has not changed since this revision."
    )


@strawberry.type(description="The membership whose list was set.")
class SetEnvironmentAccessPayload:
    membership: types.Membership | None = attribute("The membership.")
    revision: int = attribute(REVISION)


@strawberry.type
class EnvironmentAccessMutations:
    @mutation(
        SetEnvironmentAccessEnabledPayload,
        "Enforce an organization's environment access lists, or don't. It never answers CONFLICT.",
    )
    async def set_environment_access_enabled(
        self,
        info: Info,
        input: Annotated[SetEnvironmentAccessEnabledInput, strawberry.argument(description="The switch.")],
    ) -> SetEnvironmentAccessEnabledPayload:
        use_case = environment_access.set_environment_access_enabled(
            info.context.instance,
            info.context.asker,
            organization_id=expect_id(input.organization_id, "input", "organizationId"),
            enabled=input.enabled,
        )
        done = await applied(info, use_case)
        return SetEnvironmentAccessEnabledPayload(organization=await shown(info, done.result), revision=done.revision)

    @mutation(
        SetEnvironmentAccessPayload,
        "Set which environments a member sees. CONFLICT: the list has changed after `ifRevision`.",
    )
    async def set_environment_access(
        self, info: Info, input: Annotated[SetEnvironmentAccessInput, strawberry.argument(description="The list.")]
    ) -> SetEnvironmentAccessPayload:
        use_case = environment_access.set_environment_access(
            info.context.instance,
            info.context.asker,
            membership_id=expect_id(input.membership_id, "input", "membershipId"),
            mode=input.mode,
            environment_ids=[
                expect_id(id, "input", "environmentIds", index) for index, id in enumerate(input.environment_ids)
            ],
            if_revision=given(input.if_revision),
        )
        done = await applied(info, use_case)
        return SetEnvironmentAccessPayload(membership=await shown(info, done.result), revision=done.revision)
