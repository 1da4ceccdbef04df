"""Mutations of organizations."""

from typing import Annotated

import strawberry

from app.api import references as types
from app.api.context import Info
from app.api.fields import attribute
from app.api.ids import expect_id
from app.api.mutations.field import REVISION, applied, mutation, patched, shown
from app.services import organizations


@strawberry.input(description="A new organization.")
class CreateOrganizationInput:
    name: str = strawberry.field(description="What people call it.")
    slug: str = strawberry.field(description="Its short name in paths, unique over all organizations.")


@strawberry.type(description="The organization that was created.")
class CreateOrganizationPayload:
    organization: types.Organization | None = attribute("The organization; its creator is its ADMIN.")
    revision: int = attribute(REVISION)


@strawberry.input(description="What to change of an organization; what is left out stays.")
class UpdateOrganizationInput:
    organization_id: strawberry.ID = strawberry.field(description="Which organization.")
    name: str | None = strawberry.field(default=strawberry.UNSET, description="What people call it.")


@strawberry.type(description="The organization that was changed.")
class UpdateOrganizationPayload:
    organization: types.Organization | None = attribute("The organization.")
    revision: int = attribute(REVISION)


@strawberry.type
class OrganizationMutations:
    @mutation(CreateOrganizationPayload, "Create an organization and be its ADMIN. CONFLICT: the slug is taken.")
    async def create_organization(
        self, info: Info, input: Annotated[CreateOrganizationInput, strawberry.argument(description="It.")]
    ) -> CreateOrganizationPayload:
        context = info.context
        use_case = organizations.create_organization(context.instance, context.asker, name=input.name, slug=input.slug)
        done = await applied(info, use_case)
        return CreateOrganizationPayload(organization=await shown(info, done.result), revision=done.revision)

    @mutation(UpdateOrganizationPayload, "Change an organization. It never answers CONFLICT.")
    async def update_organization(
        self, info: Info, input: Annotated[UpdateOrganizationInput, strawberry.argument(description="The change.")]
    ) -> UpdateOrganizationPayload:
        context = info.context
        use_case = organizations.update_organization(
            context.instance,
            context.asker,
            organization_id=expect_id(input.organization_id, "input", "organizationId"),
            name=patched(input.name),
        )
        done = await applied(info, use_case)
        return UpdateOrganizationPayload(organization=await shown(info, done.result), revision=done.revision)
