"""Input values made into Python values by compiled code, as graphql-core and then strawberry would make them.

Only what is good is made quickly. What is not as expected raises OddValueError: those two are asked then, who know what
to say of it.
"""

from collections.abc import Callable
from dataclasses import MISSING, is_dataclass
from operator import itemgetter
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

from app.execution.columns import Columns

BACKREF = GraphQLCoreConverter.DEFINITION_BACKREF
"""Under which name strawberry notes in graphql-core's types what it made them from."""

_CLASSES = {GraphQLString: str, GraphQLID: str, GraphQLBoolean: bool}
"""By type: the class that values in JSON have, and nothing else to be said of them."""

Convert = Callable[[Any], Any]
"""From a value as JSON has it to what a resolver gets. Raises OddValueError, or anything else."""


class OddValueError(Exception):
    """A value that is not quickly converted: it may be good or bad."""


class Inputs:
    """Compiled conversions by input type, made when first asked for."""

    def __init__(self) -> None:
        self._known: dict[str, Convert] = {}
        self._lists: dict[str, Convert] = {}
        self._making: set[str] = set()

    def converter(self, kind: GraphQLInputType) -> Convert:
        """The conversion of values of one type."""
        if isinstance(kind, GraphQLNonNull):
            return self._convert(kind.of_type)
        convert = self._convert(kind)
        return lambda value: None if value is None else convert(value)

    def _convert(self, kind: Any) -> Convert:
        """The conversion of what is not null, as which null is odd."""
        if isinstance(kind, GraphQLList):
            return _list(kind.of_type, self)
        name = kind.name
        if name not in self._known:
            if name in self._making:
                return _odd  # an input in itself: as deep as somebody likes
            self._making.add(name)
            if isinstance(kind, GraphQLInputObjectType):
                self._known[name], self._lists[name] = _object(kind, self)
            else:
                self._known[name] = _leaf(kind)
            self._making.discard(name)
        return self._known[name]

    def list_converter(self, kind: Any) -> Convert | None:
        """The conversion of lists of input objects of one type, none of them null."""
        self._convert(kind)
        return self._lists.get(kind.name)


def _odd(_value: Any) -> Any:
    raise OddValueError


def _list(item_type: Any, inputs: Inputs) -> Convert:
    is_nullable = not isinstance(item_type, GraphQLNonNull)
    if not is_nullable and isinstance(item_type.of_type, GraphQLInputObjectType):
        return inputs.list_converter(item_type.of_type) or _odd
    convert = inputs.converter(item_type)

    def convert_list(value: Any) -> list[Any]:
        if value.__class__ is not list:
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
        converted = Undefined if value is None else coerce(value)
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


def _object(kind: GraphQLInputObjectType, inputs: Inputs) -> tuple[Convert, Convert]:
    """The conversions of an input object and of a list of them.

    Made from text: a call for each field, or for each object of a list, would cost more than what it does. What a field
    that is missing or no member of an enum raises there is as odd as anything.
    """
    definition = (kind.extensions or {}).get(BACKREF)
    if not isinstance(definition, StrawberryObjectDefinition) or definition.from_input is not None:
        return _odd, _odd
    names: dict[str, Any] = {"OddValueError": OddValueError, "make": definition.origin, "MISSING": object()}
    made: list[str] = []
    required: list[str] = []
    columns: dict[str, list[str]] = {}
    defaults: dict[str, Any] = {}
    missing: list[str] = []
    optional: list[str] = []
    for name, field in kind.fields.items():
        written = (field.extensions or {}).get(BACKREF)
        if not isinstance(written, StrawberryField) or isinstance(written.type, StrawberryMaybe):
            return _odd, _odd
        made.append(str(written.python_name))
        if is_required_input_field(field):
            required += _required(name, field, made[-1], names, inputs)
            columns[made[-1]] = _column(name, field, made[-1], names)
        else:
            missing.append(_default(written, names))
            optional += _optional(name, field, made[-1], missing[-1], names, inputs)
            if written.default_factory is MISSING:
                defaults[made[-1]] = names[f"default_{made[-1]}"]
    text = ["if value.__class__ is not dict: raise OddValueError", f"n = len(value) - {len(made) - len(missing)}"]
    if definition.is_one_of:  # Strawberry does not tell graphql-core
        text.append("if n != 1 or None in value.values(): raise OddValueError")
    text += required
    if optional:
        text += ["if n:", *(f"    {line}" for line in optional), "else:", *(f"    {line}" for line in missing)]
    text += ["if n: raise OddValueError", *_make(definition.origin, made, names)]
    one = ["def convert(value):", *text, "return made"]
    each = ["def convert_each(values):", "found = []", "for value in values:"]
    each += [*(f"    {line}" for line in text), "    found.append(made)", "return found"]
    many = ["def convert_list(values):", "if values.__class__ is not list: raise OddValueError"]
    if columns:
        names |= {"Columns": Columns, "defaults": defaults, "SAID": {len(columns)}}
        held = ", ".join(f"{variable!r}: c_{variable}" for variable in columns)
        many += ["if set(map(len, values)) == SAID:"]  # what is no dict has no such fields, and is odd below
        many += [f"    {line}" for text in columns.values() for line in text]
        many += [f"    return Columns(values, convert_each, {{{held}}}, defaults)"]
    many.append("return convert_each(values)")
    functions = "\n".join("\n    ".join(function) for function in (one, each, many))
    exec(functions, names)  # noqa: S102 - our own text, names quoted by repr
    return names["convert"], names["convert_list"]


def _make(kind: type[Any], fields: list[str], names: dict[str, Any]) -> list[str]:
    """Text that makes the object `made` of the variables that are named after its fields."""
    plain = "__init__" in kind.__dict__ and is_dataclass(kind) and not hasattr(kind, "__post_init__")
    if not plain or hasattr(kind, "__slots__"):
        return [f"made = make({', '.join(f'{name}={name}' for name in fields)})"]
    # What the constructor of a dataclass does, for less.
    names["new"] = object.__new__
    values = ", ".join(f"{name!r}: {name}" for name in fields)
    return ["made = new(make)", f"made.__dict__ = {{{values}}}"]


def _default(written: StrawberryField, names: dict[str, Any]) -> str:
    """Text that puts what an optional field is when left out into a variable of its name in Python."""
    variable = written.python_name
    if written.default_factory is not MISSING:
        names[f"make_{variable}"] = written.default_factory
        return f"{variable} = make_{variable}()"
    names[f"default_{variable}"] = None if written.default_value is MISSING else written.default_value
    return f"{variable} = default_{variable}"


def _required(name: str, field: GraphQLInputField, variable: str, names: dict[str, Any], inputs: Inputs) -> list[str]:
    """Text that puts the value of a field that has to be there into a variable."""
    kind: Any = field.type
    test, converted = _quickly(kind.of_type, variable, names, inputs)
    if isinstance(kind.of_type, GraphQLEnumType):
        return [f"{variable} = members_{variable}[value[{name!r}]]"]
    return [f"v = value[{name!r}]", f"if {test}: {variable} = {converted}", "else: raise OddValueError"]


def _column(name: str, field: GraphQLInputField, variable: str, names: dict[str, Any]) -> list[str]:
    """Text that puts the values of a field that has to be there in all of `values`, and in each, into a column."""
    kind: Any = field.type
    names[f"get_{variable}"] = itemgetter(name)
    column, had = f"c_{variable}", f"map(get_{variable}, values)"
    if isinstance(kind.of_type, GraphQLEnumType):
        return [f"{column} = list(map(members_{variable}.__getitem__, {had}))"]
    if kind.of_type in _CLASSES:
        names[f"class_{variable}"] = {_CLASSES[kind.of_type]}
        return [f"{column} = list({had})", f"if set(map(type, {column})) != class_{variable}: raise OddValueError"]
    return [f"{column} = list(map(convert_{variable}, {had}))"]


def _optional(
    name: str, field: GraphQLInputField, variable: str, default: str, names: dict[str, Any], inputs: Inputs
) -> list[str]:
    """Text that puts the value of a field that may be left out into a variable, and counts it."""
    kind: Any = field.type
    is_nullable = not isinstance(kind, GraphQLNonNull)
    test, converted = _quickly(kind if is_nullable else kind.of_type, variable, names, inputs)
    text = [f"    if {test}: {variable} = {converted}", "    else: raise OddValueError"]
    if is_nullable:
        text = [f"    if v is None: {variable} = None", f"    el{text[0].strip()}", text[1]]
    found = [f"v = value.get({name!r}, MISSING)", "if v is MISSING:", f"    {default}", "else:", "    n -= 1"]
    return found + text


def _quickly(kind: Any, variable: str, names: dict[str, Any], inputs: Inputs) -> tuple[str, str]:
    """A test for the values `v` that are not null, and the text that converts them."""
    if kind in {GraphQLString, GraphQLID}:
        return "v.__class__ is str", "v"
    if kind is GraphQLBoolean:
        return "v is True or v is False", "v"
    if isinstance(kind, GraphQLEnumType):
        names[f"members_{variable}"] = {name: kind.coerce_input_value(name) for name in kind.values}
        return f"v.__class__ is str and v in members_{variable}", f"members_{variable}[v]"
    names[f"convert_{variable}"] = inputs.converter(GraphQLNonNull(kind))
    return "v is not None", f"convert_{variable}(v)"
