"""What an environment is set to: its settings and tier, and how it scales (rule.md, sections 5, 8 and 10)."""

from dataclasses import asdict, replace
from typing import Any

from app.db import tables
from app.db.tables import Fact
from app.errors import invalid, not_found
from app.policy.entities import Environment, Project
from app.policy.kinds import Kind
from app.policy.vocabulary import Permission, Tier, TierSource
from app.services.changes import Action, Applied, Change, apply
from app.services.instance import Instance
from app.services.json_limits import problem_of
from app.services.patch import ABSENT, Absent
from app.services.problems import Problems
from app.services.reader import Reader
from app.services.sight import fact_by_id
from app.services.walkout import Placing, expect_no_walkout
from app.store.configuration import DEFAULT_AUTOSCALING, autoscaling_by_target
from app.store.identities import kind_of
from app.store.living import living_ids

KINDS = {"environmentId": Kind.ENVIRONMENT, "deploymentId": Kind.DEPLOYMENT}
"""What an autoscaling target may name, by the name of its input field."""

LARGEST = 1_000_000
"""No replica count, number of seconds or target is larger."""


async def update_environment_settings(
    instance: Instance,
    reader: Reader,
    *,
    environment_id: str,
    settings: Any = ABSENT,
    tier: Tier | Absent | None = ABSENT,
) -> Applied[str]:
    """Replace an environment's settings, or say its tier; gives its id. Needs ENVIRONMENT_UPDATE_SETTINGS.

    Null clears the settings; a tier there must be. Changing the tier, nobody walks out of a restriction: FORBIDDEN.
    """
    problems = Problems()
    if tier is None:
        problems.add("an environment has a tier", "input", "tier")
    if settings is not ABSENT and settings is not None:
        problem = problem_of(settings) if isinstance(settings, dict) else "settings are a JSON object"
        if problem is not None:
            problems.add(problem, "input", "settings")
    problems.refuse()
    action = Action("updateEnvironmentSettings")
    return await apply(instance, reader, action, environment_id, _update, environment_id, settings, tier)


def _update(change: Change, environment_id: str, settings: Any, tier: Tier | Absent | None) -> str:
    environment = change.find(environment_id, Environment)
    change.require(Permission.ENVIRONMENT_UPDATE_SETTINGS, environment)
    if isinstance(tier, Tier):
        path = change.facts.path(environment.project_id)
        before, after = Placing(environment, path, environment.tier), Placing(environment, path, tier)
        expect_no_walkout(change, [before], [after])
        change.set(tables.Environment, environment.id, tier=tier.value, tier_source=TierSource.EXPLICIT.value)
    if settings is not ABSENT:
        _put(change, tables.EnvironmentSettings, environment.id, None if settings is None else {"settings": settings})
    change.about(environment.id, environment.name)
    return environment.id


async def update_autoscaling(
    instance: Instance, reader: Reader, *, target_id: str, kind: Kind, values: dict[str, int | None]
) -> Applied[str]:
    """Change how an environment or deployment, as `kind` says, scales; gives its id.

    A placed deployment's autoscaling is that of the environment it serves (BAS-44) and needs ENVIRONMENT_SCALE there;
    an unplaced one's is its own and needs PROJECT_PUSH. `values` by the names of Autoscaling's fields.
    """
    problems = Problems()
    for name, value in values.items():
        if value is None or not _LEAST[name] <= value <= LARGEST:
            problems.add(f"this is from {_LEAST[name]} to {LARGEST}", "input", _CLIENTS_NAME[name])
    problems.refuse()
    if kind_of(target_id) is not kind:
        raise not_found()
    given_values = {name: value for name, value in values.items() if value is not None}
    return await apply(instance, reader, Action("updateAutoscaling"), target_id, _scale, target_id, given_values)


def _scale(change: Change, target_id: str, values: dict[str, int]) -> str:
    found = fact_by_id(change.objects, target_id)
    deployment = None if found is not None else change.deployment(target_id)
    if deployment is not None and deployment.environment_id is not None:
        found = change.find(deployment.environment_id, Environment)
    if isinstance(found, Environment):
        change.require(Permission.ENVIRONMENT_SCALE, found)
        scaled_id, name = found.id, found.name
    elif deployment is not None:
        change.require(Permission.PROJECT_PUSH, change.find(deployment.project_id, Project))
        scaled_id, name = deployment.id, deployment.ref
    else:
        raise not_found()
    known = autoscaling_by_target(change.connection, change.organization.id, change.facts.revision, [scaled_id])
    renewed = replace(known.get(scaled_id, DEFAULT_AUTOSCALING), **values)
    if renewed.min_replica > renewed.max_replica:
        raise invalid("there can't be fewer replicas at most than at least", "input", "minReplica")
    _put(change, tables.Autoscaling, scaled_id, asdict(renewed))
    change.about(scaled_id, name)
    return target_id


def _put(change: Change, model: type[Fact], target_id: str, values: dict[str, Any] | None) -> None:
    """Let something have these values, or none."""
    standing = living_ids(change.connection, model, "target_id", target_id)
    if values is None:
        for id in standing:
            change.end(model, id)
    elif standing:
        change.set(model, standing[0], **values)
    else:
        change.add(model, target_id=target_id, **values)


_LEAST = {
    "min_replica": 0,
    "max_replica": 1,
    "autoscaling_window": 1,
    "scale_down_delay": 0,
    "concurrency_target": 1,
}
_CLIENTS_NAME = {
    "min_replica": "minReplica",
    "max_replica": "maxReplica",
    "autoscaling_window": "autoscalingWindow",
    "scale_down_delay": "scaleDownDelay",
    "concurrency_target": "concurrencyTarget",
}
