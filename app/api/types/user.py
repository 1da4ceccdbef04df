"""User: a person or a service account."""

from typing import Annotated

import strawberry

from app.api import references as types
from app.api.context import Info
from app.api.fields import attribute, connection, field
from app.api.ids import expect_id
from app.api.node import Node, shows
from app.api.pagination import Listing
from app.api.scalars import DateTime
from app.policy import entities
from app.policy.vocabulary import Permission
from app.services import batches, lists, records
from app.store.credentials import ApiKey


@strawberry.type(description="A person or a service account.")
class User(Node):
    is_type_of = shows(entities.Person)

    name: str = attribute("What people call them.")
    email: str | None = attribute("A person's e-mail.")
    is_service_account: bool = attribute("Whether it is a service account of an organization, not a person.")
    is_active: bool = attribute("Whether they may do anything at all.")
    created_at: DateTime = attribute("When they were first known here.")

    @connection(
        types.Membership,
        "Their memberships in one organization, on every node of it; to themselves and with MEMBERS_VIEW on it.",
        nullable=True,
        weight=100,
    )
    async def memberships(
        person: strawberry.Parent[entities.Person],
        info: Info,
        organization_id: Annotated[strawberry.ID, strawberry.argument(description="In which organization.")],
    ) -> Listing[entities.Membership] | None:
        objects = await info.context.asker.open(expect_id(organization_id, "organizationId"))
        if objects is None or not objects.view.sees(organization_id):
            return None
        if person.id != info.context.subject.id and not objects.view.may(Permission.MEMBERS_VIEW, organization_id):
            return None
        found = lists.memberships(objects, person.id)
        return Listing(found, lambda membership: lists.node_order(objects, membership))

    @field(types.User | None, "Who created them, if the viewer sees that person.")
    async def created_by(person: strawberry.Parent[entities.Person], info: Info) -> entities.Person | None:
        return None if person.created_by is None else await records.person(info.context.asker, person.created_by)

    @field(
        list[types.ApiKey] | None,
        "Their API keys: to themselves; a service account's with SERVICE_ACCOUNTS_MANAGE.",
    )
    async def api_keys(person: strawberry.Parent[entities.Person], info: Info) -> list[ApiKey] | None:
        return await info.context.load(batches.api_keys, person)
