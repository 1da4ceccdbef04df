"""Mutation fields as this schema writes them, and what their resolvers need."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast

import strawberry

from app.api.context import Info
from app.api.node import node_by_id
from app.api.permissions import SignedIn
from app.services.changes import Applied
from app.services.patch import ABSENT, Absent

T = TypeVar("T")

REVISION = "The organization's revision that holds the change."
"""How every payload describes its revision."""


def mutation(payload: type[Any], description: str) -> Callable[[Callable[..., Any]], Any]:
    """A mutation: null with an error in `errors` when it is refused. Needs a credential."""
    made: Any = strawberry.mutation(graphql_type=payload | None, description=description, permission_classes=[SignedIn])
    return cast(Callable[[Callable[..., Any]], Any], made)


async def applied(info: Info, use_case: Awaitable[Applied[T]]) -> Applied[T]:
    """Wait for a use case, then let the payload be read at a moment after it."""
    done = await use_case
    info.context.renew(done.arrival)
    return done


async def shown(info: Info, id: str) -> Any:
    """What the asker now sees of the thing that a mutation made or changed."""
    return await node_by_id(info.context, id)


def patched(value: T | None) -> T | Absent | None:
    """An input field as the services take it: left out is ABSENT, null is None."""
    return ABSENT if value is strawberry.UNSET else value
