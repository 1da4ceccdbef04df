"""Mutations of environments."""

from typing import Annotated

import strawberry

from app.api import references as types
from app.api.context import Info
from app.api.enums import Tier
from app.api.fields import attribute, given
from app.api.ids import expect_id
from app.api.mutations.field import REVISION, applied, mutation, patched, shown
from app.api.mutations.restriction_inputs import RestrictionInput
from app.api.mutations.warning import ChangeWarning, tier_warnings
from app.api.scalars import JSON
from app.services import environment_settings, environments
from app.services.deployments import Deployed


@strawberry.input(description="A new environment.")
class CreateEnvironmentInput:
    project_id: strawberry.ID = strawberry.field(description="The project it is for.")
    name: str = strawberry.field(description="Its name, unique in the project, never changed.")
    tier: Tier | None = strawberry.field(
        default=strawberry.UNSET, description="How near to users it stands; guessed from the name when left out."
    )
    restriction: RestrictionInput | None = strawberry.field(
        default=strawberry.UNSET, description="A restriction on this name in the project, made in the same step."
    )


@strawberry.type(description="The environment that was created.")
class CreateEnvironmentPayload:
    environment: types.Environment | None = attribute("The environment; null where a restriction hides it.")
    warnings: list[ChangeWarning] = attribute("What its author may not have meant.")
    revision: int = attribute(REVISION)


@strawberry.input(description="What to change of an environment; what is left out stays.")
class UpdateEnvironmentSettingsInput:
    environment_id: strawberry.ID = strawberry.field(description="Which environment.")
    settings: JSON | None = strawberry.field(
        default=strawberry.UNSET, description="The settings, as a whole; null for none."
    )
    tier: Tier | None = strawberry.field(default=strawberry.UNSET, description="How near to users it stands.")


@strawberry.type(description="The environment that was changed.")
class UpdateEnvironmentSettingsPayload:
    environment: types.Environment | None = attribute("The environment; null where a restriction now hides it.")
    revision: int = attribute(REVISION)


@strawberry.input(one_of=True, description="What scales: exactly one of them.")
class AutoscalingTargetInput:
    environment_id: strawberry.ID | None = strawberry.field(default=strawberry.UNSET, description="An environment.")
    deployment_id: strawberry.ID | None = strawberry.field(
        default=strawberry.UNSET, description="A deployment: its environment, or itself while it is not placed."
    )


@strawberry.input(description="How something scales; what is left out stays.")
class UpdateAutoscalingInput:
    target: AutoscalingTargetInput = strawberry.field(description="What.")
    min_replica: int | None = strawberry.field(default=strawberry.UNSET, description="The fewest replicas.")
    max_replica: int | None = strawberry.field(default=strawberry.UNSET, description="The most replicas.")
    autoscaling_window: int | None = strawberry.field(
        default=strawberry.UNSET, description="Over how many seconds traffic is averaged."
    )
    scale_down_delay: int | None = strawberry.field(
        default=strawberry.UNSET, description="How many seconds to wait before scaling down."
    )
    concurrency_target: int | None = strawberry.field(
        default=strawberry.UNSET, description="How many requests at once a replica should have."
    )


@strawberry.type(description="What was scaled.")
class UpdateAutoscalingPayload:
    environment: types.Environment | None = attribute("The environment, where one was.")
    deployment: types.Deployment | None = attribute("The deployment, where one was named.")
    revision: int = attribute(REVISION)


@strawberry.input(description="The environment to stop.")
class StopEnvironmentInput:
    environment_id: strawberry.ID = strawberry.field(description="Which environment.")


@strawberry.type(description="The environment that is stopped.")
class StopEnvironmentPayload:
    environment: types.Environment | None = attribute("The environment.")
    revision: int = attribute(REVISION)


@strawberry.input(description="The environment to delete.")
class DeleteEnvironmentInput:
    environment_id: strawberry.ID = strawberry.field(description="Which environment; it must be stopped.")


@strawberry.type(description="The environment that is gone.")
class DeleteEnvironmentPayload:
    deleted_environment_id: strawberry.ID | None = attribute("Its id.")
    revision: int = attribute(REVISION)


@strawberry.type
class EnvironmentMutations:
    @mutation(
        CreateEnvironmentPayload,
        "Create an environment. CONFLICT: the name is taken in the project, or the project has a restriction on it.",
    )
    async def create_environment(
        self, info: Info, input: Annotated[CreateEnvironmentInput, strawberry.argument(description="It.")]
    ) -> CreateEnvironmentPayload:
        asked = given(input.restriction)
        use_case = environments.create_environment(
            info.context.instance,
            info.context.asker,
            project_id=expect_id(input.project_id, "input", "projectId"),
            name=input.name,
            tier=given(input.tier),
            restriction=None if asked is None else asked.value(("input", "restriction")),
        )
        done = await applied(info, use_case)
        created = done.result
        return CreateEnvironmentPayload(
            environment=await shown(info, created.id),
            warnings=tier_warnings(created.doubtful_tier),
            revision=done.revision,
        )

    @mutation(UpdateEnvironmentSettingsPayload, "Change an environment's settings or tier. It never answers CONFLICT.")
    async def update_environment_settings(
        self,
        info: Info,
        input: Annotated[UpdateEnvironmentSettingsInput, strawberry.argument(description="The change.")],
    ) -> UpdateEnvironmentSettingsPayload:
        use_case = environment_settings.update_environment_settings(
            info.context.instance,
            info.context.asker,
            environment_id=expect_id(input.environment_id, "input", "environmentId"),
            settings=patched(input.settings),
            tier=patched(input.tier),
        )
        done = await applied(info, use_case)
        return UpdateEnvironmentSettingsPayload(environment=await shown(info, done.result), revision=done.revision)

    @mutation(UpdateAutoscalingPayload, "Change how an environment or deployment scales. It never answers CONFLICT.")
    async def update_autoscaling(
        self, info: Info, input: Annotated[UpdateAutoscalingInput, strawberry.argument(description="The change.")]
    ) -> UpdateAutoscalingPayload:
        environment_id, deployment_id = given(input.target.environment_id), given(input.target.deployment_id)
        named = "deploymentId" if environment_id is None else "environmentId"
        use_case = environment_settings.update_autoscaling(
            info.context.instance,
            info.context.asker,
            target_id=expect_id(environment_id or deployment_id or "", "input", "target", named),
            kind=environment_settings.KINDS[named],
            values={name: value for name in _SCALED if (value := getattr(input, name)) is not strawberry.UNSET},
        )
        done = await applied(info, use_case)
        found = await shown(info, done.result)
        deployment = found if isinstance(found, Deployed) else None
        placed_in = None if deployment is None else deployment.deployment.environment_id
        environment = found if deployment is None else placed_in and await shown(info, placed_in)
        return UpdateAutoscalingPayload(environment=environment, deployment=deployment, revision=done.revision)

    @mutation(StopEnvironmentPayload, "Stop an environment. It never answers CONFLICT.")
    async def stop_environment(
        self, info: Info, input: Annotated[StopEnvironmentInput, strawberry.argument(description="Which.")]
    ) -> StopEnvironmentPayload:
        use_case = environments.stop_environment(
            info.context.instance,
            info.context.asker,
            environment_id=expect_id(input.environment_id, "input", "environmentId"),
        )
        done = await applied(info, use_case)
        return StopEnvironmentPayload(environment=await shown(info, done.result), revision=done.revision)

    @mutation(
        DeleteEnvironmentPayload,
        "Delete a stopped environment with its deployments; INVALID_STATE while it runs. It never answers CONFLICT.",
    )
    async def delete_environment(
        self, info: Info, input: Annotated[DeleteEnvironmentInput, strawberry.argument(description="Which.")]
    ) -> DeleteEnvironmentPayload:
        use_case = environments.delete_environment(
            info.context.instance,
            info.context.asker,
            environment_id=expect_id(input.environment_id, "input", "environmentId"),
        )
        done = await applied(info, use_case)
        return DeleteEnvironmentPayload(deleted_environment_id=strawberry.ID(done.result), revision=done.revision)


_SCALED = ("min_replica", "max_replica", "autoscaling_window", "scale_down_delay", "concurrency_target")
