"""What is read from the store one thing at a time, as somebody sees it: people, deployments, keys, providers, audit.

Each opens the asker's organizations before it asks the store, so that hidden and unknown take the same path.
"""

from collections.abc import Collection

from app.policy.entities import Organization, Person, Project, Team
from app.policy.objects import Objects
from app.policy.vocabulary import Permission
from app.services.reader import Reader
from app.store.audit import AuditEvent, audit_event_by_id
from app.store.credentials import ApiKey, api_keys_by_id
from app.store.deployments import Deployment, deployments_by_id
from app.store.people import people_by_id
from app.store.providers import AiProvider, ai_provider_by_id


async def person(reader: Reader, id: str) -> Person | None:
    """The person or service account, if the asker sees them; an instance administrator sees everybody (section 4a).

    With a key that is narrowed, they see those whom they would see by MEMBERS_VIEW where it reaches.
    """
    if reader.subject.sees_everybody:
        revision = reader.arrival.instance_revision
        found = await reader.read(lambda connection: people_by_id(connection, (id,), revision))
        return found.get(id)
    seen = [objects.person(id) for objects in await reader.open_all()]
    if id == reader.subject.id:
        return reader.subject.person
    return next((person for person in seen if person is not None), None)


async def deployments(reader: Reader, ids: Collection[str]) -> dict[str, Deployment]:
    """Those of some deployments that the asker sees, by id."""
    await reader.open_for(ids)
    revisions = reader.arrival.revisions
    found = await reader.read(lambda connection: deployments_by_id(connection, ids, revisions))
    seen = {}
    for each in found.values():
        objects = await reader.open(each.organization_id)
        if objects is not None and sees_deployment(objects, each):
            seen[each.id] = each
    return seen


def sees_deployment(objects: Objects, deployment: Deployment) -> bool:
    """Who sees its environment; an unplaced one, who sees the project (rule.md, section 4a)."""
    return objects.view.sees(deployment.environment_id or deployment.project_id)


async def api_keys(reader: Reader, ids: Collection[str]) -> dict[str, ApiKey]:
    """Those of some keys that the asker sees, by id."""
    revision = reader.arrival.instance_revision
    opened = await reader.open_all()
    found = await reader.read(lambda connection: api_keys_by_id(connection, ids, revision))
    return {key.id: key for key in found.values() if _sees_keys_of(reader, opened, key.user_id)}


def _sees_keys_of(reader: Reader, opened: Collection[Objects], user_id: str) -> bool:
    return user_id == reader.subject.id or any(manages_service_account(objects, user_id) for objects in opened)


def manages_service_account(objects: Objects, user_id: str) -> bool:
    """Whether this is a service account of the organization and the asker may manage those."""
    organization = objects.facts.organization
    account = objects.facts.people.get(user_id)
    return (
        account is not None
        and account.organization_id == organization.id
        and objects.view.may(Permission.SERVICE_ACCOUNTS_MANAGE, organization.id)
    )


async def ai_provider(reader: Reader, id: str) -> AiProvider | None:
    """The provider, if the asker may manage the organization's."""
    await reader.open_for((id,))
    found = await reader.read(lambda connection: ai_provider_by_id(connection, id, reader.arrival.revisions))
    return found if found and await _may(reader, found.organization_id, Permission.AI_PROVIDERS_MANAGE) else None


async def audit_event(reader: Reader, id: str) -> AuditEvent | None:
    """The record, if the asker may read the organization's audit."""
    await reader.open_all()
    found = await reader.read(lambda connection: audit_event_by_id(connection, id, reader.arrival.revisions))
    return found if found and await _may(reader, found.organization_id, Permission.AUDIT_VIEW) else None


async def organization_by_slug(reader: Reader, slug: str) -> Organization | None:
    """The organization of this slug, if the asker belongs to it."""
    found = None
    for objects in await reader.open_all():
        organization = objects.facts.organization
        if organization.slug == slug and objects.view.sees(organization.id):
            found = organization
    return found


async def team_by_path(reader: Reader, path: str) -> Team | None:
    """The team at this path, if the asker sees it."""
    found = None
    for objects in await reader.open_all():
        node = objects.facts.team_at(path)
        found = node if node is not None and objects.view.sees(node.id) else found
    return found


async def project_by_path(reader: Reader, path: str) -> Project | None:
    """The project at this path, if the asker sees it."""
    found = None
    for objects in await reader.open_all():
        node = objects.facts.project_at(path)
        found = node if node is not None and objects.view.sees(node.id) else found
    return found


async def _may(reader: Reader, organization_id: str, permission: Permission) -> bool:
    objects = await reader.open(organization_id)
    return objects is not None and objects.view.may(permission, organization_id)
