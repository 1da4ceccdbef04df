"""The audit and the denials page by page, newest first."""

from app.api.context import Context
from app.api.pagination import Fetched, Page, Paging
from app.policy.entities import Organization
from app.store.audit import AuditEvent, AuditFilter, audit_slice
from app.store.denials import Denial, denial_slice


def audit_of(context: Context, organization: Organization, wanted: AuditFilter) -> Fetched[AuditEvent]:
    """The records of an organization; whether the asker may read them is asked on the field."""

    async def fetch(paging: Paging) -> Page[AuditEvent]:
        events, total = await context.asker.read_of(
            organization.id,
            audit_slice,
            wanted,
            paging.size + 1,
            paging.after,
            paging.before,
            backwards=paging.backwards,
        )
        return Page.of_slice(events, order_of, paging, total)

    return Fetched(fetch)


def denials_of(context: Context, organization: Organization) -> Fetched[Denial]:
    """The refused mutations of an organization; whether the asker may read them is asked on the field."""

    async def fetch(paging: Paging) -> Page[Denial]:
        found, total = await context.asker.read_of(
            organization.id,
            denial_slice,
            paging.size + 1,
            paging.after,
            paging.before,
            backwards=paging.backwards,
        )
        return Page.of_slice(found, lambda denial: (-denial.at, denial.id), paging, total)

    return Fetched(fetch)


def order_of(event: AuditEvent) -> tuple[int, str]:
    """The key that the audit is in order of."""
    return -event.revision, event.id
