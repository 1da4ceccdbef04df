"""The organization's switch for environment access lists, and each member's list (rule.md, section 7)."""

from collections.abc import Sequence

from app.db import tables
from app.errors import conflict, invalid
from app.policy.entities import Membership, Organization
from app.policy.vocabulary import EnvironmentAccessMode, Permission
from app.services.bindings import require_management
from app.services.changes import Action, Applied, Change, apply
from app.services.instance import Instance
from app.services.problems import Problems
from app.services.reader import Reader
from app.store.ledger import MOST_FACTS
from app.store.living import changed_since, living_by

MOST_CHANGES = MOST_FACTS - 1
"""How many entries of a list one call adds and removes: one revision holds no more, the membership being another."""


async def set_environment_access_enabled(
    instance: Instance, reader: Reader, *, organization_id: str, enabled: bool
) -> Applied[str]:
    """Enforce environment access lists, or don't; the lists stay (QV-4 to QV-7). Needs MEMBERS_MANAGE; gives the id."""
    action = Action("setEnvironmentAccessEnabled")
    return await apply(instance, reader, action, organization_id, _set_enabled, organization_id, enabled)


def _set_enabled(change: Change, organization_id: str, enabled: bool) -> str:
    organization = change.find(organization_id, Organization)
    change.require(Permission.MEMBERS_MANAGE, organization)
    change.set(tables.Organization, organization.id, environment_access_enabled=enabled)
    change.about(organization.id, organization.name)
    return organization.id


async def set_environment_access(
    instance: Instance,
    reader: Reader,
    *,
    membership_id: str,
    mode: EnvironmentAccessMode,
    environment_ids: Sequence[str],
    if_revision: int | None,
) -> Applied[str]:
    """Let a member see every environment, or those listed; gives the membership's id. Needs MEMBERS_MANAGE.

    The list is replaced as a whole, and FULL empties it. CONFLICT: it changed after `if_revision`.
    INVALID: it changes by more than MOST_CHANGES entries.
    """
    problems = Problems()
    if mode is EnvironmentAccessMode.FULL and environment_ids:
        problems.add("with full access there is no list", "input", "environmentIds")
    problems.refuse()
    action = Action("setEnvironmentAccess")
    return await apply(
        instance, reader, action, membership_id, _set, membership_id, mode, tuple(environment_ids), if_revision
    )


def _set(
    change: Change,
    membership_id: str,
    mode: EnvironmentAccessMode,
    environment_ids: tuple[str, ...],
    if_revision: int | None,
) -> str:
    membership = change.find(membership_id, Membership)
    require_management(change, change.organization.id, membership.id)
    if membership.node_id != change.organization.id:
        raise invalid("only a membership of the organization has a list", "input", "membershipId")
    problems = Problems()
    for index, id in enumerate(environment_ids):
        if id not in change.facts.environments:
            problems.add("there is no such environment in the organization", "input", "environmentIds", index)
    problems.refuse()
    if if_revision is not None and _changed_since(change, membership.id, if_revision):
        raise conflict("somebody changed this list since: look at it again")
    _list(change, membership, environment_ids)
    change.set(tables.Membership, membership.id, environment_access_mode=mode.value)
    change.about(membership.id, None)
    return membership.id


def _list(change: Change, membership: Membership, environment_ids: Sequence[str]) -> None:
    entries = tables.EnvironmentAccessEntry
    standing = living_by(change.connection, entries, "membership_id", membership.id, "environment_id")
    wanted = dict.fromkeys(environment_ids)
    if len(standing.keys() ^ wanted.keys()) > MOST_CHANGES:
        message = f"a list changes by at most {MOST_CHANGES} environments at once: change it in steps"
        raise invalid(message, "input", "environmentIds")
    for environment_id, entry_id in standing.items():
        if environment_id not in wanted:
            change.end(entries, entry_id)
    for environment_id in wanted:
        if environment_id not in standing:
            change.add(entries, membership_id=membership.id, environment_id=environment_id)


def _changed_since(change: Change, membership_id: str, revision: int) -> bool:
    entries = changed_since(change.connection, tables.EnvironmentAccessEntry, "membership_id", membership_id, revision)
    return entries or changed_since(change.connection, tables.Membership, "id", membership_id, revision)
