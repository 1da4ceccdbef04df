"""Mutations of approvers: decisions on deployments."""

from typing import Annotated

import strawberry

from app.api import references as types
from app.api.context import Info
from app.api.enums import ApprovalDecision
from app.api.fields import attribute
from app.api.ids import expect_id
from app.api.mutations.field import REVISION, applied, mutation, patched, shown
from app.services import approval_changes
from app.services.patch import Absent


@strawberry.input(description="A decision on a deployment; what a repeated one leaves out stays.")
class DecideDeploymentInput:
    deployment_id: strawberry.ID = strawberry.field(description="Which deployment.")
    decision: ApprovalDecision = strawberry.field(description="Whether it may go on.")
    rule_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET,
        description="The approval rule it counts for; left out, it is matched so that the most rules are met.",
    )
    comment: str | None = strawberry.field(default=strawberry.UNSET, description="At most 255 characters.")


@strawberry.type(description="The deployment that was decided.")
class DecideDeploymentPayload:
    deployment: types.Deployment | None = attribute("The deployment.")
    revision: int = attribute(REVISION)


@strawberry.input(description="The deployment whose decision is taken back.")
class WithdrawDecisionInput:
    deployment_id: strawberry.ID = strawberry.field(description="Which deployment; it must not have been run.")


@strawberry.type(description="The deployment that waits again.")
class WithdrawDecisionPayload:
    deployment: types.Deployment | None = attribute("The deployment.")
    revision: int = attribute(REVISION)


@strawberry.type
class ApprovalMutations:
    @mutation(
        DecideDeploymentPayload,
        "Approve a deployment, or reject it for good; repeating it changes nothing. Refused, in this order, with "
        "NOT_FOUND, FORBIDDEN, NO_MATCHING_RULE, NOT_WAITING_FOR_APPROVAL or SELF_APPROVAL. It never answers CONFLICT.",
    )
    async def decide_deployment(
        self, info: Info, input: Annotated[DecideDeploymentInput, strawberry.argument(description="It.")]
    ) -> DecideDeploymentPayload:
        use_case = approval_changes.decide_deployment(
            info.context.instance,
            info.context.asker,
            deployment_id=expect_id(input.deployment_id, "input", "deploymentId"),
            decision=input.decision,
            rule_id=_rule_id(input),
            comment=patched(input.comment),
        )
        done = await applied(info, use_case)
        return DecideDeploymentPayload(deployment=await shown(info, done.result), revision=done.revision)

    @mutation(
        WithdrawDecisionPayload,
        "Take back one's own approval of a deployment that has not been run; INVALID_STATE where there is none. "
        "It never answers CONFLICT.",
    )
    async def withdraw_decision(
        self, info: Info, input: Annotated[WithdrawDecisionInput, strawberry.argument(description="Of which.")]
    ) -> WithdrawDecisionPayload:
        use_case = approval_changes.withdraw_decision(
            info.context.instance,
            info.context.asker,
            deployment_id=expect_id(input.deployment_id, "input", "deploymentId"),
        )
        done = await applied(info, use_case)
        return WithdrawDecisionPayload(deployment=await shown(info, done.result), revision=done.revision)


def _rule_id(input: DecideDeploymentInput) -> str | Absent | None:
    named = patched(input.rule_id)
    return expect_id(named, "input", "ruleId") if isinstance(named, str) else named
