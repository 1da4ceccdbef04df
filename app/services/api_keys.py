"""API keys: made, shown once, revoked (rule.md, sections 2 and 10)."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.db import tables
from app.errors import BailiwickError, not_found
from app.policy.vocabulary import ErrorCode, Permission
from app.services import records
from app.services.changes import Action, Applied, Change, apply, organization_managed
from app.services.instance import Instance
from app.services.instance_changes import InstanceChange, apply_to_instance
from app.services.key_scopes import VIEWING, Wanted, held_by_key, is_as_narrow
from app.services.keys import hash_key, make_key, shown_prefix
from app.services.problems import Problems
from app.services.reader import Reader
from app.services.roles import expect_held
from app.store.credentials import api_keys_by_id
from app.store.ledger import INSTANCE, Writer


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was made; the secret is kept nowhere."""

    id: str
    secret: str


async def create_api_key(
    instance: Instance,
    reader: Reader,
    *,
    name: str,
    user_id: str | None,
    permissions: Sequence[Permission] | None,
    resource_id: str | None,
    expires_at: int | None,
) -> Applied[NewKey]:
    """Make a key for oneself, or for a service account with SERVICE_ACCOUNTS_MANAGE in its organization.

    A list of permissions always has the four that view. NOT_FOUND: the part it is narrowed to isn't visible. FORBIDDEN:
    it would reach further, or live longer, than the key that asks. PRIVILEGE_ESCALATION: a service account's would hold
    what the asker lacks on the organization.
    """
    problems = Problems()
    problems.check_name(name, "input", "name")
    if expires_at is not None and expires_at <= reader.instant:
        problems.add("it would have expired already", "input", "expiresAt")
    problems.refuse()
    held = None if permissions is None else frozenset(permissions) | VIEWING
    wanted = Wanted(name, held, resource_id, expires_at)
    if user_id is None or user_id == reader.subject.id:
        return await _create_own(instance, reader, wanted)
    action = Action("createApiKey", holds_instance=True)
    target_id = await _organization_of_account(reader, user_id) or user_id
    return await apply(instance, reader, action, target_id, _create_for, user_id, instance.pepper, wanted)


async def _create_own(instance: Instance, reader: Reader, wanted: Wanted) -> Applied[NewKey]:
    part_id = wanted.resource_id
    is_seen = part_id is None or await reader.find(part_id) is not None
    opened = [] if part_id is None else await reader.open_for((part_id,))
    is_narrow = is_as_narrow(wanted, reader.subject.key, [objects.facts for objects in opened])
    action, target_id = Action("createApiKey"), part_id or reader.subject.id

    def create(change: InstanceChange) -> NewKey:
        if not is_seen:
            raise not_found()
        if not is_narrow:
            raise _reaches_further()
        made = insert_key(change.writer, instance.pepper, change.asker.id, change.asker.id, wanted)
        change.about(made.id, wanted.name)
        return made

    return await apply_to_instance(instance, reader, action, target_id, create)


async def _organization_of_account(reader: Reader, user_id: str) -> str | None:
    """Where it is asked whether one may make keys for somebody: a service account's organization.

    A person has none: whoever may make keys for service accounts where they are is told that they can't for people.
    """
    found = await records.person(reader, user_id)
    if found is not None and found.is_service_account:
        return found.organization_id
    return await organization_managed(reader, user_id, Permission.SERVICE_ACCOUNTS_MANAGE)


def _create_for(change: Change, account_id: str, pepper: bytes, wanted: Wanted) -> NewKey:
    account = change.objects.person(account_id)
    if account is None or (wanted.resource_id is not None and not change.view.sees(wanted.resource_id)):
        raise not_found()
    change.require(Permission.SERVICE_ACCOUNTS_MANAGE, change.organization)
    if not is_as_narrow(wanted, change.asker.key, [change.facts]):
        raise _reaches_further()
    if account.organization_id != change.organization.id:
        raise BailiwickError(ErrorCode.INELIGIBLE_SUBJECT, "keys are made for oneself and for service accounts here")
    expect_held(change, held_by_key(change.facts, account_id, wanted, change.instant))
    made = insert_key(change.writer, pepper, account_id, change.asker.id, wanted)
    change.about(made.id, wanted.name)
    return made


def _reaches_further() -> BailiwickError:
    return BailiwickError(ErrorCode.FORBIDDEN, "a key makes only keys that are as narrow and as short-lived as itself")


def insert_key(writer: Writer, pepper: bytes, user_id: str, maker_id: str, wanted: Wanted) -> NewKey:
    """Add a key of somebody's to the instance's ledger, which the writer holds; who asks for it is judged elsewhere."""
    secret = make_key()
    held = wanted.permissions
    key_id = writer.add(
        tables.ApiKey,
        INSTANCE,
        user_id=user_id,
        name=wanted.name,
        prefix=shown_prefix(secret),
        key_hash=hash_key(pepper, secret),
        permissions=None if held is None else [each.name for each in Permission if each in held],
        resource_id=wanted.resource_id,
        expires_at=wanted.expires_at,
        created_by=maker_id,
    )
    return NewKey(key_id, secret)


async def revoke_api_key(instance: Instance, reader: Reader, *, key_id: str) -> Applied[str]:
    """Revoke one's own key, with one that is not narrowed, or a service account's that one may manage; gives its id."""
    found = (await records.api_keys(reader, (key_id,))).get(key_id)
    if found is not None and found.user_id == reader.subject.id:
        return await apply_to_instance(instance, reader, Action("revokeApiKey"), key_id, _revoke_own, key_id)
    target_id = None if found is None else await _organization_of_account(reader, found.user_id)
    action = Action("revokeApiKey", holds_instance=True)
    return await apply(instance, reader, action, target_id or key_id, _revoke_for, key_id)


def _revoke_own(change: InstanceChange, key_id: str) -> str:
    found = api_keys_by_id(change.connection, (key_id,), change.arrival.instance_revision).get(key_id)
    if found is None or found.user_id != change.asker.id:
        raise not_found()
    change.require_whole_key()
    change.writer.end(tables.ApiKey, key_id)
    change.about(key_id, found.name)
    return key_id


def _revoke_for(change: Change, key_id: str) -> str:
    found = api_keys_by_id(change.connection, (key_id,), change.facts.instance_revision).get(key_id)
    if found is None or not records.manages_service_account(change.objects, found.user_id):
        raise not_found()
    change.writer.end(tables.ApiKey, key_id)
    change.about(key_id, found.name)
    return key_id
