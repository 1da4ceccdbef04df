"""Input values made into Python values by compiled code, as graphql-core and then strawberry would make them.

Only what is good is made quickly. What is not as expected raises OddValueError: those two are asked then, who know what
to say of it.
"""

from collections.abc import Callable
from dataclasses import MISSING
from typing import Any

from graphql import (
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLID,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLInt,
    GraphQLList,
    GraphQLNonNull,
    GraphQLScalarType,
    GraphQLString,
    Undefined,
    is_required_input_field,
)
from strawberry.schema.schema_converter import GraphQLCoreConverter
from strawberry.types.base import StrawberryMaybe, StrawberryObjectDefinition
from strawberry.types.field import StrawberryField

BACKREF = GraphQLCoreConverter.DEFINITION_BACKREF
"""Under which name strawberry notes in graphql-core's types what it made them from."""

Convert = Callable[[Any], Any]
"""From a value as JSON has it to what a resolver gets. Raises OddValueError, or anything else."""


class OddValueError(Exception):
    """A value that is not quickly converted: it may be good or bad."""


class Inputs:
    """Compiled conversions by input type, made when first asked for."""

    def __init__(self) -> None:
        self._known: dict[str, Convert] = {}
        self._making: set[str] = set()

    def converter(self, kind: GraphQLInputType) -> Convert:
        """The conversion of values of one type."""
        if isinstance(kind, GraphQLNonNull):
            return _non_null(self.converter(kind.of_type))
        convert = self._convert(kind)
        return lambda value: None if value is None else convert(value)

    def _convert(self, kind: Any) -> Convert:
        if isinstance(kind, GraphQLList):
            return _list(kind.of_type, self)
        name = kind.name
        if name not in self._known:
            if name in self._making:
                return _odd  # an input in itself: as deep as somebody likes
            self._making.add(name)
            self._known[name] = _object(kind, self) if isinstance(kind, GraphQLInputObjectType) else _leaf(kind)
            self._making.discard(name)
        return self._known[name]


def has_object(kind: GraphQLInputType) -> bool:
    """Whether a type is an input object, or a list of some."""
    while isinstance(kind, GraphQLNonNull | GraphQLList):
        kind = kind.of_type
    return isinstance(kind, GraphQLInputObjectType)


def _odd(_value: Any) -> Any:
    raise OddValueError


def _non_null(convert: Convert) -> Convert:
    def convert_non_null(value: Any) -> Any:
        if value is None:
            raise OddValueError
        return convert(value)

    return convert_non_null


def _list(item_type: Any, inputs: Inputs) -> Convert:
    is_nullable = not isinstance(item_type, GraphQLNonNull)
    convert = inputs.converter(item_type) if is_nullable else inputs._convert(item_type.of_type)

    def convert_list(value: Any) -> list[Any]:
        if value.__class__ is not list or (not is_nullable and None in value):
            raise OddValueError
        return [convert(item) for item in value]

    return convert_list


def _leaf(kind: GraphQLScalarType | GraphQLEnumType) -> Convert:
    if kind in {GraphQLString, GraphQLID}:
        return _text
    if kind is GraphQLBoolean:
        return _boolean
    if kind is GraphQLInt:
        return _int
    if isinstance(kind, GraphQLEnumType):
        return _enum(kind)
    coerce = kind.coerce_input_value

    def convert_scalar(value: Any) -> Any:
        converted = coerce(value)
        if converted is Undefined:
            raise OddValueError
        return converted

    return convert_scalar


def _text(value: Any) -> Any:
    if value.__class__ is not str:
        raise OddValueError
    return value


def _boolean(value: Any) -> Any:
    if value is not True and value is not False:
        raise OddValueError
    return value


def _int(value: Any) -> Any:
    if value.__class__ is not int or not -2147483648 <= value <= 2147483647:
        raise OddValueError
    return value


def _enum(kind: GraphQLEnumType) -> Convert:
    members = {name: kind.coerce_input_value(name) for name in kind.values}

    def convert_enum(value: Any) -> Any:
        if value.__class__ is not str or value not in members:
            raise OddValueError
        return members[value]

    return convert_enum


def _object(kind: GraphQLInputObjectType, inputs: Inputs) -> Convert:
    """The conversion of an input object, as one function made from text: a call for each field would cost more."""
    definition = (kind.extensions or {}).get(BACKREF)
    if not isinstance(definition, StrawberryObjectDefinition) or definition.from_input is not None:
        return _odd
    names: dict[str, Any] = {"OddValueError": OddValueError, "make": definition.origin, "MISSING": object()}
    lines = [
        "def convert(value):",
        "    if value.__class__ is not dict: raise OddValueError",
        "    n = len(value); made = {}",
    ]
    if kind.is_one_of:
        lines.append("    if n != 1 or None in value.values(): raise OddValueError")
    for number, (name, field) in enumerate(kind.fields.items()):
        written = (field.extensions or {}).get(BACKREF)
        if not isinstance(written, StrawberryField) or isinstance(written.type, StrawberryMaybe):
            return _odd
        names[f"convert_{number}"] = inputs.converter(field.type)
        lines += _convert_field(name, field, written, number)
    lines += ["    if n: raise OddValueError", "    return make(**made)"]
    exec("\n".join(lines), names)  # noqa: S102 - our own text, every name in it quoted by repr
    made: Convert = names["convert"]
    return made


def _convert_field(name: str, field: GraphQLInputField, written: StrawberryField, number: int) -> list[str]:
    found = f"n -= 1; made[{written.python_name!r}] = convert_{number}(v)"
    lines = [f"    v = value.get({name!r}, MISSING)"]
    if is_required_input_field(field):
        return [*lines, "    if v is MISSING: raise OddValueError", f"    {found}"]
    lines.append(f"    if v is not MISSING: {found}")
    if written.default_value is MISSING and written.default_factory is MISSING:
        lines.append(f"    else: made[{written.python_name!r}] = None")
    return lines
