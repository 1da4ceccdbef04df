"""Mutations of AI providers."""

from typing import Annotated

import strawberry

from app.api import references as types
from app.api.context import Info
from app.api.fields import attribute
from app.api.ids import expect_id
from app.api.mutations.field import REVISION, applied, mutation, shown
from app.services import providers


@strawberry.input(description="A new AI provider.")
class CreateAiProviderInput:
    organization_id: strawberry.ID = strawberry.field(description="The organization it is for.")
    name: str = strawberry.field(description="What people call it, unique whatever the case.")
    kind: str = strawberry.field(description="Which provider it is.")


@strawberry.type(description="The AI provider that was added.")
class CreateAiProviderPayload:
    ai_provider: types.AiProvider | None = attribute("The provider.")
    revision: int = attribute(REVISION)


@strawberry.input(description="The AI provider to take away.")
class DeleteAiProviderInput:
    ai_provider_id: strawberry.ID = strawberry.field(description="Which provider.")


@strawberry.type(description="The AI provider that is gone.")
class DeleteAiProviderPayload:
    deleted_ai_provider_id: strawberry.ID | None = attribute("Its id.")
    revision: int = attribute(REVISION)


@strawberry.type
class ProviderMutations:
    @mutation(CreateAiProviderPayload, "Add an AI provider. CONFLICT: one of the organization has this name.")
    async def create_ai_provider(
        self, info: Info, input: Annotated[CreateAiProviderInput, strawberry.argument(description="It.")]
    ) -> CreateAiProviderPayload:
        use_case = providers.create_ai_provider(
            info.context.instance,
            info.context.asker,
            organization_id=expect_id(input.organization_id, "input", "organizationId"),
            name=input.name,
            kind=input.kind,
        )
        done = await applied(info, use_case)
        return CreateAiProviderPayload(ai_provider=await shown(info, done.result), revision=done.revision)

    @mutation(DeleteAiProviderPayload, "Take an AI provider away. It never answers CONFLICT.")
    async def delete_ai_provider(
        self, info: Info, input: Annotated[DeleteAiProviderInput, strawberry.argument(description="Which.")]
    ) -> DeleteAiProviderPayload:
        use_case = providers.delete_ai_provider(
            info.context.instance,
            info.context.asker,
            provider_id=expect_id(input.ai_provider_id, "input", "aiProviderId"),
        )
        done = await applied(info, use_case)
        return DeleteAiProviderPayload(deleted_ai_provider_id=strawberry.ID(done.result), revision=done.revision)
