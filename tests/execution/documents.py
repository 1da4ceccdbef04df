"""Random valid documents for the synthetic schema, each with the variables that it declares."""

import random
from typing import Any

from graphql import (
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLObjectType,
    get_named_type,
    is_composite_type,
    is_list_type,
    is_non_null_type,
)

from tests.execution.synthetic import SCHEMA

DECLARED = {
    "x": "Int", "x2": "Int = 5", "xs": "Int!", "y": "In", "y2": 'In = {text: "d", colors: RED}', "ys": "[In!]",
    "id": "ID", "id2": "ID!", "ids": "[ID!]", "color": "Color! = GREEN", "c2": "Color!", "grid": "[[Int!]]",
    "float": "Float", "float2": "Float = 2", "odd": "Odd", "text": "String", "text2": 'String! = "t"', "inner": "Inner",
    "one": "One", "a": "Int!", "yes": "Boolean!", "no": "Boolean = false", "sure": "Boolean! = true",
}  # fmt: skip
"""Variables by name: their types and defaults."""
CHOOSING = ("true", "false", "$yes", "$yes", "$no", "$sure")
GOOD: dict[str, list[Any]] = {
    "Int": [1, 0, -5, 2**31 - 1], "Float": [1.5, 2, -1e3], "String": ["s", ""], "ID": ["a", "7", 7],
    "Boolean": [True, False], "Odd": [1, 3],
}  # fmt: skip
BAD: dict[str, list[Any]] = {
    "Int": ["1", 2**31, 1.5, 2.0, True], "Float": ["1", True, float("nan")], "String": [1, ["s"]],
    "ID": [1.5, True], "Boolean": ["true", 1], "Odd": [2, "x", {}],
}  # fmt: skip
_MOST_FIELDS, _MOST_DEPTH = 40, 5


class Writer:
    """Writes one document of a seed, and draws variables for it."""

    def __init__(self, seed: int) -> None:
        self._drawn = random.Random(seed)
        self._left = self._drawn.choice((5, 15, _MOST_FIELDS))
        self._used: set[str] = set()
        self._fragments: list[tuple[str, str]] = []
        # One key of an answer has to mean one field with one set of arguments wherever it stands.
        self._arguments = {
            name: [self._written(name) for _ in range(3)] for name in ("echo", "echo", "given", "needing")
        }

    def document(self) -> str:
        """One operation, or two of which the first is asked for, and its fragments."""
        root = SCHEMA.mutation_type if self._drawn.random() < 0.2 else SCHEMA.query_type
        assert root is not None
        self._used.clear()
        body = self._selection(root, 0)
        texts = [body, *(text for _, text in self._fragments)]
        declared = [f"${name}: {DECLARED[name]}" for name in DECLARED if any(f"${name}" in _words(t) for t in texts)]
        self._used = {one.partition(":")[0][1:] for one in declared}
        head = f"{root.name.lower()} Q" + (f"({', '.join(declared)})" if declared else "")
        other = ["query P { num }"] if self._drawn.random() < 0.05 else []
        return "\n".join([f"{head} {body}", *(text for _, text in self._fragments), *other])

    def variables(self) -> dict[str, Any]:
        """Most often good ones; now and then one is missing, wrong or not asked for."""
        given: dict[str, Any] = {}
        for name in sorted(self._used):
            kind, _, default = DECLARED[name].partition(" = ")
            if self._drawn.random() < (0.02 if kind.endswith("!") and not default else 0.3):
                continue
            given[name] = self._value(kind)
        if self._drawn.random() < 0.03:
            given["unasked"] = 1
        return given

    # Selections.

    def _selection(self, kind: Any, depth: int) -> str:
        drawn = self._drawn
        parts = []
        if isinstance(kind, GraphQLObjectType) or hasattr(kind, "fields"):
            parts += [self._field(kind, depth) for _ in range(drawn.randrange(1, 6))]
        if drawn.random() < 0.2:
            parts.append(drawn.choice(("__typename", "kind: __typename")))
        for _ in range(drawn.choice((0, 0, 1, 2)) if isinstance(kind, GraphQLObjectType) else 2):
            if depth < _MOST_DEPTH and self._left > 0:
                parts.append(self._fragment(kind, depth))
        drawn.shuffle(parts)
        return "{ " + " ".join(parts or ["__typename"]) + " }"

    def _field(self, kind: Any, depth: int) -> str:
        drawn = self._drawn
        self._left -= 1
        names = list(kind.fields)
        deep = [name for name in names if is_composite_type(get_named_type(kind.fields[name].type))]
        if not deep or depth >= _MOST_DEPTH or self._left <= 0 or drawn.random() < 0.45:
            deep = [name for name in names if name not in deep]
        name = drawn.choice(deep)
        arguments, alias = "", f"other{name}: " if drawn.random() < 0.15 else ""
        if name in self._arguments:
            number = drawn.randrange(3)
            arguments, alias = self._arguments[name][number], f"{name}{number}: "
        elif name == "called":
            arguments, alias = drawn.choice((("", ""), ("(x: 1)", "called1: "), ("(x: $x)", "calledX: ")))
        named = get_named_type(kind.fields[name].type)
        below = self._selection(named, depth + 1) if is_composite_type(named) else ""
        return f"{alias}{name}{arguments}{self._chosen()} {below}".strip()

    def _chosen(self) -> str:
        """Now and then something that skips or includes."""
        drawn = self._drawn.random()
        skip, include = (self._drawn.choice(CHOOSING) for _ in range(2))
        if drawn < 0.05:
            return f" @skip(if: {skip})"
        if drawn < 0.1:
            return f" @include(if: {include})"
        return f" @skip(if: {skip}) @include(if: {include})" if drawn < 0.12 else ""

    def _fragment(self, kind: Any, depth: int) -> str:
        drawn = self._drawn
        possible = [each.name for each in SCHEMA.get_possible_types(kind)] if kind.name in _ABSTRACT else []
        on = drawn.choice([*possible, kind.name])
        known = [name for name, _ in self._fragments if name.endswith(f"_{on}")]
        if known and drawn.random() < 0.3:
            return f"...{drawn.choice(known)}{self._chosen()}"
        body = self._selection(SCHEMA.type_map[on], depth + 1)
        if drawn.random() < 0.5:
            condition = "" if on == kind.name and drawn.random() < 0.3 else f" on {on}"
            return f"...{condition}{self._chosen()} {body}"
        name = f"F{len(self._fragments)}_{on}"
        self._fragments.append((name, f"fragment {name} on {on} {body}"))
        spread = f"...{name}{self._chosen()}"
        return f"{spread} ...{name}{self._chosen()}" if drawn.random() < 0.3 else spread

    # Arguments and literals.

    def _written(self, field: str) -> str:
        """Some arguments of a field; required ones always."""
        root = SCHEMA.query_type
        assert root is not None
        given = []
        for name, argument in root.fields[field].args.items():
            required = is_non_null_type(argument.type) and argument.default_value is None
            required = field == "needing" and is_non_null_type(argument.type)
            if required or self._drawn.random() < 0.5:
                given.append(f"{name}: {self._literal(argument.type, has_default=field == 'echo' and name != 'y')}")
        return f"({', '.join(given)})" if given else ""

    def _literal(self, kind: Any, *, has_default: bool = False) -> str:
        """A constant or a variable, or an input object or a list of both."""
        drawn = self._drawn
        fitting = _fitting(str(kind), has_default=has_default)
        if fitting and drawn.random() < 0.45:
            return f"${drawn.choice(fitting)}"
        if is_non_null_type(kind):
            return self._literal_of(kind.of_type)
        return "null" if drawn.random() < 0.08 else self._literal_of(kind)

    def _literal_of(self, kind: Any) -> str:
        drawn = self._drawn
        if is_list_type(kind):
            if drawn.random() < 0.25:
                return self._literal_of(kind.of_type.of_type if is_non_null_type(kind.of_type) else kind.of_type)
            return "[" + ", ".join(self._literal(kind.of_type) for _ in range(drawn.randrange(3))) + "]"
        if isinstance(kind, GraphQLInputObjectType):
            return self._object(kind)
        if isinstance(kind, GraphQLEnumType):
            return drawn.choice(list(kind.values))
        written = drawn.choice(GOOD[kind.name])
        return {True: "true", False: "false"}[written] if isinstance(written, bool) else _quoted(written)

    def _object(self, kind: GraphQLInputObjectType) -> str:
        drawn = self._drawn
        if kind.is_one_of:
            return drawn.choice(("{a: 1}", '{b: "b"}', "{a: $a}"))
        given = []
        for name, field in kind.fields.items():
            if is_non_null_type(field.type) or drawn.random() < 0.35:
                given.append(f"{name}: {self._literal(field.type, has_default=name == 'many')}")
        return "{" + ", ".join(given) + "}"

    # Variables.

    def _value(self, kind: str) -> Any:
        """As JSON has it, most often of the type."""
        drawn = self._drawn
        if drawn.random() < 0.02:
            return drawn.choice((None, [], {}, "RED", 2**40, [None], {"more": 1}))
        if not kind.endswith("!"):
            return None if drawn.random() < 0.06 else self._value_of(kind)
        return self._value_of(kind[:-1])

    def _value_of(self, kind: str) -> Any:
        drawn = self._drawn
        if kind.startswith("["):
            below = kind[1:-1]
            if drawn.random() < 0.15:
                return self._value_of(below.rstrip("!"))
            return [self._value(below) for _ in range(drawn.randrange(3))]
        named = SCHEMA.type_map[kind]
        if isinstance(named, GraphQLEnumType):
            return drawn.choice(("RED", "GREEN", "RED", "GREEN", "RED", "GREEN", "BLUE", 1))
        if isinstance(named, GraphQLInputObjectType):
            return self._object_value(named)
        return drawn.choice(BAD[kind] if drawn.random() < 0.03 else GOOD[kind])

    def _object_value(self, kind: GraphQLInputObjectType) -> dict[str, Any]:
        drawn = self._drawn
        if kind.is_one_of:
            return drawn.choice(({"a": 1}, {"b": "b"}, {"a": 2}, {"b": "c"}, {"a": None}, {"a": 1, "b": "b"}, {}))
        given = {}
        for name, field in kind.fields.items():
            if drawn.random() < (0.98 if is_non_null_type(field.type) else 0.4):
                given[name] = self._value(str(field.type))
        if drawn.random() < 0.02:
            given["more"] = 1
        return given


_ABSTRACT = {"Named", "Marked", "Either", "Guess"}


def _fitting(kind: str, *, has_default: bool) -> list[str]:
    """The variables that may stand where this type is expected."""
    found = []
    for name, declared in DECLARED.items():
        own, _, default = declared.partition(" = ")
        bare = kind.rstrip("!") if kind.endswith("!") and (default or has_default) else kind
        if own in {bare, f"{bare}!"}:
            found.append(name)
    return found


def _words(text: str) -> set[str]:
    for sign in "(){}[],:":
        text = text.replace(sign, " ")
    return set(text.split())


def _quoted(value: Any) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value)
