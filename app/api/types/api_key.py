"""ApiKey: what somebody asks with; never its secret."""

from typing import Any

import strawberry

from app.api import references as types
from app.api.batched import batched
from app.api.context import Info
from app.api.enums import Permission
from app.api.fields import attribute, field
from app.api.node import Node, node_by_id, shows
from app.api.scalars import DateTime
from app.policy import entities
from app.services import batches, records
from app.store import credentials


@strawberry.type(description="A key that acts as its user, and may be narrowed.")
class ApiKey(Node):
    is_type_of = shows(credentials.ApiKey)

    name: str = attribute("What its owner calls it.")
    prefix: str = attribute("How it begins, to recognize it by.")
    permissions: list[Permission] | None = attribute("What it is narrowed to; null for everything its user may do.")
    expires_at: DateTime | None = attribute("From when on it is no good; null for never.")
    created_at: DateTime = attribute("When it was made.")

    @field(types.User | None, "Whom it acts as.")
    async def user(key: strawberry.Parent[credentials.ApiKey], info: Info) -> entities.Person | None:
        return await records.person(info.context.asker, key.user_id)

    @field(Node | None, "The part of an organization it is narrowed to; null for none, and where hidden.")
    async def resource(key: strawberry.Parent[credentials.ApiKey], info: Info) -> Any:
        return None if key.resource_id is None else await node_by_id(info.context, key.resource_id)

    @batched(DateTime | None, "When it was last used, to the minute; null for never.", batches.last_use)
    def last_used_at(_key: credentials.ApiKey, _info: Info, loaded: int | None) -> object:
        return loaded
