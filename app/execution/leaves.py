"""Leaf values that are quickly completed: the tests for them, as Python text in compiled selections."""

from collections.abc import Callable
from enum import Enum
from typing import Any, NamedTuple

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLFloat,
    GraphQLID,
    GraphQLInt,
    GraphQLNamedType,
    GraphQLString,
)
from graphql.type import GraphQLScalarType

from app.execution.completion import PLAIN


class Quick(NamedTuple):
    """For a variable's name: text that tests whether its value is quickly completed, and text that does it.

    `is_sure`: what is made is never null.
    """

    test: Callable[[str], str]
    made: Callable[[str], str]
    is_sure: bool = True


_STANDING: dict[str, Callable[[str], str]] = {
    GraphQLString.name: lambda v: f"{v}.__class__ is str",
    GraphQLID.name: lambda v: f"{v}.__class__ is str",
    GraphQLBoolean.name: lambda v: f"({v} is True or {v} is False)",
    GraphQLInt.name: lambda v: f"({v}.__class__ is int and -2147483648 <= {v} <= 2147483647)",
    GraphQLFloat.name: lambda v: f"({v}.__class__ is float and {v} - {v} == 0)",
}
"""By type: what holds of values that an answer has as they are."""


def quickly(kind: GraphQLNamedType, names: dict[str, Any]) -> Quick | None:
    """How values of a type are quickly completed; None where they aren't.

    What the text speaks of is put into `names`, under names that end in the type's.
    """
    if kind.name in _STANDING:
        return Quick(_STANDING[kind.name], lambda v: v)
    if isinstance(kind, GraphQLEnumType):
        return _enum(kind, names)
    if isinstance(kind, GraphQLScalarType):
        names[f"coerce_{kind.name}"] = kind.coerce_output_value
        names["PLAIN"] = PLAIN
        return Quick(lambda v: f"{v}.__class__ in PLAIN", lambda v: f"coerce_{kind.name}({v})", is_sure=False)
    return None


def is_converted(kind: GraphQLNamedType) -> bool:
    """Whether a function makes of each value what the answer has."""
    return isinstance(kind, GraphQLScalarType) and kind.name not in _STANDING


def _enum(kind: GraphQLEnumType, names: dict[str, Any]) -> Quick | None:
    """Members of a Python enum, by their names in GraphQL."""
    wrapped = getattr(kind, "wrapped_cls", None)
    if not (isinstance(wrapped, type) and issubclass(wrapped, Enum)):
        return None
    names[f"enum_{kind.name}"] = wrapped
    names[f"named_{kind.name}"] = {member: kind.coerce_output_value(member) for member in wrapped}
    return Quick(lambda v: f"{v}.__class__ is enum_{kind.name}", lambda v: f"named_{kind.name}[{v}]")
