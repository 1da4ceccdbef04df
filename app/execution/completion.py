"""Completing values: from what resolvers give to what the answer has (GraphQL specification, "Value Completion").

The messages are graphql-core's, to the letter.
"""

from collections.abc import AsyncIterable, Awaitable, Callable, Generator, Iterator, Sequence
from functools import partial
from inspect import isawaitable
from itertools import islice
from typing import Any, NamedTuple, TypeVar

from graphql import (
    FieldNode,
    GraphQLAbstractType,
    GraphQLError,
    GraphQLField,
    GraphQLLeafType,
    GraphQLList,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    Undefined,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
)
from graphql.execution.collect_fields import FieldDetails
from graphql.pyutils import inspect, is_iterable
from graphql.type import GraphQLResolveInfo

from app.execution.run import Completer, Place, Run, forget, located

F = TypeVar("F", bound=Callable[..., Any])

Selection = Callable[[Any, Place | None, Run], dict[str, Any]]
"""Makes the dict of one object."""

Known = dict[type, Selection]
"""Selections by the class of the object, of those classes whose type hangs on nothing else."""

Fail = Callable[[Exception, Place, Run], None]
"""What happens to an item of a list that can't be completed. Raises where the list goes with it."""

ListSelection = Callable[[Sequence[Any], list[Any], Place, bool, Fail, Run], bool]
"""Adds the dicts of objects of one class to a list, at a place, that may be null or not; False: do it one by one."""


class Selections(NamedTuple):
    """The selections of a field: for one of the object types that it may have, and for lists of what one is for.

    `weight`: how many values one of a type brings, about.
    """

    of: Callable[[GraphQLObjectType], Selection]
    of_list: Callable[[Selection], ListSelection]
    weight: Callable[[GraphQLNamedType], int]


class FieldContext(NamedTuple):
    """Of which field the values are, for messages."""

    parent_type: GraphQLObjectType
    name: str
    definition: GraphQLField
    nodes: list[FieldNode]


PLAIN: set[type] = {bool, int, float, str, list, tuple, dict}
"""Classes seen so far whose values are no exceptions and can't be awaited. There are as many as programs define."""


def is_plain(value: object) -> bool:
    """Whether a value is what it is: not None, not an exception, not to be awaited."""
    kind = value.__class__
    if kind in PLAIN:
        return True
    if value is None or value is Undefined or isinstance(value, Exception | Awaitable | Generator):
        return False
    PLAIN.add(kind)
    return True


def completion(kind: GraphQLOutputType, field: FieldContext, selections: Selections) -> tuple[Completer, Known]:
    """What completes the values of one type at one field, and the selections of the classes known so far."""
    if isinstance(kind, GraphQLNonNull):
        complete, known = completion(kind.of_type, field, selections)
        return _non_null(complete, field), known
    if isinstance(kind, GraphQLList):
        return _nullable(Items(kind, field, selections).complete, field), {}
    if is_leaf_type(kind):
        return _leaf(kind, field), {}
    composite = Composite.of(kind, field, selections)
    return _nullable(composite.complete, field), composite.known


class SeldomLeaf:
    """Completes the values of a leaf that most often are quickly completed (leaves.py); made when it is first needed.

    There is one for nearly each field of each document that is kept, and the functions are a dozen objects each.
    """

    __slots__ = ("_complete", "_field", "_kind")

    def __init__(self, kind: GraphQLOutputType, field: FieldContext) -> None:
        self._kind = kind
        self._field = field
        self._complete: Completer | None = None

    def __call__(self, value: Any, place: Place, run: Run) -> Any:
        if self._complete is None:
            self._complete = _leaf(self._kind, self._field)
        return self._complete(value, place, run)


def _nullable(complete: Completer, field: FieldContext) -> Completer:
    """Values that may be null: what is an exception is raised, what is to be awaited is waited for."""

    def complete_any(value: Any, place: Place, run: Run) -> Any:
        if is_plain(value):
            return complete(value, place, run)
        if value is None or value is Undefined:
            return None
        if isinstance(value, Exception):
            raise value
        if isawaitable(value):
            return run.wait(value, partial(_complete_any, complete, field), field.nodes, place)
        return complete(value, place, run)

    return complete_any


def _complete_any(complete: Completer, field: FieldContext, value: Any, place: Place, run: Run) -> Any:
    return _nullable(complete, field)(value, place, run)  # a function that spoke of itself would keep itself


def _non_null(complete: Completer, field: FieldContext) -> Completer:
    message = f"Cannot return null for non-nullable field {field.parent_type}.{field.name}."

    def complete_non_null(value: Any, place: Place, run: Run) -> Any:
        if value.__class__ not in PLAIN and isawaitable(value):
            return run.wait(value, partial(_complete_non_null, complete, field), field.nodes, place)
        completed = complete(value, place, run)
        if completed is None:
            raise TypeError(message)
        return completed

    return complete_non_null


def _complete_non_null(complete: Completer, field: FieldContext, value: Any, place: Place, run: Run) -> Any:
    return _non_null(complete, field)(value, place, run)


def _leaf(kind: GraphQLOutputType, field: FieldContext) -> Completer:
    if isinstance(kind, GraphQLNonNull):
        return _non_null(_leaf(kind.of_type, field), field)
    assert is_leaf_type(kind)
    return _nullable(_coerced(kind), field)


def _coerced(kind: GraphQLLeafType) -> Completer:
    coerce = kind.coerce_output_value

    def complete_leaf(value: Any, _place: Place, _run: Run) -> Any:
        coerced = coerce(value)
        if coerced is None or coerced is Undefined:
            raise TypeError(
                f"Expected `{inspect(kind)}.coerce_output_value({inspect(value)})` to return non-nullable value,"
                f" returned: {inspect(coerced)}"
            )
        return coerced

    return complete_leaf


class Items:
    """Completes lists at one field."""

    def __init__(self, kind: GraphQLList[Any], field: FieldContext, selections: Selections) -> None:
        item_type = kind.of_type
        self._is_nullable = not isinstance(item_type, GraphQLNonNull)
        self._complete_item, self._known = completion(item_type, field, selections)
        self._weight = selections.weight(get_named_type(item_type))
        self._field = field
        self._selections = selections
        self._lists: dict[Selection, ListSelection] = {}
        if isinstance(get_named_type(item_type), GraphQLObjectType) and not is_list_type(get_nullable_type(item_type)):
            select = selections.of(get_named_type(item_type))
            self._lists[select] = selections.of_list(select)  # now, with all the rest, and not when others wait

    def complete(self, items: Any, place: Place, run: Run) -> Any:
        """The list of what the answer has of each item."""
        field = self._field
        if isinstance(items, AsyncIterable):
            return run.wait(_gathered(items), self._gathered, field.nodes, place)
        if not is_iterable(items):
            raise GraphQLError(f"Expected Iterable, but did not find one for field '{field.parent_type}.{field.name}'.")
        if run.left <= 0:
            return run.postpone(partial(self._all, items, place, run), field.nodes, place, items)
        return self._all(items, place, run)

    def _gathered(self, items: Any, place: Place, run: Run) -> Any:
        if isinstance(items, Exception):
            raise items
        return self.complete(items, place, run)

    def _all(self, items: Any, place: Place, run: Run) -> list[Any]:
        completed: list[Any] = []
        if items.__class__ is list or items.__class__ is tuple:
            return self._some(items, completed, place, run)
        self._one_by_one(iter(items), completed, place, run)
        return completed

    def _some(self, items: Sequence[Any], completed: list[Any], place: Place, run: Run) -> list[Any]:
        """As many more of the items as may be had at once; the others follow."""
        start = len(completed)
        end = start + max(run.left // self._weight, 1)
        is_all = end >= len(items)
        some = items if is_all and not start else items[start:end]
        try:
            if not self._alike(some, completed, place, run):
                self._one_by_one(iter(some), completed, place, run)
        except Exception:
            forget(islice(items, end, None))
            raise
        run.left -= len(some)
        if not is_all:
            rest = islice(items, end, None)
            run.postpone(partial(self._more, items, completed, place, run), self._field.nodes, place, rest)
        return completed

    def _more(self, items: Sequence[Any], completed: list[Any], place: Place, run: Run) -> Any:
        _, key, container, _ = place
        so_far = container[key]
        if so_far is completed:
            return self._some(items, completed, place, run)
        forget(items[len(completed) :])  # an error has made it null
        return so_far

    def _alike(self, items: Sequence[Any], completed: list[Any], place: Place, run: Run) -> bool:
        """Complete objects of one class. False: they may be of several."""
        if not self._known:
            return False
        classes = set(map(type, items))
        kind = classes.pop() if len(classes) == 1 else None
        if kind not in self._known:
            return False
        select = self._known[kind]
        complete = self._lists.get(select)
        if complete is None:
            complete = self._lists[select] = self._selections.of_list(select)
        return complete(items, completed, place, self._is_nullable, self._fail, run)

    def _one_by_one(self, items: Iterator[Any], completed: list[Any], place: Place, run: Run) -> None:
        known, complete_item, is_nullable, add = self._known, self._complete_item, self._is_nullable, completed.append
        for index, item in enumerate(items, len(completed)):
            below = (place, index, completed, is_nullable)
            try:
                select = known.get(item.__class__)
                add(complete_item(item, below, run) if select is None else select(item, below, run))
            except Exception as error:  # noqa: BLE001 - whatever is wrong with an item is its own error
                if not is_nullable:
                    forget(items)
                self._fail(error, below, run)
                add(None)

    def _fail(self, error: Exception, below: Place, run: Run) -> None:
        if not self._is_nullable:
            raise located(error, self._field.nodes, below) from error
        run.collect(error, self._field.nodes, below)


async def _gathered(values: AsyncIterable[Any]) -> list[Any]:
    return [value async for value in values]


class Composite:
    """Completes objects at one field, whatever their type is, and remembers by class what it can."""

    def __init__(self, field: FieldContext, selections: Selections) -> None:
        self.known: Known = {}
        self._field = field
        self._selections = selections

    @classmethod
    def of(cls, kind: GraphQLOutputType, field: FieldContext, selections: Selections) -> "Composite":
        """The one for an object type, or for an interface or a union."""
        if isinstance(kind, GraphQLObjectType):
            return Concrete(kind, field, selections)
        assert is_abstract_type(kind)
        return Abstract(kind, field, selections)

    def complete(self, value: Any, place: Place, run: Run) -> Any:
        """The dict of an object."""
        raise NotImplementedError

    def info(self, place: Place, run: Run) -> GraphQLResolveInfo[Any]:
        """For what tells types."""
        field = self._field
        return run.resolve_info(field.definition, field.nodes, field.parent_type, place)


class Concrete(Composite):
    """Objects of one object type."""

    def __init__(self, kind: GraphQLObjectType, field: FieldContext, selections: Selections) -> None:
        super().__init__(field, selections)
        self._kind = kind
        self._select = selections.of(kind)

    def complete(self, value: Any, place: Place, run: Run) -> Any:
        is_type_of = self._kind.is_type_of
        if is_type_of is None:
            if is_plain(value):
                self.known[value.__class__] = self._select
            return self._select(value, place, run)
        info: Any = None if is_by_class(is_type_of) else self.info(place, run)
        told = is_type_of(value, info)
        if isawaitable(told):
            return run.wait(told, partial(self._complete_told, value), self._field.nodes, place)
        if told and is_by_class(is_type_of):
            self.known[value.__class__] = self._select
        return self._complete_told(value, told, place, run)

    def _complete_told(self, value: Any, told: Any, place: Place, run: Run) -> Any:
        if isinstance(told, Exception):
            raise told
        if not told:
            raise GraphQLError(f"Expected value of type '{self._kind}' but got: {inspect(value)}.", self._field.nodes)
        return self._select(value, place, run)


class Abstract(Composite):
    """Objects of the types of an interface or a union."""

    def __init__(self, kind: GraphQLAbstractType, field: FieldContext, selections: Selections) -> None:
        super().__init__(field, selections)
        self._kind = kind
        self._types: dict[str, Concrete] = {}

    def complete(self, value: Any, place: Place, run: Run) -> Any:
        resolve_type = self._kind.resolve_type or run.executor.type_resolver
        name = resolve_type(value, self.info(place, run), self._kind)
        if isawaitable(name):
            return run.wait(name, partial(self._complete_named, value), self._field.nodes, place)
        completed = self._complete_named(value, name, place, run)
        if isinstance(name, str) and self._tells_by_class():
            self.known.update(self._types[name].known)
        return completed

    def _complete_named(self, value: Any, name: Any, place: Place, run: Run) -> Any:
        if isinstance(name, Exception):
            raise name
        concrete = self._types.get(name) if isinstance(name, str) else None
        if concrete is None:
            # graphql-core says what is wrong with a name that isn't one of the type's.
            details = [FieldDetails(node, None) for node in self._field.nodes]
            kind = run.executor.ensure_valid_runtime_type(name, self._kind, details, self.info(place, run), value)
            concrete = self._types[name] = Concrete(kind, self._field, self._selections)
        return concrete.complete(value, place, run)

    def _tells_by_class(self) -> bool:
        members = getattr(self._kind, "types", ())
        return is_by_class(self._kind.resolve_type) or (
            bool(members) and all(is_by_class(member.is_type_of) for member in members)
        )


def by_class(tells: F) -> F:
    """Mark what tells types, an `is_type_of` or a `resolve_type`: it looks at the class of a value alone."""
    tells.by_class = True  # type: ignore[attr-defined]
    return tells


def is_by_class(tells: object) -> bool:
    """Whether it is so marked."""
    return getattr(tells, "by_class", False)
