"""The Node interface, and anything by its id: what the asker sees of it, or nothing."""

from collections.abc import Awaitable, Callable
from typing import Any

import strawberry

from app.api.context import Context
from app.api.fields import attribute
from app.execution.completion import by_class
from app.policy import entities
from app.policy.implicit import parts_of
from app.policy.kinds import Kind
from app.policy.roles import BUILT_IN_ROLES, Role
from app.services import batches, records
from app.services.deployments import Deployed
from app.services.sight import fact_by_id, role
from app.store.audit import AuditEvent
from app.store.credentials import ApiKey
from app.store.identities import kind_of
from app.store.providers import AiProvider

TYPE_NAMES: dict[type[Any], str] = {
    entities.Organization: "Organization",
    entities.Team: "Team",
    entities.Project: "Project",
    entities.Environment: "Environment",
    entities.Person: "User",
    entities.Membership: "Membership",
    entities.Restriction: "EnvironmentRestriction",
    entities.Grant: "Grant",
    entities.ApprovalRule: "ApprovalRule",
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
    @by_class
    def resolve_type(cls, value: object, *_: object) -> str:
        return TYPE_NAMES[type(value)]


def shows(value_type: type[Any]) -> Any:
    """How a GraphQL type says which values it is the type of."""
    return staticmethod(by_class(lambda value, _info: isinstance(value, value_type)))


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


async def _user(context: Context, id: str) -> entities.Person | None:
    return await records.person(context.asker, id)


async def _built_in_or_custom_role(context: Context, id: str) -> Role | None:
    opened = await context.asker.open_all() if id in BUILT_IN_ROLES else await context.asker.open_for((id,))
    found = [role(objects, id) for objects in opened]
    return next((each for each in found if each is not None), None)


async def _deployment(context: Context, id: str) -> Deployed | None:
    return await context.load(batches.deployment, id)


async def _api_key(context: Context, id: str) -> ApiKey | None:
    return await context.load(batches.api_key, id)


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
