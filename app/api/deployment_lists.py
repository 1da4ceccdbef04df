"""Deployments page by page, newest first: from the store, or from memory where the status has to be computed."""

from app.api.context import Context
from app.api.pagination import Fetched, Listing, Page, Pageable, Paging
from app.policy.entities import Environment, Project
from app.policy.vocabulary import DeploymentStatus
from app.services.deployments import Deployed, deployments_in, place_of, waiting_in


def deployments_of(context: Context, of: Project | Environment, status: DeploymentStatus | None) -> Pageable[Deployed]:
    """The deployments of a project or environment that the asker sees."""
    reader, objects = context.asker, context.objects(of.organization_id)
    place = place_of(objects, of)

    async def fetch(paging: Paging) -> Page[Deployed]:
        if status is DeploymentStatus.BLOCKED or status is DeploymentStatus.READY:
            return in_order(await waiting_in(reader, objects, place, status)).page(paging)
        found, total = await deployments_in(
            reader, objects, place, status, paging.size + 1, paging.after, paging.before, backwards=paging.backwards
        )
        return Page.of_slice(found, order_of, paging, total)

    return Fetched(fetch)


def in_order(deployments: list[Deployed]) -> Listing[Deployed]:
    """Deployments in memory, newest first."""
    return Listing(sorted(deployments, key=order_of), order_of)


def order_of(deployed: Deployed) -> tuple[int, str]:
    """The key that lists of deployments are in order of."""
    return deployed.order
