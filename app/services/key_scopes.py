"""How far a key that is asked for would reach: never beyond who asks, nor the key they ask with (sections 2, 10)."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.policy.facts import Facts
from app.policy.holding import is_in_team, memberships_reaching
from app.policy.subject import KeyScope
from app.policy.vocabulary import DEPLOYMENT_ONLY, VIEW_PERMISSION, Permission

VIEWING = frozenset(VIEW_PERMISSION.values())
"""What every key with a list may do."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A key that is asked for: its name and how it narrows its user; µs."""

    name: str
    permissions: frozenset[Permission] | None
    resource_id: str | None
    expires_at: int | None


def is_as_narrow(wanted: Wanted, key: KeyScope | None, known: Sequence[Facts]) -> bool:
    """Whether a key reaches no further than the one that asks for it, and no longer.

    `known` has the organization that the part is in which `wanted` is narrowed to.
    """
    if key is None:
        return True
    longer = key.expires_at is not None and (wanted.expires_at is None or wanted.expires_at > key.expires_at)
    return not longer and _lists_less(wanted, key) and _lies_within(wanted, key, known)


def _lists_less(wanted: Wanted, key: KeyScope) -> bool:
    return key.permissions is None or (wanted.permissions is not None and wanted.permissions <= key.permissions)


def _lies_within(wanted: Wanted, key: KeyScope, known: Sequence[Facts]) -> bool:
    if key.resource_id is None or wanted.resource_id == key.resource_id:
        return True
    if wanted.resource_id is None:
        return False
    for facts in known:
        environment = facts.environment(wanted.resource_id)
        node_id = wanted.resource_id if environment is None else environment.project_id
        if any(node.id == key.resource_id for node in facts.path(node_id)):
            return True
    return False


def held_by_key(facts: Facts, account_id: str, wanted: Wanted, at: int) -> frozenset[Permission]:
    """Everything that a key of a service account would hold somewhere.

    What it lists, whatever the account holds by now; of viewing, and without a list, what the account does.
    """
    held = _held_by_account(facts, account_id, at)
    return held if wanted.permissions is None else (wanted.permissions - VIEWING) | (held & VIEWING)


def _held_by_account(facts: Facts, account_id: str, at: int) -> frozenset[Permission]:
    """By a role on any node, a team's included, in effect or not; and by deployment-only access (section 4, step 7)."""
    roles = [facts.role(role_id) for own in memberships_reaching(facts, account_id) for role_id in own.role_ids]
    held = {permission for role in roles if role is not None for permission in role.permissions}
    grants = (grant for restriction in facts.restrictions.values() for grant in restriction.grants)
    if any(grant.team_id and is_in_team(facts, account_id, grant.team_id, grant.inheritance, at) for grant in grants):
        held |= DEPLOYMENT_ONLY
    return frozenset(held)
