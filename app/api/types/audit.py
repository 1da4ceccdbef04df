"""AuditEvent: one revision of an organization, as its audit record."""

from typing import Any

import strawberry

from app.api import references as types
from app.api.batched import batched
from app.api.context import Info
from app.api.fields import attribute, field
from app.api.node import Node, node_by_id, shows
from app.api.scalars import JSON, DateTime
from app.policy import entities
from app.services import batches, records
from app.store import audit


@strawberry.type(description="One change of an organization: who did what, when and why, chained to the one before.")
class AuditEvent(Node):
    is_type_of = shows(audit.AuditEvent)

    revision: int = attribute("The revision it made.")
    action: str = attribute("What was done, by the name of the mutation.")
    target_id: strawberry.ID | None = attribute("To what; outlives the target.")
    target_name: str | None = attribute("What the target was called then.")
    at: DateTime = attribute("When.")
    reason: str | None = attribute("Why, if somebody said.")
    previous_hash: str | None = attribute("The hash of the record before; null for the first.")
    hash: str = attribute("A hash over this record and the one before.")

    @field(types.User | None, "Who did it; null for the system itself, and for who has left.")
    async def actor(event: strawberry.Parent[audit.AuditEvent], info: Info) -> entities.Person | None:
        return None if event.actor_id is None else await records.person(info.context.asker, event.actor_id)

    @field(types.ApiKey | None, "With which key, if the viewer may see that.")
    async def api_key(event: strawberry.Parent[audit.AuditEvent], info: Info) -> Any:
        return None if event.api_key_id is None else await info.context.load(batches.api_key, event.api_key_id)

    @field(Node | None, "To what, if it is still there and the viewer sees it.")
    async def target(event: strawberry.Parent[audit.AuditEvent], info: Info) -> Any:
        return None if event.target_id is None else await node_by_id(info.context, event.target_id)

    @batched(
        JSON | None,
        "The facts it changed or ended, as they were; null where it only made new ones.",
        batches.differences,
        weight=100,
    )
    def before(_event: audit.AuditEvent, _info: Info, difference: audit.Difference) -> object:
        return difference.before

    @batched(
        JSON | None,
        "The facts it changed or made, as they are since; null where it only ended some.",
        batches.differences,
        weight=100,
    )
    def after(_event: audit.AuditEvent, _info: Info, difference: audit.Difference) -> object:
        return difference.after
