"""Lists of objects made all at once: what is had of them without anything going wrong or having to be waited for.

A field is flat where its values are attributes, or had for all parents by one call, and are leaves that most often
stand as they are, or objects and lists of objects all of whose fields are flat. Nothing here knows of places and
errors: where anything is not as expected, None says so, and the objects are made one by one.
"""

from collections.abc import Callable, Sequence
from itertools import chain
from typing import Any, Final

from graphql import GraphQLList, GraphQLNonNull, GraphQLObjectType

from app.execution.completion import is_by_class, is_plain
from app.execution.fields import COSTLY, Attribute, Constant, Function
from app.execution.run import Run
from app.execution.weights import total
from app.execution.writing import Details, Text, Writer, Written, indented

Flat = Callable[[Sequence[Any], Run], list[Any] | None]
"""Makes of some values what the answer has of each; None where something is not as expected."""

TOGETHER: Final = 10
"""As how many values one counts that takes long, where it is had for all objects by one call."""

_NONE = type(None)

FlatOf = Callable[[Written, GraphQLObjectType], Flat | None]
"""How the objects below a field are made; None where not all of their fields are flat."""


class Flattener:
    """Writes the flat fields of selections."""

    def __init__(self, writer: Writer, flat_of: FlatOf, weight_of: Callable[[GraphQLObjectType, Details], int]) -> None:
        self._writer = writer
        self._flat_of = flat_of
        self._weight_of = weight_of

    def is_flat(self, one: Written) -> bool:
        """Whether a field is flat."""
        if isinstance(one.access, Function):
            how = one.access
            if how.for_all is None or how.guards or how.looks_ahead:
                return False
        if not isinstance(one.access, Attribute | Constant | Function):
            return False
        return self._is_leaf(one) or self._below(one) is not None

    def text(self, flat: Sequence[Written], fields: Sequence[Written]) -> Text:
        """Text of a function of `items` and `run`: a dict for each, of all fields, with null for those not flat."""
        before: Text = [
            "info = run.info; arguments = run.arguments",
            f"run.left -= len(items) * {total(flat)}",
        ]
        had: list[int] = []
        inside: Text = []
        tests: Text = []
        made: dict[str, str] = {}
        for one in fields:
            if all(one is not other for other in flat):
                made[one.key] = "None"
            elif isinstance(one.access, Constant):
                made[one.key] = repr(one.access.value)
            else:
                value = f"v_{one.number}"
                if isinstance(one.access, Attribute) and self._is_leaf(one):
                    inside.append(f"{value} = o.{one.access.name}")
                else:
                    before += self._column(one)
                    had.append(one.number)
                made[one.key] = self._made(one, value, tests)
        variables, columns = "".join(f", v_{n}" for n in had), "".join(f", c_{n}" for n in had)
        return [
            *before,
            "made = []",
            f"for o{variables} in zip(items{columns}):" if had else "for o in items:",
            *indented(inside),
            *indented([f"if not ({' and '.join(tests)}): return None"] if tests else []),
            f"    made.append({{{', '.join(f'{key!r}: {text}' for key, text in made.items())}}})",
            "return made",
        ]

    def _made(self, one: Written, value: str, tests: Text) -> str:
        """Text that makes of a value what the answer has; notes what has to hold of it."""
        if not self._is_leaf(one):
            return value
        assert one.quick is not None
        test, made = one.quick.test(value), one.quick.made(value)
        tests.append(f"({value} is None or {test})" if one.is_nullable else test)
        return f"None if {value} is None else {made}" if one.is_nullable and made != value else made

    def _column(self, one: Written) -> Text:
        """Text that has a field's values for all items."""
        number, names = one.number, self._writer.names
        if isinstance(one.access, Attribute):
            text: Text = []
            values = f"[o.{one.access.name} for o in items]"
        else:
            assert isinstance(one.access, Function)
            names[f"all_{number}"] = one.access.for_all
            text, arguments = self._writer.arguments(one)
            if one.access.weight >= COSTLY:
                text += ["if run.left <= 0: return None", f"run.left -= len(items) * {TOGETHER}"]
            values = f"all_{number}(items, info{arguments})"
        if self._is_leaf(one):
            return [*text, f"c_{number} = {values}"]
        names[f"below_{number}"] = self._below(one)
        return [*text, f"c_{number} = below_{number}({values}, run)", f"if c_{number} is None: return None"]

    def _is_leaf(self, one: Written) -> bool:
        return one.quick is not None and one.quick.is_sure

    def _below(self, one: Written) -> Flat | None:
        """How the objects, or lists of objects, of a field are made."""
        kind, is_nullable = _nullable(one.kind)
        if isinstance(kind, GraphQLList):
            item, is_nullable_item = _nullable(kind.of_type)
            objects = self._objects(one, item, is_nullable_item)
            if objects is None:
                return None
            return _or_none(_lists(objects, self._weight_of(item, one.details)), is_nullable=is_nullable)
        return self._objects(one, kind, is_nullable)

    def _objects(self, one: Written, kind: Any, is_nullable: bool) -> Flat | None:
        if not isinstance(kind, GraphQLObjectType):
            return None
        if kind.is_type_of is not None and not is_by_class(kind.is_type_of):
            return None
        flat = self._flat_of(one, kind)
        return None if flat is None else _of_one_class(kind, flat, is_nullable=is_nullable)


def _nullable(kind: Any) -> tuple[Any, bool]:
    return (kind.of_type, False) if isinstance(kind, GraphQLNonNull) else (kind, True)


def _of_one_class(kind: GraphQLObjectType, flat: Flat, *, is_nullable: bool) -> Flat:
    """Objects that are all of one class, which is one of the type's; some may be None, where that may be."""
    known: set[type] = set()

    def objects(values: Sequence[Any], run: Run) -> list[Any] | None:
        classes = set(map(type, values))
        if is_nullable and _NONE in classes:
            return _around_none(values, objects, run)
        if len(classes) > 1:
            return None
        if not classes <= known:
            is_of: Any = kind.is_type_of
            if not is_plain(values[0]) or (is_of is not None and not is_of(values[0], None)):
                return None
            known.update(classes)
        return flat(values, run)

    return objects


def _around_none(values: Sequence[Any], objects: Flat, run: Run) -> list[Any] | None:
    """What is made of those values that are not None, with None in the place of the others."""
    made = objects([value for value in values if value is not None], run)
    if made is None:
        return None
    rest = iter(made)
    return [None if value is None else next(rest) for value in values]


def _or_none(flat: Flat, *, is_nullable: bool) -> Flat:
    """The same, where some of the values may be None."""

    def some(values: Sequence[Any], run: Run) -> list[Any] | None:
        return _around_none(values, flat, run) if _NONE in set(map(type, values)) else flat(values, run)

    return some if is_nullable else flat


def _lists(flat: Flat, weight: int) -> Flat:
    """Lists, whose items are made together, if those are not too many to be made at once."""

    def lists(values: Sequence[Any], run: Run) -> list[Any] | None:
        if set(map(type, values)) - {list, tuple}:
            return None
        if run.left <= 0 or sum(map(len, values)) * weight > run.at_a_time:
            return None
        made = flat(list(chain.from_iterable(values)), run)
        if made is None:
            return None
        found, start = [], 0
        for value in values:
            end = start + len(value)
            found.append(made[start:end])
            start = end
        return found

    return lists
