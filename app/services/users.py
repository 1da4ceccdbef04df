"""People and service accounts let out and in again, by instance administrators (rule.md, sections 2 and 10)."""

from app.db import tables
from app.errors import BailiwickError, not_found
from app.policy.entities import Person
from app.policy.vocabulary import ErrorCode
from app.services.changes import Action, Applied
from app.services.instance import Instance
from app.services.instance_changes import InstanceChange, apply_to_instance
from app.services.last_admin import expect_admin_remains
from app.services.reader import Reader
from app.services.records import person
from app.store.ledger import lock
from app.store.people import organizations_of, people_by_id
from app.store.snapshot import load_facts


async def deactivate_user(instance: Instance, reader: Reader, *, user_id: str) -> Applied[str]:
    """Let somebody do nothing any more, at once, keeping their history; gives their id. Instance administrators only.

    LAST_ADMIN: an organization, or the instance, would be left without an active ADMIN.
    """
    return await _set_active(instance, reader, "deactivateUser", user_id, active=False)


async def activate_user(instance: Instance, reader: Reader, *, user_id: str) -> Applied[str]:
    """Let somebody in again with all they had; gives their id. Instance administrators only."""
    return await _set_active(instance, reader, "activateUser", user_id, active=True)


async def _set_active(instance: Instance, reader: Reader, action: str, user_id: str, *, active: bool) -> Applied[str]:
    is_seen = await person(reader, user_id) is not None
    return await apply_to_instance(instance, reader, Action(action), user_id, _set, instance, user_id, is_seen, active)


def _set(change: InstanceChange, instance: Instance, user_id: str, is_seen: bool, active: bool) -> str:
    found = people_by_id(change.connection, (user_id,), change.arrival.instance_revision).get(user_id)
    if found is None or not is_seen:
        raise not_found()
    change.require_whole_key()
    if not change.asker.person.is_instance_admin:
        raise BailiwickError(ErrorCode.FORBIDDEN, "only instance administrators may do this")
    if not active and found.is_active:
        _expect_admins_remain(change, instance, found)
    change.writer.set(tables.User, user_id, is_active=active)
    change.about(user_id, found.name)
    return user_id


def _expect_admins_remain(change: InstanceChange, instance: Instance, person: Person) -> None:
    if person.id == change.asker.id:
        raise BailiwickError(ErrorCode.LAST_ADMIN, "you can't deactivate yourself: somebody else can")
    for organization_id in organizations_of(change.connection, person.id):
        held = lock(change.connection, [organization_id], instance.clock)  # after the instance, as everybody does
        revision = held.revision(organization_id) - 1
        facts = load_facts(change.connection, organization_id, revision, change.arrival.instance_revision)
        if facts is not None:
            expect_admin_remains(facts, change.writer.instant, without_user=person.id)
