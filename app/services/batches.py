"""What the facts don't hold, read once for a whole list, as of the reader's moment. One answer a parent, in order."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeVar

from app.db.engine import Connection
from app.policy.entities import Organization, Person
from app.services.deployments import Deployed, with_status
from app.services.reader import Reader
from app.services.records import api_keys as visible_api_keys
from app.services.records import deployments, manages_service_account
from app.store.approvals import Approval, approvals_by_deployment
from app.store.audit import AuditEvent, Difference, differences_by_revision
from app.store.configuration import DEFAULT_AUTOSCALING, Autoscaling, autoscaling_by_target, settings_by_target
from app.store.credentials import ApiKey, api_keys_by_user, last_uses_by_key
from app.store.deployments import Deployment, current_by_environment
from app.store.providers import AiProvider
from app.store.providers import ai_providers as providers_of_organization

T = TypeVar("T")
Target = tuple[str, str]
"""An organization's id, and the id of something in it."""


async def settings(reader: Reader, environments: Sequence[Target]) -> list[Any]:
    """The settings of each environment; None where none were made."""
    found = await _by_id(reader, environments, settings_by_target)
    return [found.get(id) for _, id in environments]


async def autoscaling(reader: Reader, targets: Sequence[Target]) -> list[Autoscaling]:
    """The autoscaling of each environment or deployment; what holds by default where nobody said otherwise."""
    found = await _by_id(reader, targets, autoscaling_by_target)
    return [found.get(id, DEFAULT_AUTOSCALING) for _, id in targets]


async def current_deployment(reader: Reader, environments: Sequence[Target]) -> list[Deployed | None]:
    """What each environment serves: its latest deployment that succeeded."""
    found = await _by_id(reader, environments, current_by_environment)
    shown = {each.id: each for each in await _shown(reader, found.values())}
    latest = (found.get(id) for _, id in environments)
    return [None if each is None else shown.get(each.id) for each in latest]


async def deployment(reader: Reader, ids: Sequence[str]) -> list[Deployed | None]:
    """Those of some deployments that the asker sees."""
    shown = {each.id: each for each in await _shown(reader, (await deployments(reader, set(ids))).values())}
    return [shown.get(id) for id in ids]


async def approvals(reader: Reader, deployments: Sequence[Deployed]) -> list[tuple[Approval, ...]]:
    """The decisions on each deployment, the oldest first."""
    unread = ((each.organization_id, each.id) for each in deployments if each.approvals is None)
    found = await _by_id(reader, unread, approvals_by_deployment)
    return [found.get(each.id, ()) if each.approvals is None else each.approvals for each in deployments]


async def api_keys(reader: Reader, people: Sequence[Person]) -> list[list[ApiKey] | None]:
    """The keys of oneself, and of service accounts that one may manage; None of anybody else."""
    opened = await reader.open_all()
    shown = [
        person.id == reader.subject.id or any(manages_service_account(objects, person.id) for objects in opened)
        for person in people
    ]
    ids = [person.id for person, is_shown in zip(people, shown, strict=True) if is_shown]
    revision = reader.arrival.instance_revision
    found = await reader.read(lambda connection: api_keys_by_user(connection, ids, revision))
    return [found.get(person.id, []) if is_shown else None for person, is_shown in zip(people, shown, strict=True)]


async def api_key(reader: Reader, ids: Sequence[str]) -> list[ApiKey | None]:
    """Those of some keys that the asker sees."""
    found = await visible_api_keys(reader, set(ids))
    return [found.get(id) for id in ids]


async def last_use(reader: Reader, keys: Sequence[ApiKey]) -> list[int | None]:
    """When each key was last used (µs)."""
    found = await reader.read(lambda connection: last_uses_by_key(connection, [key.id for key in keys]))
    return [found.get(key.id) for key in keys]


async def ai_providers(reader: Reader, organizations: Sequence[Organization]) -> list[list[AiProvider]]:
    """The AI providers of each organization."""
    return [await reader.read_of(organization.id, providers_of_organization) for organization in organizations]


async def differences(reader: Reader, events: Sequence[AuditEvent]) -> list[Difference]:
    """What each audit record says of the facts it changed."""
    numbers: dict[str, set[int]] = {}
    for event in events:
        numbers.setdefault(event.organization_id, set()).add(event.revision)
    found = {
        (organization_id, number): difference
        for organization_id, wanted in numbers.items()
        for number, difference in (await reader.read_of(organization_id, differences_by_revision, wanted)).items()
    }
    nothing = Difference(None, None)
    return [found.get((event.organization_id, event.revision), nothing) for event in events]


async def _shown(reader: Reader, found: Iterable[Deployment]) -> list[Deployed]:
    grouped: dict[str, list[Deployment]] = {}
    for each in found:
        grouped.setdefault(each.organization_id, []).append(each)
    shown: list[Deployed] = []
    for organization_id, group in grouped.items():
        shown += await with_status(reader, reader.objects(organization_id), group)
    return shown


async def _by_id(
    reader: Reader, targets: Iterable[Target], read: Callable[[Connection, str, int, Iterable[str]], dict[str, T]]
) -> dict[str, T]:
    wanted: dict[str, set[str]] = {}
    for organization_id, id in targets:
        wanted.setdefault(organization_id, set()).add(id)
    found: dict[str, T] = {}
    for organization_id, ids in wanted.items():
        found |= await reader.read_of(organization_id, read, ids)
    return found
