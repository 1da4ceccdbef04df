"""AI providers of an organization (AZ-57, AZ-59)."""

from app.db import tables
from app.db.text import folded
from app.errors import conflict, not_found
from app.policy.entities import Organization
from app.policy.vocabulary import Permission
from app.services.changes import Action, Applied, Change, apply
from app.services.instance import Instance
from app.services.problems import Problems
from app.services.reader import Reader
from app.store.providers import ai_providers


async def create_ai_provider(
    instance: Instance, reader: Reader, *, organization_id: str, name: str, kind: str
) -> Applied[str]:
    """Add a provider; gives its id. Needs AI_PROVIDERS_MANAGE. CONFLICT: one has this name."""
    problems = Problems()
    problems.check_name(name, "input", "name")
    problems.check_name(kind, "input", "kind")
    problems.refuse()
    action = Action("createAiProvider")
    return await apply(instance, reader, action, organization_id, _create, organization_id, name, kind)


def _create(change: Change, organization_id: str, name: str, kind: str) -> str:
    organization = change.find(organization_id, Organization)
    change.require(Permission.AI_PROVIDERS_MANAGE, organization)
    standing = ai_providers(change.connection, organization.id, change.facts.revision)
    if any(folded(provider.name) == folded(name) for provider in standing):
        raise conflict(f"a provider is called `{name}` already")
    provider_id = change.add(tables.AiProvider, name=name, kind=kind)
    change.about(provider_id, name)
    return provider_id


async def delete_ai_provider(instance: Instance, reader: Reader, *, provider_id: str) -> Applied[str]:
    """Take a provider away; gives its id. Needs AI_PROVIDERS_MANAGE, without which it is not seen either."""
    return await apply(instance, reader, Action("deleteAiProvider"), provider_id, _delete, provider_id)


def _delete(change: Change, provider_id: str) -> str:
    standing = ai_providers(change.connection, change.organization.id, change.facts.revision)
    found = next((provider for provider in standing if provider.id == provider_id), None)
    if found is None or not change.view.may(Permission.AI_PROVIDERS_MANAGE, change.organization.id):
        raise not_found()
    change.end(tables.AiProvider, found.id)
    change.about(found.id, found.name)
    return found.id
