"""Mutations of service accounts and keys, and of people let out and in."""

from typing import Annotated

import strawberry

from app.api import references as types
from app.api.context import Info
from app.api.enums import Permission
from app.api.fields import attribute, given
from app.api.ids import expect_id
from app.api.mutations.field import REVISION, applied, mutation, shown
from app.api.scalars import DateTime
from app.services import api_keys, service_accounts, users

INSTANCE_REVISION = "The revision that holds the change: the instance's, for what belongs to no organization."


@strawberry.input(description="A new service account.")
class CreateServiceAccountInput:
    organization_id: strawberry.ID = strawberry.field(description="The organization it belongs to.")
    name: str = strawberry.field(description="What people call it.")


@strawberry.type(description="The service account that was created.")
class CreateServiceAccountPayload:
    user: types.User | None = attribute("The account.")
    membership: types.Membership | None = attribute("Its membership of the organization, as a guest.")
    revision: int = attribute(REVISION)


@strawberry.input(description="A new key.")
class CreateApiKeyInput:
    name: str = strawberry.field(description="What its owner calls it.")
    user_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="Whom it acts as: oneself when left out, or a service account."
    )
    permissions: list[Permission] | None = strawberry.field(
        default=strawberry.UNSET, description="What it is narrowed to; viewing is always in. Null for everything."
    )
    resource_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="The part of an organization it is narrowed to."
    )
    expires_at: DateTime | None = strawberry.field(
        default=strawberry.UNSET, description="From when on it is no good; null for never."
    )


@strawberry.type(description="The key that was made.")
class CreateApiKeyPayload:
    api_key: types.ApiKey | None = attribute("The key.")
    secret: str | None = attribute("What to ask with. It is shown this once and kept nowhere.")
    revision: int = attribute(INSTANCE_REVISION)


@strawberry.input(description="The key to revoke.")
class RevokeApiKeyInput:
    api_key_id: strawberry.ID = strawberry.field(description="Which key.")


@strawberry.type(description="The key that is no good any more.")
class RevokeApiKeyPayload:
    revoked_api_key_id: strawberry.ID | None = attribute("Its id.")
    revision: int = attribute(INSTANCE_REVISION)


@strawberry.input(description="The user to deactivate.")
class DeactivateUserInput:
    user_id: strawberry.ID = strawberry.field(description="Which person or service account.")


@strawberry.type(description="The user that was deactivated.")
class DeactivateUserPayload:
    user: types.User | None = attribute("The user.")
    revision: int = attribute(INSTANCE_REVISION)


@strawberry.input(description="The user to activate again.")
class ActivateUserInput:
    user_id: strawberry.ID = strawberry.field(description="Which person or service account.")


@strawberry.type(description="The user that is active again.")
class ActivateUserPayload:
    user: types.User | None = attribute("The user.")
    revision: int = attribute(INSTANCE_REVISION)


@strawberry.type
class AccountMutations:
    @mutation(CreateServiceAccountPayload, "Create a service account. It never answers CONFLICT.")
    async def create_service_account(
        self, info: Info, input: Annotated[CreateServiceAccountInput, strawberry.argument(description="It.")]
    ) -> CreateServiceAccountPayload:
        use_case = service_accounts.create_service_account(
            info.context.instance,
            info.context.asker,
            organization_id=expect_id(input.organization_id, "input", "organizationId"),
            name=input.name,
        )
        done = await applied(info, use_case)
        return CreateServiceAccountPayload(
            user=await shown(info, done.result.user_id),
            membership=await shown(info, done.result.membership_id),
            revision=done.revision,
        )

    @mutation(CreateApiKeyPayload, "Make a key, shown this once. It never answers CONFLICT.")
    async def create_api_key(
        self, info: Info, input: Annotated[CreateApiKeyInput, strawberry.argument(description="The key.")]
    ) -> CreateApiKeyPayload:
        user_id, resource_id = given(input.user_id), given(input.resource_id)
        use_case = api_keys.create_api_key(
            info.context.instance,
            info.context.asker,
            name=input.name,
            user_id=None if user_id is None else expect_id(user_id, "input", "userId"),
            permissions=given(input.permissions),
            resource_id=None if resource_id is None else expect_id(resource_id, "input", "resourceId"),
            expires_at=given(input.expires_at),
        )
        done = await applied(info, use_case)
        made = done.result
        return CreateApiKeyPayload(api_key=await shown(info, made.id), secret=made.secret, revision=done.revision)

    @mutation(RevokeApiKeyPayload, "Revoke a key, at once. It never answers CONFLICT.")
    async def revoke_api_key(
        self, info: Info, input: Annotated[RevokeApiKeyInput, strawberry.argument(description="Which.")]
    ) -> RevokeApiKeyPayload:
        # The payload shows nothing of the store, and the key that asked may be the one that is gone.
        done = await api_keys.revoke_api_key(
            info.context.instance, info.context.asker, key_id=expect_id(input.api_key_id, "input", "apiKeyId")
        )
        return RevokeApiKeyPayload(revoked_api_key_id=strawberry.ID(done.result), revision=done.revision)

    @mutation(
        DeactivateUserPayload, "Let somebody do nothing any more; instance administrators. It never answers CONFLICT."
    )
    async def deactivate_user(
        self, info: Info, input: Annotated[DeactivateUserInput, strawberry.argument(description="Who.")]
    ) -> DeactivateUserPayload:
        use_case = users.deactivate_user(
            info.context.instance, info.context.asker, user_id=expect_id(input.user_id, "input", "userId")
        )
        done = await applied(info, use_case)
        return DeactivateUserPayload(user=await shown(info, done.result), revision=done.revision)

    @mutation(ActivateUserPayload, "Let somebody in again; instance administrators. It never answers CONFLICT.")
    async def activate_user(
        self, info: Info, input: Annotated[ActivateUserInput, strawberry.argument(description="Who.")]
    ) -> ActivateUserPayload:
        use_case = users.activate_user(
            info.context.instance, info.context.asker, user_id=expect_id(input.user_id, "input", "userId")
        )
        done = await applied(info, use_case)
        return ActivateUserPayload(user=await shown(info, done.result), revision=done.revision)
