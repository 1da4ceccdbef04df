"""Viewer: whoever asks."""

from typing import Annotated

import strawberry

from app.api import references as types
from app.api.context import Info
from app.api.deployment_lists import in_order
from app.api.fields import attribute, connection, field, given
from app.api.ids import expect_id
from app.api.pagination import Listing, listing
from app.policy import entities
from app.policy.subject import Subject
from app.services import batches, inbox, lists
from app.services.deployments import Deployed
from app.store.credentials import ApiKey


@strawberry.type(description="Whoever asks: a person or service account.")
class Viewer:
    id: strawberry.ID = attribute("The user's id, so that caches keep one viewer.")

    @field(types.User, "Who that is.")
    def user(viewer: strawberry.Parent[Subject]) -> entities.Person:
        return viewer.person

    @connection(types.Membership, "Their memberships, in every organization.", weight=300)
    async def memberships(viewer: strawberry.Parent[Subject], info: Info) -> Listing[entities.Membership]:
        opened = await info.context.asker.open_all()
        found = {
            membership.id: (lists.node_order(objects, membership), membership)
            for objects in opened
            for membership in lists.memberships(objects, viewer.id)
        }
        return listing([each for _, each in found.values()], lambda each: found[each.id][0])

    @connection(
        types.Deployment, "The deployments that wait for the viewer's approval, newest first.", by=int, weight=5000
    )
    async def pending_approvals(
        viewer: strawberry.Parent[Subject],
        info: Info,
        organization_id: Annotated[
            strawberry.ID | None, strawberry.argument(description="Only those of this organization.")
        ] = strawberry.UNSET,
    ) -> Listing[Deployed]:
        only = given(organization_id)
        wanted = None if only is None else expect_id(only, "organizationId")
        return in_order(await inbox.pending_approvals(info.context.asker, wanted))

    @field(list[types.ApiKey], "Their API keys.")
    async def api_keys(viewer: strawberry.Parent[Subject], info: Info) -> list[ApiKey]:
        return await info.context.load(batches.api_keys, viewer.person) or []
