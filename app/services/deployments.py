"""Deployments as somebody sees them, with the status that follows from rules and decisions (rule.md, section 8)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from app.policy.approvals import WAITING, Progress, is_approved, progress
from app.policy.entities import Environment, Project
from app.policy.objects import Objects
from app.policy.vocabulary import DeploymentStatus, Permission
from app.services.reader import Reader
from app.store.approvals import Approval, approvals_by_deployment
from app.store.deployments import Deployment, Place, deployment_slice

UNFINISHED = (*WAITING, DeploymentStatus.CREATED, DeploymentStatus.RUNNING)
PENDING = 10_000
"""How many deployments that nobody has run yet are looked at to find those that wait for something."""


@dataclass(frozen=True, slots=True)
class Deployed:
    """A deployment and its status as it is now, BLOCKED and READY included.

    `rules` are those that apply to it: now while it waits, afterwards as they were when it stopped waiting. `approvals`
    are the decisions on it, None where they have not been read.
    """

    deployment: Deployment
    status: DeploymentStatus
    rules: tuple[Progress, ...]
    approvals: tuple[Approval, ...] | None

    @property
    def id(self) -> str:
        return self.deployment.id

    @property
    def organization_id(self) -> str:
        return self.deployment.organization_id

    @property
    def order(self) -> tuple[int, str]:
        """The key that lists of deployments are in order of: newest first."""
        return -self.deployment.created_at, self.deployment.id


async def with_status(reader: Reader, objects: Objects, deployments: Sequence[Deployment]) -> list[Deployed]:
    """Deployments of one organization with their status, in their order."""
    waiting = [each.id for each in deployments if may_wait(each)]
    organization_id = objects.facts.organization.id
    found = await reader.read_of(organization_id, approvals_by_deployment, waiting) if waiting else {}
    return [
        deployed(objects, each, found.get(each.id, ()))
        if may_wait(each)
        else Deployed(each, each.status, each.rules, None)
        for each in deployments
    ]


def deployed(objects: Objects, deployment: Deployment, approvals: tuple[Approval, ...]) -> Deployed:
    """A deployment with its status, from all the decisions on it."""
    environment = objects.facts.environment(deployment.environment_id or "")
    if not may_wait(deployment) or environment is None:
        return Deployed(deployment, deployment.status, deployment.rules, approvals)
    votes = [approval.vote for approval in approvals]
    rules = progress(objects.facts, environment, deployment.owners, votes, objects.view.at)
    status = DeploymentStatus.READY if is_approved(rules) else DeploymentStatus.BLOCKED
    return Deployed(deployment, status, rules, approvals)


def may_wait(deployment: Deployment) -> bool:
    """Whether it is BLOCKED or READY: placed, and nobody has run, rejected or canceled it."""
    return deployment.status is DeploymentStatus.CREATED and deployment.environment_id is not None


async def waiting_in(reader: Reader, objects: Objects, place: Place, status: DeploymentStatus) -> list[Deployed]:
    """The deployments of a place that are BLOCKED or READY, newest first."""
    organization_id = objects.facts.organization.id
    found, _ = await reader.read_of(organization_id, deployment_slice, place, (DeploymentStatus.CREATED,), PENDING)
    return [each for each in await with_status(reader, objects, found) if each.status is status]


async def deployments_in(
    reader: Reader,
    objects: Objects,
    place: Place,
    status: DeploymentStatus | None,
    limit: int,
    after: tuple[Any, ...] | None,
    before: tuple[Any, ...] | None,
    *,
    backwards: bool,
) -> tuple[list[Deployed], int]:
    """At most `limit` deployments of a place, newest first, between two keys; and how many there are in all.

    Of one status, or of all; not for BLOCKED and READY, which no store knows.
    """
    if status is DeploymentStatus.CREATED:
        place = Place((), place.unplaced_in)  # what is placed and not yet run is BLOCKED or READY
    statuses = None if status is None else (status,)
    organization_id = objects.facts.organization.id
    found, total = await reader.read_of(
        organization_id, deployment_slice, place, statuses, limit, after, before, backwards=backwards
    )
    return await with_status(reader, objects, found), total


def place_of(objects: Objects, of: Project | Environment) -> Place:
    """Where the deployments of an environment or project are, as far as the asker sees."""
    if isinstance(of, Environment):
        return Place((of.id,))
    seen = [e.id for e in objects.facts.environments_of(of.id) if objects.view.sees(e.id)]
    return Place(seen, (of.id,))


def may_run(objects: Objects, deployed: Deployed) -> bool:
    """Whether the asker could run it now: READY, and with ENVIRONMENT_DEPLOY."""
    return deployed.status is DeploymentStatus.READY and _may_deploy(objects, deployed.deployment)


def may_cancel(objects: Objects, deployed: Deployed) -> bool:
    """Whether the asker could cancel it: unfinished, and with ENVIRONMENT_DEPLOY, or PROJECT_PUSH while unplaced."""
    return deployed.status in UNFINISHED and _may_deploy(objects, deployed.deployment)


def _may_deploy(objects: Objects, deployment: Deployment) -> bool:
    if deployment.environment_id is None:
        return objects.view.may(Permission.PROJECT_PUSH, deployment.project_id)
    return objects.view.may(Permission.ENVIRONMENT_DEPLOY, deployment.environment_id)
