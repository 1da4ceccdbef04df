"""Mutations of deployments."""

from typing import Annotated

import strawberry

from app.api import references as types
from app.api.context import Info
from app.api.fields import attribute, given
from app.api.ids import expect_id
from app.api.mutations.field import REVISION, applied, mutation, shown
from app.api.mutations.warning import ChangeWarning, tier_warnings
from app.services import deployment_changes, deployment_steps

_KEY = "The same call with the same key answers the same deployment; any other call with it is CONFLICT."


@strawberry.input(description="A new deployment.")
class CreateDeploymentInput:
    project_id: strawberry.ID = strawberry.field(description="The project it is of.")
    ref: str = strawberry.field(description="The branch, tag, commit or image to deploy.")
    environment_name: str | None = strawberry.field(
        default=strawberry.UNSET,
        description="The environment it is for, created where there is none of this name; left out, it is not placed.",
    )
    idempotency_key: str | None = strawberry.field(default=strawberry.UNSET, description=_KEY)


@strawberry.type(description="The deployment that was created.")
class CreateDeploymentPayload:
    deployment: types.Deployment | None = attribute("The deployment.")
    warnings: list[ChangeWarning] = attribute("What its author may not have meant.")
    revision: int = attribute(REVISION)


@strawberry.input(description="What to deploy where else.")
class PromoteDeploymentInput:
    deployment_id: strawberry.ID = strawberry.field(description="The deployment whose ref is taken; it stays as it is.")
    environment_id: strawberry.ID = strawberry.field(description="The environment of the same project it is taken to.")
    idempotency_key: str | None = strawberry.field(default=strawberry.UNSET, description=_KEY)


@strawberry.type(description="What a promotion made.")
class PromoteDeploymentPayload:
    deployment: types.Deployment | None = attribute("The new deployment.")
    revision: int = attribute(REVISION)


@strawberry.input(description="The deployment to run.")
class RunDeploymentInput:
    deployment_id: strawberry.ID = strawberry.field(description="Which deployment; it must be READY.")


@strawberry.type(description="The deployment that runs.")
class RunDeploymentPayload:
    deployment: types.Deployment | None = attribute("The deployment.")
    revision: int = attribute(REVISION)


@strawberry.input(description="How a deployment ended.")
class FinishDeploymentInput:
    deployment_id: strawberry.ID = strawberry.field(description="Which deployment; it must be RUNNING.")
    succeeded: bool = strawberry.field(description="Whether its environment now serves it.")


@strawberry.type(description="The deployment that has ended.")
class FinishDeploymentPayload:
    deployment: types.Deployment | None = attribute("The deployment.")
    revision: int = attribute(REVISION)


@strawberry.input(description="The deployment to cancel.")
class CancelDeploymentInput:
    deployment_id: strawberry.ID = strawberry.field(description="Which deployment; it must not have ended.")


@strawberry.type(description="The deployment that is canceled.")
class CancelDeploymentPayload:
    deployment: types.Deployment | None = attribute("The deployment.")
    revision: int = attribute(REVISION)


@strawberry.type
class DeploymentMutations:
    @mutation(
        CreateDeploymentPayload,
        "Create a deployment; it is BLOCKED where approvals are needed, else READY. CONFLICT: the name is taken by a "
        "hidden environment, or the idempotency key was used for something else.",
    )
    async def create_deployment(
        self, info: Info, input: Annotated[CreateDeploymentInput, strawberry.argument(description="It.")]
    ) -> CreateDeploymentPayload:
        use_case = deployment_changes.create_deployment(
            info.context.instance,
            info.context.asker,
            project_id=expect_id(input.project_id, "input", "projectId"),
            ref=input.ref,
            environment_name=given(input.environment_name),
            idempotency_key=given(input.idempotency_key),
        )
        done = await applied(info, use_case)
        return CreateDeploymentPayload(
            deployment=await shown(info, done.result.id),
            warnings=tier_warnings(done.result.doubtful_tier),
            revision=done.revision,
        )

    @mutation(
        PromoteDeploymentPayload,
        "Deploy what a deployment has to another environment. CONFLICT: the idempotency key was used for something "
        "else.",
    )
    async def promote_deployment(
        self, info: Info, input: Annotated[PromoteDeploymentInput, strawberry.argument(description="The promotion.")]
    ) -> PromoteDeploymentPayload:
        use_case = deployment_changes.promote_deployment(
            info.context.instance,
            info.context.asker,
            deployment_id=expect_id(input.deployment_id, "input", "deploymentId"),
            environment_id=expect_id(input.environment_id, "input", "environmentId"),
            idempotency_key=given(input.idempotency_key),
        )
        done = await applied(info, use_case)
        return PromoteDeploymentPayload(deployment=await shown(info, done.result), revision=done.revision)

    @mutation(RunDeploymentPayload, "Run a deployment; INVALID_STATE while it is not READY. It never answers CONFLICT.")
    async def run_deployment(
        self, info: Info, input: Annotated[RunDeploymentInput, strawberry.argument(description="Which.")]
    ) -> RunDeploymentPayload:
        use_case = deployment_steps.run_deployment(
            info.context.instance,
            info.context.asker,
            deployment_id=expect_id(input.deployment_id, "input", "deploymentId"),
        )
        done = await applied(info, use_case)
        return RunDeploymentPayload(deployment=await shown(info, done.result), revision=done.revision)

    @mutation(
        FinishDeploymentPayload,
        "Say how a deployment ended; INVALID_STATE while it is not RUNNING. It never answers CONFLICT.",
    )
    async def finish_deployment(
        self, info: Info, input: Annotated[FinishDeploymentInput, strawberry.argument(description="The end.")]
    ) -> FinishDeploymentPayload:
        use_case = deployment_steps.finish_deployment(
            info.context.instance,
            info.context.asker,
            deployment_id=expect_id(input.deployment_id, "input", "deploymentId"),
            succeeded=input.succeeded,
        )
        done = await applied(info, use_case)
        return FinishDeploymentPayload(deployment=await shown(info, done.result), revision=done.revision)

    @mutation(
        CancelDeploymentPayload, "Cancel a deployment; INVALID_STATE once it has ended. It never answers CONFLICT."
    )
    async def cancel_deployment(
        self, info: Info, input: Annotated[CancelDeploymentInput, strawberry.argument(description="Which.")]
    ) -> CancelDeploymentPayload:
        use_case = deployment_steps.cancel_deployment(
            info.context.instance,
            info.context.asker,
            deployment_id=expect_id(input.deployment_id, "input", "deploymentId"),
        )
        done = await applied(info, use_case)
        return CancelDeploymentPayload(deployment=await shown(info, done.result), revision=done.revision)
