"""Deployment: a ref of a project on its way to an environment."""

import strawberry

from app.api import references as types
from app.api.batched import batched
from app.api.context import Info
from app.api.enums import DeploymentStatus
from app.api.fields import attribute, field
from app.api.node import Node, shows
from app.api.scalars import DateTime
from app.api.types.approval import Approval, ApprovalSummary
from app.api.types.autoscaling import Autoscaling
from app.policy import entities
from app.policy.vocabulary import ApprovalDecision
from app.services import approvals, batches, deployments
from app.services.approvals import Decided, Summary
from app.services.deployments import Deployed
from app.store import configuration


def _scaled(deployed: Deployed) -> tuple[str, str]:
    """What the autoscaling of a deployment is of."""
    return deployed.organization_id, deployed.deployment.environment_id or deployed.id


@strawberry.type(description="A ref of a project on its way to an environment, or not placed yet.")
class Deployment(Node):
    is_type_of = shows(Deployed)

    status: DeploymentStatus = attribute("Where it stands now.")

    @field(types.Project | None, "The project it is of.")
    def project(deployed: strawberry.Parent[Deployed], info: Info) -> entities.Node | None:
        return info.context.objects(deployed.organization_id).node(deployed.deployment.project_id)

    @field(types.Environment | None, "The environment it is for; null while it is not placed.")
    def environment(deployed: strawberry.Parent[Deployed], info: Info) -> entities.Environment | None:
        view = info.context.view(deployed.organization_id)
        id = deployed.deployment.environment_id
        return view.facts.environment(id) if id is not None and view.sees(id) else None

    @field(str, "The branch, tag, commit or image that is deployed.")
    def ref(deployed: strawberry.Parent[Deployed]) -> str:
        return deployed.deployment.ref

    @field(types.User | None, "Who created it, if the viewer sees them.")
    def created_by(deployed: strawberry.Parent[Deployed], info: Info) -> entities.Person | None:
        return info.context.objects(deployed.organization_id).person(deployed.deployment.created_by)

    @field(DateTime, "When it was created.")
    def created_at(deployed: strawberry.Parent[Deployed]) -> int:
        return deployed.deployment.created_at

    @field(DateTime, "When something of it changed last.")
    def updated_at(deployed: strawberry.Parent[Deployed]) -> int:
        return deployed.deployment.updated_at

    @field(types.Deployment | None, "The deployment it was promoted from, if the viewer sees that.")
    async def promoted_from(deployed: strawberry.Parent[Deployed], info: Info) -> Deployed | None:
        source = deployed.deployment.promoted_from
        return None if source is None else await info.context.load(batches.deployment, source)

    @batched(Autoscaling, "Its environment's, or its own while it is not placed.", batches.autoscaling, key=_scaled)
    def autoscaling(_deployed: Deployed, _info: Info, loaded: configuration.Autoscaling) -> object:
        return loaded

    @batched(ApprovalSummary, "How far its approvals are; without rules APPROVED, 0 of 0.", batches.approvals)
    def approval_summary(deployed: Deployed, info: Info, given: approvals.Approvals) -> Summary:
        return approvals.summary(info.context.objects(deployed.organization_id), deployed, given)

    @batched(Approval | None, "What the viewer has decided.", batches.approvals)
    def viewer_approval(deployed: Deployed, info: Info, given: approvals.Approvals) -> Decided | None:
        return approvals.own_decision(info.context.objects(deployed.organization_id), deployed, given)

    @field(bool, "Whether the viewer's approval would be taken; so too where it repeats what they decided.")
    def viewer_can_approve(deployed: strawberry.Parent[Deployed], info: Info) -> bool:
        objects = info.context.objects(deployed.organization_id)
        return approvals.may_decide(objects, deployed, ApprovalDecision.APPROVED)

    @field(bool, "Whether the viewer could reject it.")
    def viewer_can_reject(deployed: strawberry.Parent[Deployed], info: Info) -> bool:
        objects = info.context.objects(deployed.organization_id)
        return approvals.may_decide(objects, deployed, ApprovalDecision.REJECTED)

    @field(bool, "Whether the viewer could run it now.")
    def viewer_can_run(deployed: strawberry.Parent[Deployed], info: Info) -> bool:
        return deployments.may_run(info.context.objects(deployed.organization_id), deployed)

    @field(bool, "Whether the viewer could cancel it now.")
    def viewer_can_cancel(deployed: strawberry.Parent[Deployed], info: Info) -> bool:
        return deployments.may_cancel(info.context.objects(deployed.organization_id), deployed)
