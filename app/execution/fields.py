"""How the values of a field are had: from an attribute, from a function, or as graphql-core would."""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any, Final, TypeVar, cast

from graphql import GraphQLField
from strawberry.exceptions import (
    PermissionReturnedAwaitableInSyncContextError,
    PermissionReturnedNonBooleanError,
)
from strawberry.permission import BasePermission, PermissionExtension
from strawberry.types.field import StrawberryField

from app.execution.inputs import BACKREF
from app.execution.run import Batched

R = TypeVar("R", bound=Callable[..., Any])

WEIGHT: Final = "weight"
"""What a field's metadata says under this: as how many values it counts, a µs each, about; 1 where it says nothing."""

COSTLY: Final = 20
"""From this weight on each call of a resolver counts for itself, and may wait until others had their turn."""

LONG: Final = 1_000
"""From this one on others have their turn after each: where there is more than is usual it may take many times that."""


@dataclass(frozen=True)
class Attribute:
    """An attribute of the parent."""

    name: str


@dataclass(frozen=True)
class Constant:
    """The same for every parent."""

    value: str


class Guard:
    """A permission of strawberry's on a field."""

    def __init__(self, permission: BasePermission) -> None:
        self.has_permission: Callable[..., Any] = permission.has_permission
        self._permission = permission

    def refuse(self, answer: object) -> Any:
        """The field's value where `has_permission` answered anything but True. Raises what the permission does."""
        if answer is False:
            return self._permission.on_unauthorized()
        if inspect.isawaitable(answer):
            if inspect.iscoroutine(answer):
                answer.close()
            raise PermissionReturnedAwaitableInSyncContextError(self._permission)
        raise PermissionReturnedNonBooleanError(self._permission, answer)


@dataclass(frozen=True)
class Function:
    """`call(parent, info, **arguments)`, once all of `guards` have let it; or one call for many parents.

    `for_all(parents, info, **arguments)` gives for a list of parents what `call` would give for each. `weight` is what
    the field says of itself.
    """

    call: Callable[..., Any]
    guards: tuple[Guard, ...]
    batched: Batched | None
    for_all: Callable[..., Any] | None
    looks_ahead: bool
    is_async: bool
    weight: int


@dataclass(frozen=True)
class Stock:
    """A resolver as graphql-core calls it, with the whole of its info."""

    resolve: Callable[..., Any] | None


Access = Attribute | Constant | Function | Stock


def strawberry_field(definition: GraphQLField) -> StrawberryField | None:
    """The field as it was written, if it was written with strawberry."""
    found = (definition.extensions or {}).get(BACKREF)
    return found if isinstance(found, StrawberryField) else None


def declared_weight(definition: GraphQLField) -> int:
    """As how many values a field says that it counts."""
    field = strawberry_field(definition)
    weight: int = 1 if field is None else field.metadata.get(WEIGHT, 1)
    return weight


class Accesses:
    """How the values of the fields of one schema are had; each is looked at once."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[GraphQLField, Access]] = {}

    def of(self, definition: GraphQLField) -> Access:
        """How to have the values of a field."""
        known = self._known.get(id(definition))
        if known is None:
            known = self._known[id(definition)] = definition, _access(definition)
        return known[1]


def _access(definition: GraphQLField) -> Access:
    field = strawberry_field(definition)
    if field is None or field.default_resolver is not getattr:
        return Stock(definition.resolve)
    if field.is_basic_field:
        assert field.python_name
        return Attribute(field.python_name)
    if field.base_resolver is None or not all(_is_quick(each) for each in field.extensions):
        return Stock(definition.resolve)
    guards = [
        Guard(permission)
        for extension in field.extensions
        if isinstance(extension, PermissionExtension)
        for permission in extension.permissions
    ]
    call = _caller(field)
    if call is None:
        return Stock(definition.resolve)
    written = field.base_resolver.wrapped_func
    for_all = getattr(written, "for_all", None)
    for extension in field.extensions:
        if not isinstance(extension, PermissionExtension):
            resolve = extension.resolve_async if field.is_async else extension.resolve
            call = partial(resolve, call)
            resolve_all = getattr(extension, "resolve_all", None)
            for_all = partial(resolve_all, for_all) if for_all is not None and resolve_all is not None else None
    batched, ahead = getattr(written, "batched", None), getattr(written, "looks_ahead", False)
    return Function(call, tuple(guards), batched, for_all, ahead, field.is_async, declared_weight(definition))


def _is_quick(extension: Any) -> bool:
    """Permissions that are judged at once, and whatever says of itself that it looks at `info.context` alone."""
    if type(extension) is PermissionExtension:
        return not extension.fail_silently and extension.supports_sync
    return bool(getattr(extension, "context_alone", False))


def _caller(field: StrawberryField) -> Callable[..., Any] | None:
    """The resolver as a function of the parent, the info and arguments by their names in Python."""
    resolver = field.base_resolver
    assert resolver is not None
    function: Any = resolver.wrapped_func
    takes = list(inspect.signature(function).parameters)
    parent = next(
        (each.name for each in (resolver.self_parameter, resolver.parent_parameter, resolver.root_parameter) if each),
        None,
    )
    info = None if resolver.info_parameter is None else resolver.info_parameter.name
    if takes[:2] == [parent, info] and parent is not None:
        return cast(Callable[..., Any], function)
    if takes[:1] == [parent] and info is None:
        return lambda source, _info, **arguments: function(source, **arguments)
    if parent is None and takes[:1] == [info]:
        return lambda _source, info, **arguments: function(info, **arguments)
    if parent is None and info is None:
        return lambda _source, _info, **arguments: function(**arguments)
    return None


def for_all(together: Callable[..., Any]) -> Callable[[R], R]:
    """Mark a resolver whose values for a list of parents `together(parents, info, **arguments)` gives at once.

    They must be what the resolver gives for each. Where `together` raises, the resolver is asked for one by one.
    """

    def mark(resolver: R) -> R:
        resolver.for_all = together  # type: ignore[attr-defined]
        return resolver

    return mark


def looks_ahead(resolver: R) -> R:
    """Mark a resolver that wants to know which fields are asked of its value, by `selected(info)`."""
    resolver.looks_ahead = True  # type: ignore[attr-defined]
    return resolver


def selected(info: Any) -> frozenset[str]:
    """The names of the fields asked of a resolver's value; of a field that could be any, where nobody knows."""
    found = getattr(info, "selected", None)
    return frozenset({"*"}) if found is None else found
