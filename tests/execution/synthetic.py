"""A schema with something of everything; what its resolvers give is up to the context (chance.py).

Types tell what their values are in every way there is: `A` and `Named` by looking at them, now or later, rightly or
not; `D` and `Marked` by their class; `Guess` not at all, so that its members are asked; `B` and `C` are what they are
said to be.
"""

from collections.abc import Callable
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLEnumType,
    GraphQLField,
    GraphQLFloat,
    GraphQLID,
    GraphQLInputField,
    GraphQLInputObjectType,
    GraphQLInt,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLScalarType,
    GraphQLSchema,
    GraphQLString,
    GraphQLUnionType,
)

from app.execution.completion import by_class
from tests.execution.chance import resolve
from tests.execution.things import Dee, Thing, told


def _odd(value: Any) -> Any:
    """Odd numbers alone: raises for what is no number, and makes nothing of an even one."""
    return value if value % 2 else None


ODD = GraphQLScalarType("Odd", coerce_output_value=_odd, coerce_input_value=_odd)
COLOR = GraphQLEnumType("Color", {"RED": 1, "GREEN": 2})
INNER = GraphQLInputObjectType(
    "Inner", lambda: {"n": GraphQLInputField(GraphQLInt), "deeper": GraphQLInputField(INNER)}
)
INPUT = GraphQLInputObjectType(
    "In",
    {
        "text": GraphQLInputField(GraphQLNonNull(GraphQLString)),
        "colors": GraphQLInputField(GraphQLList(GraphQLNonNull(COLOR)), out_name="colours"),
        "inner": GraphQLInputField(INNER),
        "many": GraphQLInputField(GraphQLInt, default_value=4),
        "odd": GraphQLInputField(ODD),
    },
)
ONE = GraphQLInputObjectType(
    "One", {"a": GraphQLInputField(GraphQLInt), "b": GraphQLInputField(GraphQLString)}, is_one_of=True
)
LEAVES: dict[str, Any] = {
    "text": GraphQLString, "num": GraphQLInt, "float": GraphQLFloat, "flag": GraphQLBoolean, "color": COLOR,
    "id": GraphQLID, "odd": ODD,
}  # fmt: skip
_ARGUMENTS: dict[str, dict[str, GraphQLArgument]] = {
    "echo": {
        "x": GraphQLArgument(GraphQLInt, default_value=3),
        "y": GraphQLArgument(INPUT),
        "ids": GraphQLArgument(GraphQLList(GraphQLNonNull(GraphQLID)), out_name="identities"),
        "color": GraphQLArgument(GraphQLNonNull(COLOR), default_value=2),
    },
    "given": {
        "x": GraphQLArgument(GraphQLInt),
        "text": GraphQLArgument(GraphQLString, out_name="words"),
        "ys": GraphQLArgument(GraphQLList(GraphQLNonNull(INPUT))),
        "grid": GraphQLArgument(GraphQLList(GraphQLList(GraphQLNonNull(GraphQLInt)))),
        "float": GraphQLArgument(GraphQLFloat),
        "odd": GraphQLArgument(ODD),
        "one": GraphQLArgument(ONE),
    },
    "needing": {
        "x": GraphQLArgument(GraphQLNonNull(GraphQLInt)),
        "flag": GraphQLArgument(GraphQLNonNull(GraphQLBoolean)),
        "y": GraphQLArgument(INNER),
    },
}


def _leaves() -> dict[str, Any]:
    kinds = {name: kind for leaf, one in LEAVES.items() for name, kind in _shapes(leaf, one).items()}
    grid = {"grid": GraphQLList(GraphQLList(GraphQLNonNull(GraphQLInt)))}
    return {name: GraphQLField(kind, resolve=resolve) for name, kind in (kinds | grid).items()}


def _shapes(name: str, kind: Any) -> dict[str, Any]:
    return {
        name: kind,
        f"{name}Sure": GraphQLNonNull(kind),
        f"{name}List": GraphQLList(kind),
        f"{name}ListSure": GraphQLNonNull(GraphQLList(GraphQLNonNull(kind))),
    }


def _fields() -> dict[str, GraphQLField]:
    objects = {
        "a": A, "b": B, "c": C, "d": D, "named": NAMED, "either": EITHER, "marked": MARKED, "guess": GUESS,
        "plain": PLAIN,
    }  # fmt: skip
    kinds = {name: kind for one, of in objects.items() for name, kind in _shapes(one, of).items()}
    kinds["table"] = GraphQLList(GraphQLNonNull(GraphQLList(B)))
    made = {name: GraphQLField(kind, resolve=resolve) for name, kind in kinds.items()}
    echoes = {name: GraphQLField(GraphQLString, args, resolve=resolve) for name, args in _ARGUMENTS.items()}
    return _leaves() | made | echoes


def _is(name: str) -> Callable[[Any, Any], Any]:
    return lambda value, _info: told(value, getattr(value, "kind", None) == name)


@by_class
def _is_dee(value: Any, _info: Any) -> bool:
    return isinstance(value, Dee)


@by_class
def _marked(value: Any, *_: Any) -> str | None:
    return {Dee: "D", Thing: "B"}.get(type(value))


def _named(value: Any, *_: Any) -> Any:
    return told(value, getattr(value, "kind", None) or None)


NAMED = GraphQLInterfaceType("Named", _fields, resolve_type=_named)
MARKED = GraphQLInterfaceType("Marked", _leaves, resolve_type=_marked)
A = GraphQLObjectType("A", _fields, interfaces=[NAMED], is_type_of=_is("A"))
B = GraphQLObjectType("B", _fields, interfaces=[NAMED, MARKED])
C = GraphQLObjectType("C", _fields)
D = GraphQLObjectType("D", _fields, interfaces=[MARKED], is_type_of=_is_dee)
EITHER = GraphQLUnionType("Either", [A, B, D], resolve_type=_named)
GUESS = GraphQLUnionType("Guess", [A, D])
PLAIN = GraphQLObjectType(
    "Plain",
    lambda: {
        "n": GraphQLField(GraphQLInt),
        "text": GraphQLField(GraphQLNonNull(GraphQLString)),
        "again": GraphQLField(PLAIN),
        "list": GraphQLField(GraphQLList(GraphQLNonNull(PLAIN))),
        "called": GraphQLField(GraphQLString, {"x": GraphQLArgument(GraphQLInt)}),
    },
)
"""Of values without resolvers: attributes, keys, methods."""
SCHEMA = GraphQLSchema(GraphQLObjectType("Query", _fields), GraphQLObjectType("Mutation", _fields))
