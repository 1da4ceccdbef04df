"""What waits for somebody, over all their organizations (G-4)."""

from app.services import approvals
from app.services.deployments import Deployed
from app.services.reader import Reader


async def pending_approvals(reader: Reader, organization_id: str | None) -> list[Deployed]:
    """The deployments that wait for the asker's approval, in one organization or in all of theirs."""
    found: list[Deployed] = []
    for objects in await reader.open_all():
        if organization_id in (None, objects.facts.organization.id):
            found += await approvals.pending_approvals(reader, objects)
    return found
