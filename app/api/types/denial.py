"""Denial: a mutation that was refused."""

from typing import Any

import strawberry

from app.api import references as types
from app.api.context import Info
from app.api.enums import ErrorCode
from app.api.fields import attribute, field
from app.api.node import Node, node_by_id
from app.api.scalars import DateTime
from app.policy import entities
from app.services import batches, records
from app.store import denials


@strawberry.type(description="A mutation that was refused: who asked for what, and why not.")
class Denial:
    id: strawberry.ID = attribute("Its id.")
    action: str = attribute("What was asked for, by the name of the mutation.")
    target_id: strawberry.ID | None = attribute("To what.")
    code: ErrorCode = attribute("Why it was refused.")
    at: DateTime = attribute("When.")

    @field(types.User | None, "Who asked; null for somebody the viewer can't see.")
    async def actor(denial: strawberry.Parent[denials.Denial], info: Info) -> entities.Person | None:
        return None if denial.actor_id is None else await records.person(info.context.asker, denial.actor_id)

    @field(types.ApiKey | None, "With which key, if the viewer may see that.")
    async def api_key(denial: strawberry.Parent[denials.Denial], info: Info) -> Any:
        return None if denial.api_key_id is None else await info.context.load(batches.api_key, denial.api_key_id)

    @field(Node | None, "To what, if it is still there and the viewer sees it.")
    async def target(denial: strawberry.Parent[denials.Denial], info: Info) -> Any:
        return None if denial.target_id is None else await node_by_id(info.context, denial.target_id)
