"""One thing by its id, as somebody sees it: what the facts hold of it, or nothing, there or not."""

from collections.abc import Callable
from typing import Any

from app.policy.entities import ApprovalRule, Grant, Membership, Resource, Restriction
from app.policy.implicit import parts_of
from app.policy.kinds import Kind
from app.policy.objects import Objects
from app.policy.roles import Role
from app.services.restrictions import grant_rows
from app.store.identities import kind_of


def fact_by_id(objects: Objects, id: str) -> Any | None:
    """What the asker sees of one thing that the facts hold; None for everything else."""
    kind = kind_of(id)
    find = None if kind is None else _FINDERS.get(kind)
    return None if find is None else find(objects, id)


def resource(objects: Objects, id: str) -> Resource | None:
    """An organization, team, project or environment."""
    return objects.facts.resource(id) if objects.view.sees(id) else None


def membership(objects: Objects, id: str) -> Membership | None:
    """A membership: seen by its subject, and with MEMBERS_VIEW on its node."""
    found = objects.facts.memberships.get(id)
    return found if found is not None and objects.sees_membership(found) else None


def role(objects: Objects, id: str) -> Role | None:
    """A role: seen by who belongs. A key confined to a part of the organization doesn't see the whole."""
    return objects.facts.role(id) if objects.view.sees(objects.facts.organization.id) else None


def restriction(objects: Objects, id: str) -> Restriction | None:
    """A restriction: seen by who sees its scope or what it matches; a hiding one by fewer."""
    found = objects.facts.restrictions.get(id)
    return found if found is not None and objects.sees_restriction(found) else None


def grant(objects: Objects, id: str) -> Grant | None:
    """A grant, or the row of an ADMIN who needs none, if they are seen: by who manages the restriction."""
    parts = parts_of(id)
    if parts is not None:
        owner = restriction(objects, parts[0])
        rows = () if owner is None else grant_rows(objects, owner)
        found = next((row for row in rows if row.id == id), None)
    else:
        found = objects.facts.grants.get(id)
        owner = None if found is None else restriction(objects, found.restriction_id)
    return found if owner is not None and objects.manages(owner) else None


def approval_rule(objects: Objects, id: str) -> ApprovalRule | None:
    """An approval rule: seen with its restriction."""
    found = objects.facts.approval_rules.get(id)
    return found if found is not None and restriction(objects, found.restriction_id) is not None else None


_FINDERS: dict[Kind, Callable[[Objects, str], Any | None]] = {
    Kind.ORGANIZATION: resource,
    Kind.TEAM: resource,
    Kind.PROJECT: resource,
    Kind.ENVIRONMENT: resource,
    Kind.USER: Objects.person,
    Kind.MEMBERSHIP: membership,
    Kind.ROLE: role,
    Kind.RESTRICTION: restriction,
    Kind.GRANT: grant,
    Kind.APPROVAL_RULE: approval_rule,
}
