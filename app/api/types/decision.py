"""Decision: the answer to "may they?", with its reasons."""

from dataclasses import dataclass
from typing import Any

import strawberry

from app.api.context import Info
from app.api.enums import ErrorCode, Gate, Permission
from app.api.fields import attribute, field
from app.api.node import Node
from app.api.scalars import DateTime
from app.policy import decision
from app.policy.kinds import Kind
from app.policy.objects import Objects
from app.services import batches
from app.services.checks import Answer
from app.services.sight import fact_by_id
from app.store.identities import kind_of


@dataclass(frozen=True, slots=True)
class Found:
    """A reason, and what its asker sees of the organization it speaks of."""

    reason: decision.Reason
    objects: Objects | None


@strawberry.type(description="What one gate of a decision found.")
class Reason:
    @field(Gate, "Which gate.")
    def gate(found: strawberry.Parent[Found]) -> Gate:
        return found.reason.gate

    @field(bool, "Whether it let the subject through.")
    def passed(found: strawberry.Parent[Found]) -> bool:
        return found.reason.passed

    @field(str, "What it found, for people.")
    def message(found: strawberry.Parent[Found]) -> str:
        return found.reason.message

    @field(Node | None, "The fact that settled it, as far as the viewer sees it.")
    async def source(found: strawberry.Parent[Found], info: Info) -> Any:
        for id in found.reason.sources:
            if kind_of(id) is Kind.API_KEY:
                return await info.context.load(batches.api_key, id)
            source = None if found.objects is None else fact_by_id(found.objects, id)
            if source is not None:
                return source
        return None


@strawberry.type(description="Whether a subject may do something, and why.")
class Decision:
    allowed: bool = attribute("Whether they may.")

    @field(Permission, "What was asked about.")
    def permission(answer: strawberry.Parent[Answer]) -> Permission:
        return answer.decision.permission

    @field(strawberry.ID, "On what, as it was asked.")
    def resource_id(answer: strawberry.Parent[Answer]) -> str:
        return answer.decision.resource_id

    @field(strawberry.ID | None, "For whom.")
    def subject_id(answer: strawberry.Parent[Answer]) -> str | None:
        return answer.decision.subject_id

    @field(ErrorCode | None, "Why not; null when allowed.")
    def code(answer: strawberry.Parent[Answer]) -> ErrorCode | None:
        return answer.decision.code

    @field(list[Reason], "What each gate found, in order; the first that did not pass settles the code.", weight=100)
    def reasons(answer: strawberry.Parent[Answer]) -> list[Found]:
        return [Found(reason, answer.objects) for reason in answer.decision.reasons]

    @field(int, "The organization's revision that it holds for; 0 for what the viewer can't see.")
    def revision(answer: strawberry.Parent[Answer]) -> int:
        return answer.decision.revision

    @field(DateTime | None, "Until when it holds if nothing changes; null for ever.")
    def valid_until(answer: strawberry.Parent[Answer]) -> int | None:
        return answer.decision.valid_until
