"""Environments: created, stopped and deleted (rule.md, sections 1, 5, 7 and 10)."""

from dataclasses import dataclass

from app.db import tables
from app.errors import BailiwickError, conflict
from app.policy.creation import decide_creation
from app.policy.entities import Environment, Project
from app.policy.names import is_environment_name
from app.policy.tiers import guess_is_doubtful, guess_tier
from app.policy.vocabulary import (
    EnvironmentAccessMode,
    EnvironmentState,
    ErrorCode,
    Permission,
    Tier,
    TierSource,
)
from app.services.changes import Action, Applied, Change, apply, refuse
from app.services.departures import forget_environment
from app.services.instance import Instance
from app.services.problems import Problems
from app.services.reader import Reader
from app.services.restriction_changes import expect_free_target
from app.services.restriction_inputs import (
    RestrictionEntry,
    Target,
    add_restriction,
    check_shape,
    environments_matching,
)


@dataclass(frozen=True, slots=True)
class Created:
    """An environment that was created; `doubtful_tier` where its tier was guessed and the name sounds otherwise."""

    id: str
    doubtful_tier: Tier | None


async def create_environment(
    instance: Instance,
    reader: Reader,
    *,
    project_id: str,
    name: str,
    tier: Tier | None,
    restriction: RestrictionEntry | None,
) -> Applied[Created]:
    """Create an environment; without a tier it is guessed from the name. A restriction is on its name in the project.

    Needs ENVIRONMENT_CREATE on the project, and that every restriction which would match is passed: FORBIDDEN else; for
    a restriction ENVIRONMENT_RESTRICT on the project, too (BAS-22, BAS-30). CONFLICT: the name is taken in the project,
    even by a hidden environment, or the project has a restriction on it.
    """
    problems = Problems()
    check_environment_name(problems, name, "input", "name")
    if restriction is not None:
        check_shape(problems, restriction, "input", "restriction")
    problems.refuse()
    action = Action("createEnvironment")
    return await apply(instance, reader, action, project_id, _create, project_id, name, tier, restriction)


def _create(
    change: Change, project_id: str, name: str, tier: Tier | None, restriction: RestrictionEntry | None
) -> Created:
    project = change.find(project_id, Project)
    if restriction is not None:
        change.require(Permission.ENVIRONMENT_RESTRICT, project)
    created = add_environment(change, project, name, tier)
    if restriction is not None:
        target = Target(name=name)
        expect_free_target(change, project, target)
        matching = environments_matching(change, project, target)
        add_restriction(change, project, target, restriction, matching, ("input", "restriction"))
    change.about(created.id, name)
    return created


def check_environment_name(problems: Problems, name: str, *path: str | int) -> None:
    """Note what is wrong with an environment's name."""
    if not is_environment_name(name):
        problems.add(
            "an environment's name has 1 to 255 characters, no `*`, no control characters, no space at its ends", *path
        )


def add_environment(change: Change, project: Project, name: str, tier: Tier | None) -> Created:
    """Add an environment to a project the asker sees. Raises FORBIDDEN and CONFLICT as `create_environment` says.

    Somebody whose access list is LIMITED gets it added to that, in the same revision (QV-12).
    """
    guessed = guess_tier(name) if tier is None else tier
    decision = decide_creation(change.facts, change.asker, project.id, name, guessed, change.instant)
    if not decision:
        refuse(decision)
    if change.facts.environment_named(project.id, name) is not None:
        raise conflict(f"the name `{name}` is taken in this project")
    environment_id = change.add(
        tables.Environment,
        project_id=project.id,
        name=name,
        tier=guessed.value,
        tier_source=(TierSource.GUESSED if tier is None else TierSource.EXPLICIT).value,
        state=EnvironmentState.AVAILABLE.value,
    )
    membership = change.view.standing.membership
    if membership is not None and membership.mode is EnvironmentAccessMode.LIMITED:
        change.add(tables.EnvironmentAccessEntry, membership_id=membership.id, environment_id=environment_id)
    doubtful = tier is None and guess_is_doubtful(name)
    return Created(environment_id, guessed if doubtful else None)


async def stop_environment(instance: Instance, reader: Reader, *, environment_id: str) -> Applied[str]:
    """Stop an environment; gives its id. Needs ENVIRONMENT_STOP. A stopped one stays as it is."""
    return await apply(instance, reader, Action("stopEnvironment"), environment_id, _stop, environment_id)


def _stop(change: Change, environment_id: str) -> str:
    environment = change.find(environment_id, Environment)
    change.require(Permission.ENVIRONMENT_STOP, environment)
    change.set(tables.Environment, environment.id, state=EnvironmentState.STOPPED.value)
    change.about(environment.id, environment.name)
    return environment.id


async def delete_environment(instance: Instance, reader: Reader, *, environment_id: str) -> Applied[str]:
    """Delete a stopped environment with its deployments; gives its id.

    Needs ENVIRONMENT_DELETE. INVALID_STATE: it is not stopped.
    """
    return await apply(instance, reader, Action("deleteEnvironment"), environment_id, _delete, environment_id)


def _delete(change: Change, environment_id: str) -> str:
    environment = change.find(environment_id, Environment)
    change.require(Permission.ENVIRONMENT_DELETE, environment)
    if environment.state is not EnvironmentState.STOPPED:
        raise BailiwickError(ErrorCode.INVALID_STATE, "stop the environment before you delete it")
    forget_environment(change, environment)
    change.end(tables.Environment, environment.id)
    change.about(environment.id, environment.name)
    return environment.id
