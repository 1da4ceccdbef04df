"""Leaf values that may stand as they are: the tests for them, as Python text in compiled selections."""

from enum import Enum
from typing import Any

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

_STANDING = {
    GraphQLString.name: "v.__class__ is str",
    GraphQLID.name: "v.__class__ is str",
    GraphQLBoolean.name: "v is True or v is False",
    GraphQLInt.name: "v.__class__ is int and -2147483648 <= v <= 2147483647",
    GraphQLFloat.name: "v.__class__ is float and v - v == 0",
}
"""By type: what holds of values that an answer has as they are."""


def quickly(kind: GraphQLNamedType, names: dict[str, Any], number: int) -> tuple[str, str | None] | None:
    """The test for values that are quickly completed, and the text that completes them (None: as they are).

    What the text speaks of is put into `names`, under names that end in `number`. None where nothing is quick.
    """
    if kind.name in _STANDING:
        return _STANDING[kind.name], None
    if isinstance(kind, GraphQLEnumType):
        return _enum(kind, names, number)
    if isinstance(kind, GraphQLScalarType):
        names[f"coerce_{number}"] = kind.coerce_output_value
        names["PLAIN"] = PLAIN
        return "v.__class__ in PLAIN", f"coerce_{number}(v)"
    return None


def _enum(kind: GraphQLEnumType, names: dict[str, Any], number: int) -> tuple[str, str] | None:
    """Members of a Python enum, by their names in GraphQL."""
    wrapped = getattr(kind, "wrapped_cls", None)
    if not (isinstance(wrapped, type) and issubclass(wrapped, Enum)):
        return None
    names[f"enum_{number}"] = wrapped
    names[f"named_{number}"] = {member: kind.coerce_output_value(member) for member in wrapped}
    return f"v.__class__ is enum_{number}", f"named_{number}[v]"
