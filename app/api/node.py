"""The Node interface, and anything by its id: what the asker sees of it, or nothing."""

from collections.abc import Awaitable, Callable
from typing import Any

import strawberry

from app.api.context import Context
from app.api.fields import attribute
from app.policy import facts
from app.policy.implicit import implicit_admins, parts_of
from app.policy.kinds import Kind
from app.policy.objects import Objects
from app.policy.roles import BUILT_IN_ROLES, Role
from app.services import batches, records
from app.services.deployments import Deployed
from app.store.audit import AuditEvent
from app.store.credentials import ApiKey
from app.store.identities import kind_of
from app.store.providers import AiProvider

TYPE_NAMES: dict[type[Any], str] = {
    facts.Organization: "Organization",
    facts.Team: "Team",
    facts.Project: "Project",
    facts.Environment: "Environment",
    facts.Person: "User",
    facts.Membership: "Membership",
    facts.Restriction: "EnvironmentRestriction",
    facts.Grant: "Grant",
    facts.ApprovalRule: "ApprovalRule",
    Role: "Role",
    Deployed: "Deployment",
    ApiKey: "ApiKey",
    AiProvider: "AiProvider",
    AuditEvent: "AuditEvent",
}
"""The GraphQL type of each kind of value that resolvers hand on."""


@strawberry.interface(description="Anything with an id of its own.")
class Node:
    id: strawberry.ID = attribute("Opaque, unique over all types, never given twice.")

    @classmethod
    def resolve_type(cls, value: object, *_: object) -> str:
        return TYPE_NAMES[type(value)]


def shows(value_type: type[Any]) -> Any:
    """How a GraphQL type says which values it is the type of."""
    return staticmethod(lambda value, _info: isinstance(value, value_type))


async def node_by_id(context: Context, id: str) -> Any | None:
    """What the asker sees of the thing of this id; None for hidden and unknown ones and other kinds' ids."""
    kind = kind_of(id)
    if kind in _OUTSIDE_FACTS:
        return await _OUTSIDE_FACTS[kind](context, id)
    found = None
    computed = parts_of(id)  # an implicit grant is where its restriction is
    for objects in await context.asker.open_for((id if computed is None else computed[0],)):
        found = fact_by_id(objects, id) or found
    return found


def fact_by_id(objects: Objects, id: str) -> Any | None:
    """What the asker sees of one thing that the facts hold; None for everything else."""
    kind = kind_of(id)
    find = None if kind is None else _IN_FACTS.get(kind)
    return None if find is None else find(objects, id)


def _resource(objects: Objects, id: str) -> facts.Resource | None:
    return objects.facts.resource(id) if objects.view.sees(id) else None


def _membership(objects: Objects, id: str) -> facts.Membership | None:
    membership = objects.facts.memberships.get(id)
    return membership if membership is not None and objects.sees_membership(membership) else None


def _role(objects: Objects, id: str) -> Role | None:
    # A role is seen by who belongs, and a key confined to a part of the organization doesn't see the whole.
    return objects.facts.role(id) if objects.view.sees(objects.facts.organization.id) else None


def _restriction(objects: Objects, id: str) -> facts.Restriction | None:
    restriction = objects.facts.restrictions.get(id)
    return restriction if restriction is not None and objects.sees_restriction(restriction) else None


def _grant(objects: Objects, id: str) -> facts.Grant | None:
    parts = parts_of(id)
    if parts is not None:
        restriction = _restriction(objects, parts[0])
        rows = () if restriction is None else implicit_admins(objects.facts, restriction, objects.view.at)
        grant = next((row for row in rows if row.id == id), None)
    else:
        grant = objects.facts.grants.get(id)
        restriction = None if grant is None else _restriction(objects, grant.restriction_id)
    return grant if restriction is not None and objects.manages(restriction) else None


def _approval_rule(objects: Objects, id: str) -> facts.ApprovalRule | None:
    rule = objects.facts.approval_rules.get(id)
    return rule if rule is not None and _restriction(objects, rule.restriction_id) is not None else None


_IN_FACTS: dict[Kind, Callable[[Objects, str], Any | None]] = {
    Kind.ORGANIZATION: _resource,
    Kind.TEAM: _resource,
    Kind.PROJECT: _resource,
    Kind.ENVIRONMENT: _resource,
    Kind.USER: Objects.person,
    Kind.MEMBERSHIP: _membership,
    Kind.ROLE: _role,
    Kind.RESTRICTION: _restriction,
    Kind.GRANT: _grant,
    Kind.APPROVAL_RULE: _approval_rule,
}


async def _user(context: Context, id: str) -> facts.Person | None:
    return await records.person(context.asker, id)


async def _built_in_or_custom_role(context: Context, id: str) -> Role | None:
    opened = await context.asker.open_all() if id in BUILT_IN_ROLES else await context.asker.open_for((id,))
    found = [_role(objects, id) for objects in opened]
    return next((role for role in found if role is not None), None)


async def _deployment(context: Context, id: str) -> Deployed | None:
    return await context.load(batches.deployment, id)


async def _api_key(context: Context, id: str) -> ApiKey | None:
    return await records.api_key(context.asker, id)


async def _ai_provider(context: Context, id: str) -> AiProvider | None:
    return await records.ai_provider(context.asker, id)


async def _audit_event(context: Context, id: str) -> AuditEvent | None:
    return await records.audit_event(context.asker, id)


_OUTSIDE_FACTS: dict[Kind | None, Callable[[Context, str], Awaitable[Any | None]]] = {
    Kind.USER: _user,
    Kind.ROLE: _built_in_or_custom_role,
    Kind.DEPLOYMENT: _deployment,
    Kind.API_KEY: _api_key,
    Kind.AI_PROVIDER: _ai_provider,
    Kind.AUDIT_EVENT: _audit_event,
}
