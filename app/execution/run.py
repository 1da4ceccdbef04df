"""One execution: its errors, and the values that others have to be waited for."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, NamedTuple, Protocol, TypeAlias

from graphql import FieldNode, GraphQLError, located_error
from graphql.execution.executor import Executor
from graphql.execution.values import VariableValues
from graphql.pyutils import Path
from graphql.type import GraphQLResolveInfo

from app.eager import Rest

OBJECTS_AT_A_TIME: Final = 1_000
"""How many objects are made before others may use the event loop: about a millisecond."""

PENDING: Final = object()
"""Stands where a value is still waited for."""


Place: TypeAlias = tuple["Place | None", str | int, Any, bool]
"""Where a value belongs: below which other place, by which key, of which dict or list, and whether it may be null.

A plain tuple, since one is made for every object.
"""

Completer = Callable[[Any, Place, "Run"], Any]
"""Makes of what a resolver gave what the answer has, at a place. Raises what is wrong with it."""


class Batched(Protocol):
    """A field whose values are had for many parents at once.

    `load` takes the context and the keys of the parents and gives values in their order, an exception for one that
    failed; `then` takes a parent, the info and the loaded value, and gives the field's.
    """

    key: Callable[[Any], Any]
    load: Callable[[Any, Sequence[Any]], Awaitable[Sequence[Any]]]
    then: Callable[[Any, Any, Any], Any] | None


class Info:
    """What resolvers get as `info`: the context, and nothing else.

    Those that look ahead also get the names of the fields that are asked of their value, whatever its type.
    """

    __slots__ = ("context", "selected")

    def __init__(self, context: Any, selected: frozenset[str] | None = None) -> None:
        self.context = context
        self.selected = selected


class Waiting(NamedTuple):
    """An awaitable, what completes its value, and where that belongs."""

    awaitable: Awaitable[Any]
    complete: Completer
    place: Place
    nodes: list[FieldNode]


class Parents(NamedTuple):
    """The parents of one batched field so far, each with the place of its value."""

    field: Batched
    complete: Completer
    nodes: list[FieldNode]
    parents: list[tuple[Any, Place]]


class Postponed(NamedTuple):
    """A list whose items are made once others had their turn."""

    items: Any
    complete: Completer
    place: Place
    nodes: list[FieldNode]


class Pending:
    """What one level of an answer waits for."""

    def __init__(self) -> None:
        self.waiting: list[Waiting] = []
        self.batches: dict[int, Parents] = {}
        self.postponed: list[Postponed] = []


class Run:
    """One execution of one operation."""

    # Most executions come to none of this, and don't make it.
    left = OBJECTS_AT_A_TIME
    _executor: Executor[Any] | None = None
    _errors: list[GraphQLError] | None = None
    _nulled: set[tuple[str | int, ...]] | None = None
    _pending: Pending | None = None

    def __init__(
        self,
        context: Any,
        root_value: Any,
        raw_variables: Mapping[str, Any],
        converted: dict[str, Any] | None,
        make_executor: Callable[["Run"], list[GraphQLError] | Executor[Any]],
    ) -> None:
        self.context = context
        self.root_value = root_value
        self.raw_variables = raw_variables
        self.converted = converted
        self.arguments: dict[int, dict[str, Any]] = {}
        self.info = Info(context)
        self._make_executor = make_executor

    # For what graphql-core's own functions have to be asked.

    def prepare(self) -> list[GraphQLError] | None:
        """Let graphql-core coerce the variables; what is wrong with them, if anything is."""
        if self._executor is None:
            made = self._make_executor(self)
            if isinstance(made, list):
                return made
            self._executor = made
        return None

    @property
    def executor(self) -> Executor[Any]:
        """graphql-core's executor of the same operation, made when something first needs it."""
        errors = self.prepare()
        assert self._executor is not None, errors
        return self._executor

    @property
    def variable_values(self) -> VariableValues:
        return self.executor.variable_values

    def resolve_info(self, field: Any, nodes: list[FieldNode], parent: Any, place: Place) -> GraphQLResolveInfo[Any]:
        """The whole of graphql-core's info, for resolvers that may look at any of it."""
        path: Path | None = None
        for key in path_of(place):
            path = Path(path, key, None)
        assert path is not None
        return self.executor.build_resolve_info(field, nodes, parent, path)

    # Errors.

    @property
    def errors(self) -> list[GraphQLError] | None:
        return self._errors

    @property
    def is_nulled(self) -> bool:
        """Whether an error has taken the whole answer."""
        return self._nulled is not None and () in self._nulled

    def collect(self, error: Exception, nodes: list[FieldNode], place: Place) -> None:
        """Note the error of a value that is null now."""
        self._add(located(error, nodes, place), tuple(path_of(place)))

    def collect_whole(self, error: GraphQLError) -> None:
        """Note an error that takes the whole answer."""
        self._add(error, ())

    def fail(self, error: Exception, nodes: list[FieldNode], place: Place) -> None:
        """Note the error of a value that was waited for, and null it or the nearest above that may be null."""
        found = located(error, nodes, place)
        at: Place | None = place
        while at is not None:
            above, key, container, is_nullable = at
            if is_nullable:
                container[key] = None
                self._add(found, tuple(path_of(at)))
                return
            at = above
        self.collect_whole(found)

    def _add(self, error: GraphQLError, path: tuple[str | int, ...]) -> None:
        if self._errors is None or self._nulled is None:
            self._errors, self._nulled = [], set()
        nulled = self._nulled
        if not any(path[:length] in nulled for length in range(len(path) + 1)):
            nulled.add(path)
            self._errors.append(error)

    # What is waited for.

    def wait(self, awaitable: Awaitable[Any], complete: Completer, nodes: list[FieldNode], place: Place) -> Any:
        """Go on without a value; PENDING stands in its place."""
        self._pend().waiting.append(Waiting(awaitable, complete, place, nodes))
        return PENDING

    def batch(
        self, number: int, field: Batched, complete: Completer, nodes: list[FieldNode], parent: Any, place: Place
    ) -> Any:
        """The same for a value that is had together with its siblings'."""
        batches = self._pend().batches
        if number not in batches:
            batches[number] = Parents(field, complete, nodes, [])
        batches[number].parents.append((parent, place))
        return PENDING

    def postpone(self, items: Any, complete: Completer, nodes: list[FieldNode], place: Place) -> Any:
        """The same for a list, when enough was done at once."""
        self._pend().postponed.append(Postponed(items, complete, place, nodes))
        return PENDING

    def _pend(self) -> Pending:
        if self._pending is None:
            self._pending = Pending()
        return self._pending

    @property
    def is_pending(self) -> bool:
        return self._pending is not None

    def forget(self) -> None:
        """Wait for nothing any more."""
        if self._pending is not None:
            forget(one.awaitable for one in self._pending.waiting)
            self._pending = None

    async def finish(self) -> None:
        """Wait for everything that is waited for, and for what comes of it."""
        while (pending := self._pending) is not None:
            self._pending = None
            await self._finish_waiting(pending.waiting)
            for parents in pending.batches.values():
                await self._finish_batch(parents)
            for one in pending.postponed:
                if self.left <= 0:
                    await asyncio.sleep(0)
                    self.left = OBJECTS_AT_A_TIME
                self._put(one.items, one.complete, one.nodes, one.place)

    async def _finish_waiting(self, waiting: list[Waiting]) -> None:
        if len(waiting) == 1:
            values = [await _outcome(waiting[0].awaitable)]
        else:
            values = await asyncio.gather(*(_outcome(one.awaitable) for one in waiting))
        for one, value in zip(waiting, values, strict=True):
            self._put(value, one.complete, one.nodes, one.place)

    async def _finish_batch(self, batch: Parents) -> None:
        field = batch.field
        loaded = await _outcome(field.load(self.context, [field.key(parent) for parent, _ in batch.parents]))
        values = [loaded] * len(batch.parents) if isinstance(loaded, Exception) else loaded
        for (parent, place), value in zip(batch.parents, values, strict=True):
            self._put(self._then(field, parent, value), batch.complete, batch.nodes, place)

    def _then(self, field: Batched, parent: Any, value: Any) -> Any:
        if field.then is None or isinstance(value, Exception):
            return value
        try:
            return field.then(parent, self.info, value)
        except Exception as error:  # noqa: BLE001 - whatever a resolver raises is its field's error
            return error

    def _put(self, value: Any, complete: Completer, nodes: list[FieldNode], place: Place) -> None:
        try:
            completed = complete(value, place, self)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with a value is its field's error
            self.fail(error, nodes, place)
        else:
            _, key, container, _ = place
            container[key] = completed


def forget(values: Iterable[Any]) -> None:
    """Close the coroutines among some values, and in lists of them, that nobody will wait for, if they can be had."""
    with suppress(Exception):
        for value in values:
            if isinstance(value, Rest) or asyncio.iscoroutine(value):
                value.close()
            elif isinstance(value, list | tuple):
                forget(value)


async def _outcome(awaitable: Awaitable[Any]) -> Any:
    """What it gives, or the exception that it raises."""
    try:
        return await awaitable
    except Exception as error:  # noqa: BLE001 - whatever a resolver raises is its field's error
        return error


def located(error: Exception, nodes: list[FieldNode], place: Place) -> GraphQLError:
    """The error with where it is in the document and in the answer, unless it says so already."""
    return located_error(error, nodes, path_of(place))


def path_of(place: Place) -> list[str | int]:
    """The keys from the answer's root to a place."""
    path: list[str | int] = []
    at: Place | None = place
    while at is not None:
        path.append(at[1])
        at = at[0]
    path.reverse()
    return path
