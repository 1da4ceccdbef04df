"""Deployments on their way: run, finished and canceled (rule.md, sections 8 and 10)."""

from typing import Any

from app.db import tables
from app.errors import BailiwickError
from app.policy.entities import Environment, Project
from app.policy.vocabulary import DeploymentStatus, ErrorCode, Permission
from app.services.changes import Action, Applied, Change, apply
from app.services.deployment_changes import wake
from app.services.deployments import UNFINISHED, Deployed, deployed, may_wait
from app.services.instance import Instance
from app.services.reader import Reader
from app.store.approvals import Approval, approvals_by_deployment, progress_json
from app.store.deployments import Deployment


async def run_deployment(instance: Instance, reader: Reader, *, deployment_id: str) -> Applied[str]:
    """Start a READY deployment; gives its id. Needs ENVIRONMENT_DEPLOY, asked anew. INVALID_STATE: it isn't READY."""
    return await apply(instance, reader, Action("runDeployment"), deployment_id, _run, deployment_id)


def _run(change: Change, deployment_id: str) -> str:
    found = _permitted(change, deployment_id)
    current = deployed_now(change, found)
    if current.status is not DeploymentStatus.READY:
        raise _not_now(current.status, "it must be READY to be run")
    if found.environment_id is not None:
        wake(change, change.find(found.environment_id, Environment))
    stop_waiting(change, current, DeploymentStatus.RUNNING)
    return found.id


async def finish_deployment(instance: Instance, reader: Reader, *, deployment_id: str, succeeded: bool) -> Applied[str]:
    """Say how a RUNNING deployment ended; gives its id. Needs ENVIRONMENT_DEPLOY. INVALID_STATE: it isn't RUNNING."""
    return await apply(instance, reader, Action("finishDeployment"), deployment_id, _finish, deployment_id, succeeded)


def _finish(change: Change, deployment_id: str, succeeded: bool) -> str:
    found = _permitted(change, deployment_id)
    if found.status is not DeploymentStatus.RUNNING:
        raise _not_now(deployed_now(change, found).status, "it must be RUNNING to be finished")
    status = DeploymentStatus.SUCCESS if succeeded else DeploymentStatus.FAILED
    change.set(tables.Deployment, found.id, status=status.value)
    return found.id


async def cancel_deployment(instance: Instance, reader: Reader, *, deployment_id: str) -> Applied[str]:
    """Cancel a deployment that has not ended; gives its id.

    Needs ENVIRONMENT_DEPLOY, or PROJECT_PUSH while it is not placed. INVALID_STATE: it has ended.
    """
    return await apply(instance, reader, Action("cancelDeployment"), deployment_id, _cancel, deployment_id)


def _cancel(change: Change, deployment_id: str) -> str:
    found = _permitted(change, deployment_id)
    current = deployed_now(change, found)
    if current.status not in UNFINISHED:
        raise _not_now(current.status, "it has ended already")
    stop_waiting(change, current, DeploymentStatus.CANCELED)
    return found.id


def deployed_now(change: Change, deployment: Deployment) -> Deployed:
    """A deployment with its status and the decisions on it, inside the transaction."""
    return deployed(change.objects, deployment, approvals_now(change, deployment))


def approvals_now(change: Change, deployment: Deployment) -> tuple[Approval, ...]:
    """The decisions on a deployment, inside the transaction."""
    read = approvals_by_deployment(change.connection, change.organization.id, change.facts.revision, [deployment.id])
    return read.get(deployment.id, ())


def stop_waiting(change: Change, current: Deployed, status: DeploymentStatus) -> None:
    """Give a deployment a stored status; if it waited until now, with the rules it had then: later ones are not its."""
    rules: dict[str, Any] = {}
    if may_wait(current.deployment):
        rules["approval_rules"] = progress_json(current.rules)
    change.set(tables.Deployment, current.id, status=status.value, **rules)


def _permitted(change: Change, deployment_id: str) -> Deployment:
    """The deployment, if the asker may deploy where it goes; noted for the audit. Raises NOT_FOUND, FORBIDDEN."""
    found = change.deployment(deployment_id)
    change.about(found.id, found.ref)
    if found.environment_id is None:
        change.require(Permission.PROJECT_PUSH, change.find(found.project_id, Project))
    else:
        change.require(Permission.ENVIRONMENT_DEPLOY, change.find(found.environment_id, Environment))
    return found


def _not_now(status: DeploymentStatus, wanted: str) -> BailiwickError:
    return BailiwickError(ErrorCode.INVALID_STATE, f"the deployment is {status}: {wanted}")
