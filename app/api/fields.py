"""Fields as this schema writes them: a description always, the GraphQL type apart from what the resolver hands on."""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar, cast

import strawberry
from strawberry.permission import BasePermission

from app.api.pagination import Connection, Paged
from app.execution.fields import WEIGHT

Resolver = Callable[..., Any]
T = TypeVar("T")


def field(
    type_: Any,
    description: str,
    *,
    name: str | None = None,
    needs: Sequence[type[BasePermission]] = (),
    weight: int = 1,
) -> Callable[[Resolver], Any]:
    """A field computed by a resolver; null without an entry in `errors` where `needs` is not met.

    `weight`: as how many plain fields it counts, for limits (`cost.py`) and for others to have their turn: a µs each,
    about, in an organization of 1,000 environments.
    """
    made: Any = strawberry.field(
        graphql_type=type_,
        description=description,
        name=name,
        permission_classes=list(needs),
        metadata={WEIGHT: weight},
    )
    return cast(Callable[[Resolver], Any], made)


def connection(
    node: Any,
    description: str,
    *,
    by: type[str] | type[int] = str,
    nullable: bool = False,
    needs: Sequence[type[BasePermission]] = (),
    weight: int = 1,
) -> Callable[[Resolver], Any]:
    """A field that shows a list page by page; its resolver returns something Pageable, in order of `by` and id."""
    page: Any = Connection[node]
    made: Any = strawberry.field(
        graphql_type=page | None if nullable or needs else page,
        description=description,
        permission_classes=list(needs),
        extensions=[Paged(by)],
        metadata={WEIGHT: weight},
    )
    return cast(Callable[[Resolver], Any], made)


def attribute(description: str, name: str | None = None) -> Any:
    """A field that is an attribute of the value behind the type."""
    return strawberry.field(description=description, name=name)


def is_nothing(*values: object) -> bool:
    """Whether none of some optional arguments was said."""
    return values.count(strawberry.UNSET) == len(values)


def given(value: T | None) -> T | None:
    """An optional argument's value: left out and null are the same to a filter."""
    return None if value is strawberry.UNSET else value
