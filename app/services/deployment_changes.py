"""Deployments: created and promoted (rule.md, sections 4 "Hidden", 8 and 10)."""

from dataclasses import dataclass

from app.db import tables
from app.errors import BailiwickError, conflict, invalid
from app.policy.creation import decide_named
from app.policy.entities import Environment, Project
from app.policy.names import is_title
from app.policy.tiers import guess_is_doubtful
from app.policy.vocabulary import DeploymentStatus, EnvironmentState, Permission, Tier, TierSource
from app.services.changes import Action, Applied, Change, apply, refuse
from app.services.environments import add_environment, check_environment_name
from app.services.instance import Instance
from app.services.problems import Problems
from app.services.reader import Reader
from app.store.deployments import Deployment, deployment_by_idempotency_key


@dataclass(frozen=True, slots=True)
class Created:
    """A deployment that was created; `doubtful_tier` where its environment was too, with a tier that sounds wrong."""

    id: str
    doubtful_tier: Tier | None


async def create_deployment(
    instance: Instance,
    reader: Reader,
    *,
    project_id: str,
    ref: str,
    environment_name: str | None,
    idempotency_key: str | None,
) -> Applied[Created]:
    """Create a deployment of a project, placed in the environment of this name if one is given.

    Needs ENVIRONMENT_DEPLOY; for a name that isn't there, or hidden, ENVIRONMENT_CREATE too: the environment is then
    created, and CONFLICT where the name is taken. Unplaced: PROJECT_PUSH. A STOPPED environment becomes AVAILABLE. The
    same call with the same key gives the same deployment; CONFLICT: the key was used for something else.
    """
    problems = Problems()
    _check_ref(problems, ref)
    _check_key(problems, idempotency_key)
    if environment_name is not None:
        check_environment_name(problems, environment_name, "input", "environmentName")
    problems.refuse()
    action = Action("createDeployment")
    return await apply(
        instance, reader, action, project_id, _create, project_id, ref, environment_name, idempotency_key
    )


def _create(change: Change, project_id: str, ref: str, name: str | None, key: str | None) -> Created:
    project = change.find(project_id, Project)
    known = None if name is None else change.facts.environment_named(project.id, name)
    environment = known if known is not None and change.view.sees(known.id) else None
    if name is None:
        change.require(Permission.PROJECT_PUSH, project)
    elif environment is not None:
        change.require(Permission.ENVIRONMENT_DEPLOY, environment)
    else:
        _require_creation(change, project, name)
    used = _used(change, key)
    if used is not None and environment is None and name is not None:
        raise _used_otherwise()
    if used is not None:
        return _same(used, (project.id, ref, None), environment)
    if environment is not None:
        wake(change, environment)
    if environment is not None or name is None:
        return Created(_add(change, project.id, ref, _id_of(environment), key, None), None)
    added = add_environment(change, project, name, None)
    return Created(_add(change, project.id, ref, added.id, key, None), added.doubtful_tier)


def _require_creation(change: Change, project: Project, name: str) -> None:
    """Deploying to a name that isn't there or is hidden is decided as creating it. Raises FORBIDDEN or CONFLICT.

    Who can't create is told so: to name ENVIRONMENT_DEPLOY would send them for what they have.
    """
    change.require(Permission.ENVIRONMENT_CREATE, project)
    permission = Permission.ENVIRONMENT_DEPLOY
    decision = decide_named(
        change.facts, change.asker, permission, project.id, name, change.instant, asker_sees_it=False
    )
    if not decision:
        refuse(decision)


async def promote_deployment(
    instance: Instance, reader: Reader, *, deployment_id: str, environment_id: str, idempotency_key: str | None
) -> Applied[str]:
    """Deploy what a deployment has to another environment of its project, and leave it as it is; gives the new id.

    Needs ENVIRONMENT_PROMOTE on the environment, and the deployment visible. INVALID: an environment of another
    project. CONFLICT: the key was used for something else.
    """
    problems = Problems()
    _check_key(problems, idempotency_key)
    problems.refuse()
    action = Action("promoteDeployment")
    # Decided on the environment, so that is what a denial is about.
    return await apply(
        instance, reader, action, environment_id, _promote, deployment_id, environment_id, idempotency_key
    )


def _promote(change: Change, deployment_id: str, environment_id: str, key: str | None) -> str:
    source = change.deployment(deployment_id)
    environment = change.find(environment_id, Environment)
    change.require(Permission.ENVIRONMENT_PROMOTE, environment)
    if environment.project_id != source.project_id:
        raise invalid("this is of another project than the deployment", "input", "environmentId")
    used = _used(change, key)
    if used is not None:
        return _same(used, (source.project_id, source.ref, source.id), environment).id
    wake(change, environment)
    return _add(change, source.project_id, source.ref, environment.id, key, source.id)


def wake(change: Change, environment: Environment) -> None:
    """What is deployed to runs: a STOPPED environment becomes AVAILABLE."""
    change.set(tables.Environment, environment.id, state=EnvironmentState.AVAILABLE.value)


def _add(
    change: Change, project_id: str, ref: str, environment_id: str | None, key: str | None, source_id: str | None
) -> str:
    with_key = change.asker.key
    deployment_id = change.add(
        tables.Deployment,
        project_id=project_id,
        environment_id=environment_id,
        ref=ref,
        status=DeploymentStatus.CREATED.value,
        created_by=change.asker.id,
        created_with_key=None if with_key is None else with_key.id,
        promoted_from=source_id,
        idempotency_key=key,
    )
    change.about(deployment_id, ref)
    return deployment_id


def _used(change: Change, key: str | None) -> Deployment | None:
    return None if key is None else deployment_by_idempotency_key(change.connection, change.asker.id, key)


def _same(used: Deployment, asked: tuple[str, str, str | None], environment: Environment | None) -> Created:
    """What the first call with an idempotency key gave; CONFLICT if that was another call.

    `asked` is the project, the ref and what is promoted.
    """
    same = (used.project_id, used.ref, used.promoted_from) == asked
    if not same or used.environment_id != _id_of(environment):
        raise _used_otherwise()
    # An environment of the same revision was created by the first call, which then warned of a doubtful guess.
    if environment is None or environment.created_at != used.created_at:
        return Created(used.id, None)
    guessed = environment.tier_source is TierSource.GUESSED and guess_is_doubtful(environment.name)
    return Created(used.id, environment.tier if guessed else None)


def _used_otherwise() -> BailiwickError:
    return conflict("this idempotency key was used for something else: take a new one")


def _check_ref(problems: Problems, ref: str) -> None:
    if not is_title(ref):
        problems.add("a ref has 1 to 255 characters, no control characters, no space at its ends", "input", "ref")


def _check_key(problems: Problems, key: str | None) -> None:
    if key is not None and not is_title(key):
        message = "an idempotency key has 1 to 255 characters, no control characters, no space at its ends"
        problems.add(message, "input", "idempotencyKey")


def _id_of(environment: Environment | None) -> str | None:
    return None if environment is None else environment.id
