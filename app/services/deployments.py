"""Deployments as somebody sees them, with the status that follows from rules and decisions (rule.md, section 8)."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

from app.policy.approvals import Vote, is_approved
from app.policy.facts import Environment, Project
from app.policy.objects import Objects
from app.policy.restrictions import matched_rules
from app.policy.vocabulary import DeploymentStatus, Permission
from app.services.reader import Reader
from app.store.approvals import votes_by_deployment
from app.store.deployments import Deployment, Place, deployment_slice

WAITING = (DeploymentStatus.BLOCKED, DeploymentStatus.READY)
UNFINISHED = (*WAITING, DeploymentStatus.CREATED, DeploymentStatus.RUNNING)
PENDING = 10_000
"""How many deployments that nobody has run yet are looked at to find those that wait for something."""


@dataclass(frozen=True, slots=True)
class Deployed:
    """A deployment and its status as it is now, BLOCKED and READY included."""

    deployment: Deployment
    status: DeploymentStatus
    votes: tuple[Vote, ...]

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
    waiting = [each.id for each in deployments if _may_wait(each)]
    organization_id = objects.facts.organization.id
    votes = await reader.read_of(organization_id, votes_by_deployment, waiting) if waiting else {}
    return [_deployed(objects, each, tuple(votes.get(each.id, ()))) for each in deployments]


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


async def pending_approvals(reader: Reader, objects: Objects) -> list[Deployed]:
    """The BLOCKED deployments that wait for the asker: they may approve and have decided nothing yet (G-4)."""
    view = objects.view
    mine = [e.id for e in view.environments if view.may(Permission.ENVIRONMENT_APPROVE, e.id)]
    found = await waiting_in(reader, objects, Place(mine), DeploymentStatus.BLOCKED) if mine else []
    return [
        each
        for each in found
        if all(vote.user_id != view.subject.id for vote in each.votes) and may_approve(objects, each)
    ]


def place_of(objects: Objects, of: Project | Environment) -> Place:
    """Where the deployments of an environment or project are, as far as the asker sees."""
    if isinstance(of, Environment):
        return Place((of.id,))
    seen = [e.id for e in objects.facts.environments_of(of.id) if objects.view.sees(e.id)]
    return Place(seen, (of.id,))


def may_approve(objects: Objects, deployed: Deployed) -> bool:
    """Whether the asker's approval would be taken: it waits, and they match a rule that lets them."""
    environment = _environment(objects, deployed)
    if deployed.status is not DeploymentStatus.BLOCKED or environment is None or not _decides(objects, environment):
        return False
    view = objects.view
    owned = view.subject.id in _owners(objects, deployed.deployment)
    rules = matched_rules(objects.facts, view.subject, environment, view.at)
    return any(restriction.allow_self_approval or not owned for restriction, _ in rules)


def may_reject(objects: Objects, deployed: Deployed) -> bool:
    """Whether the asker could reject it: rejecting one's own is allowed."""
    environment = _environment(objects, deployed)
    return deployed.status in WAITING and environment is not None and _decides(objects, environment)


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


def _decides(objects: Objects, environment: Environment) -> bool:
    return objects.view.may(Permission.ENVIRONMENT_APPROVE, environment.id)


def _environment(objects: Objects, deployed: Deployed) -> Environment | None:
    id = deployed.deployment.environment_id
    return None if id is None else objects.facts.environment(id)


def _may_wait(deployment: Deployment) -> bool:
    return deployment.status is DeploymentStatus.CREATED and deployment.environment_id is not None


def _deployed(objects: Objects, deployment: Deployment, votes: tuple[Vote, ...]) -> Deployed:
    environment = objects.facts.environment(deployment.environment_id or "")
    if not _may_wait(deployment) or environment is None:
        return Deployed(deployment, deployment.status, votes)
    owners = _owners(objects, deployment)
    approved = is_approved(objects.facts, environment, owners, votes, objects.view.at)
    status = DeploymentStatus.READY if approved else DeploymentStatus.BLOCKED
    return Deployed(deployment, status, votes)


def _owners(objects: Objects, deployment: Deployment) -> Collection[str]:
    """Whose own deployment it is: its creator's, and of a service account's, whoever made the account."""
    creator = objects.facts.people.get(deployment.created_by)
    maker = creator.created_by if creator is not None and creator.is_service_account else None
    return {id for id in (deployment.created_by, maker) if id is not None}
