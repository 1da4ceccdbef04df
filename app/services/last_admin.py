"""At every instant to come an organization has an active person as ADMIN without end (rule.md, section 10)."""

from collections.abc import Collection

from app.errors import BailiwickError
from app.policy.entities import Membership
from app.policy.facts import Facts
from app.policy.vocabulary import ErrorCode


def lasts_as_admin(facts: Facts, membership: Membership, at: int) -> bool:
    """Whether a membership makes an active person an ADMIN of the organization, from now on and without end."""
    person = facts.people.get(membership.subject_id)
    roles = (facts.role(role_id) for role_id in membership.role_ids)
    return (
        membership.node_id == facts.organization.id
        and person is not None
        and person.is_active
        and not person.is_service_account
        and membership.expires_at is None
        and membership.holds_at(at)
        and any(role is not None and role.is_admin for role in roles)
    )


def expect_admin_remains(
    facts: Facts, at: int, *, without: Collection[str] = (), without_user: str | None = None
) -> None:
    """Raises LAST_ADMIN where the last such membership is among those to go: some, or somebody's."""
    goes = False
    for membership in facts.memberships_on(facts.organization.id):
        if lasts_as_admin(facts, membership, at):
            if membership.id not in without and membership.subject_id != without_user:
                return
            goes = True
    if goes:
        raise BailiwickError(
            ErrorCode.LAST_ADMIN, "an organization always has an active ADMIN without end: make somebody else one first"
        )
