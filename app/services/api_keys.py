"""API keys: made, shown once, revoked (rule.md, sections 2 and 10)."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.db import tables
from app.errors import BailiwickError, forbidden, invalid, not_found
from app.policy.facts import Facts
from app.policy.objects import Objects
from app.policy.subject import KeyScope
from app.policy.vocabulary import VIEW_PERMISSION, ErrorCode, Permission
from app.services import records
from app.services.changes import Action, Applied, Change, apply
from app.services.instance import Instance
from app.services.instance_changes import InstanceChange, apply_to_instance
from app.services.keys import hash_key, make_key, shown_prefix
from app.services.problems import Problems
from app.services.reader import Reader
from app.services.roles import expect_held
from app.store.credentials import api_keys_by_id
from app.store.ledger import INSTANCE, Writer

VIEWING = frozenset(VIEW_PERMISSION.values())


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key that was made; the secret is kept nowhere."""

    id: str
    secret: str


@dataclass(frozen=True, slots=True)
class Wanted:
    """A key that is asked for: its name and how it narrows its user; µs."""

    name: str
    permissions: frozenset[Permission] | None
    resource_id: str | None
    expires_at: int | None


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

    A list of permissions always has the four that view. A narrowed key makes only keys as narrow and as short-lived as
    itself: FORBIDDEN. PRIVILEGE_ESCALATION: a service account's would hold what the asker lacks on the organization.
    """
    problems = Problems()
    problems.check_name(name, "input", "name")
    if expires_at is not None and expires_at <= reader.moment.instant:
        problems.add("it would have expired already", "input", "expiresAt")
    problems.refuse()
    held = None if permissions is None else frozenset(permissions) | VIEWING
    await _expect_visible(reader, resource_id)
    wanted = Wanted(name, held, resource_id, expires_at)
    account_id = None if user_id == reader.subject.id else user_id
    if account_id is None:
        _expect_as_narrow(reader, await reader.open_all(), wanted)
        return await apply_to_instance(instance, reader, Action("createApiKey"), _create_own, instance.pepper, wanted)
    action = Action("createApiKey", holds_instance=True)
    return await apply(instance, reader, action, account_id, _create_for, account_id, instance.pepper, wanted)


async def _expect_visible(reader: Reader, resource_id: str | None) -> None:
    if resource_id is not None and await reader.find(resource_id) is None:
        raise invalid("there is no such organization, team, project or environment", "input", "resourceId")


def _create_own(change: InstanceChange, pepper: bytes, wanted: Wanted) -> NewKey:
    made = _insert(change.writer, pepper, change.asker.id, change.asker.id, wanted)
    change.about(made.id, wanted.name)
    return made


def _create_for(change: Change, account_id: str, pepper: bytes, wanted: Wanted) -> NewKey:
    account = change.objects.person(account_id)
    if account is None:
        raise not_found()
    change.require(Permission.SERVICE_ACCOUNTS_MANAGE, change.organization)
    if account.organization_id != change.organization.id:
        raise BailiwickError(ErrorCode.INELIGIBLE_SUBJECT, "keys are made for oneself and for service accounts here")
    if wanted.permissions is not None:
        expect_held(change, wanted.permissions - VIEWING)
    else:
        _expect_no_more_than_asker(change, account_id)
    made = _insert(change.writer, pepper, account_id, change.asker.id, wanted)
    change.about(made.id, wanted.name)
    return made


def _expect_no_more_than_asker(change: Change, account_id: str) -> None:
    """A key without a list holds all that its account does."""
    held: set[Permission] = set()
    for membership in change.facts.memberships_of(account_id):
        for role in filter(None, map(change.facts.role, membership.role_ids)):
            held |= role.permissions
    expect_held(change, held)


def _insert(writer: Writer, pepper: bytes, user_id: str, maker_id: str, wanted: Wanted) -> NewKey:
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


def _expect_as_narrow(reader: Reader, opened: Sequence[Objects], wanted: Wanted) -> None:
    """Raises FORBIDDEN where a narrowed or expiring key would make one that reaches further than itself."""
    key = reader.subject.key
    if key is None:
        return
    longer = key.expires_at is not None and (wanted.expires_at is None or wanted.expires_at > key.expires_at)
    if longer or not _lists_less(key, wanted) or not _lies_within(key, wanted, [each.facts for each in opened]):
        raise BailiwickError(
            ErrorCode.FORBIDDEN, "a key makes only keys that are as narrow and as short-lived as itself"
        )


def _lists_less(key: KeyScope, wanted: Wanted) -> bool:
    return key.permissions is None or (wanted.permissions is not None and wanted.permissions <= key.permissions)


def _lies_within(key: KeyScope, wanted: Wanted, known: Sequence[Facts]) -> bool:
    if key.resource_id is None or wanted.resource_id == key.resource_id:
        return True
    for facts in known:
        environment = facts.environment(wanted.resource_id or "")
        node_id = wanted.resource_id if environment is None else environment.project_id
        if node_id is not None and any(node.id == key.resource_id for node in facts.path(node_id)):
            return True
    return False


async def revoke_api_key(instance: Instance, reader: Reader, *, key_id: str) -> Applied[str]:
    """Revoke one's own key, or a service account's that one may manage; gives its id."""
    found = (await records.api_keys(reader, (key_id,))).get(key_id)
    if found is None:
        raise not_found()
    if found.user_id == reader.subject.id:
        return await apply_to_instance(instance, reader, Action("revokeApiKey"), _revoke_own, key_id)
    action = Action("revokeApiKey", holds_instance=True)
    return await apply(instance, reader, action, found.user_id, _revoke_for, found.user_id, key_id)


def _revoke_own(change: InstanceChange, key_id: str) -> str:
    own = change.asker.key
    if own is None or own.id != key_id:
        change.require_whole_key()
    revision = change.arrival.instance_revision
    found = api_keys_by_id(change.connection, (key_id,), revision).get(key_id)
    if found is None or found.user_id != change.asker.id:
        raise not_found()
    change.writer.end(tables.ApiKey, key_id)
    change.about(key_id, found.name)
    return key_id


def _revoke_for(change: Change, account_id: str, key_id: str) -> str:
    account = change.objects.person(account_id)
    if account is None or account.organization_id != change.organization.id:
        raise not_found()
    if not change.view.may(Permission.SERVICE_ACCOUNTS_MANAGE, change.organization.id):
        raise forbidden(Permission.SERVICE_ACCOUNTS_MANAGE, change.organization.id)
    found = api_keys_by_id(change.connection, (key_id,), change.facts.instance_revision).get(key_id)
    if found is None or found.user_id != account_id:
        raise not_found()
    change.writer.end(tables.ApiKey, key_id)
    change.about(key_id, found.name)
    return key_id
