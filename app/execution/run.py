"""One execution: its errors, and the values that others have to be waited for."""

import asyncio
from collections.abc import Awaitable, Callable, Generator, Iterable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from typing import Any, Final, NamedTuple, Protocol, TypeAlias

from graphql import FieldNode, GraphQLError, located_error
from graphql.execution.executor import Executor
from graphql.execution.values import VariableValues
from graphql.pyutils import Path
from graphql.type import GraphQLResolveInfo

from app.eager import Rest

AT_A_TIME: Final = 5_000
"""How many values are had before others may use the event loop: a few milliseconds; see `fields.WEIGHT`."""

ERROR: Final = 30
"""What it counts as to note an error."""

FUNCTION: Final = 3
"""What it counts as to call a function for a value."""

AWAITED: Final = 500
"""What it counts as to begin what is waited for, where nobody knows what it does until then."""

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
    """An awaitable, what completes its value, where that belongs, and as how many values it counts to begin it."""

    awaitable: Awaitable[Any]
    complete: Completer
    place: Place
    nodes: list[FieldNode]
    weight: int


class Parents(NamedTuple):
    """The parents of one batched field so far, each with the place of its value."""

    field: Batched
    complete: Completer
    nodes: list[FieldNode]
    parents: list[tuple[Any, Place]]


class Postponed(NamedTuple):
    """A value that is made once others had their turn, and what it is made of that could be awaited."""

    make: Callable[[], Any]
    place: Place
    nodes: list[FieldNode]
    items: Iterable[Any]


class Pending:
    """What one level of an answer waits for."""

    def __init__(self) -> None:
        self.waiting: list[Waiting] = []
        self.batches: dict[int, Parents] = {}
        self.postponed: list[Postponed] = []


class Run:
    """One execution of one operation."""

    # Most executions come to none of this, and don't make it.
    compiled: object = None
    """What is executed, so that it stays until the end."""
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
        at_a_time: int,
    ) -> None:
        self.context = context
        self.root_value = root_value
        self.raw_variables = raw_variables
        self.converted = converted
        self.arguments: dict[int, dict[str, Any]] = {}
        self.info = Info(context)
        self.left = at_a_time
        """How many values may be had until others have their turn."""
        self.at_a_time = at_a_time
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
            self.left -= ERROR

    # What is waited for.

    def wait(
        self,
        awaitable: Awaitable[Any],
        complete: Completer,
        nodes: list[FieldNode],
        place: Place,
        weight: int = AWAITED,
    ) -> Any:
        """Go on without a value; PENDING stands in its place."""
        self._pend().waiting.append(Waiting(awaitable, complete, place, nodes, weight))
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

    def postpone(self, make: Callable[[], Any], nodes: list[FieldNode], place: Place, items: Iterable[Any] = ()) -> Any:
        """The same for a value that can be made at any time, when enough was done at once."""
        self._pend().postponed.append(Postponed(make, place, nodes, items))
        return PENDING

    def call_later(
        self, call: Callable[[], Any], weight: int, complete: Completer, nodes: list[FieldNode], place: Place
    ) -> Any:
        """The same for what a resolver gives."""

        def make() -> Any:
            self.left -= weight
            return complete(call(), place, self)

        return self.postpone(make, nodes, place)

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
            for postponed in self._pending.postponed:
                forget(postponed.items)
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
                    await self._give_way()
                self._put(one.make, one.nodes, one.place)

    async def _give_way(self) -> None:
        """Let others have their turn."""
        await asyncio.sleep(0)
        self.left = self.at_a_time

    async def _finish_waiting(self, waiting: list[Waiting]) -> None:
        if len(waiting) == 1:
            values = [await _outcome(waiting[0].awaitable)]
        else:
            values = await self._outcomes(waiting)
        for one, value in zip(waiting, values, strict=True):
            if self.left <= 0:
                await self._give_way()
            self._put(partial(one.complete, value, one.place, self), one.nodes, one.place)

    async def _outcomes(self, waiting: list[Waiting]) -> list[Any]:
        async with asyncio.TaskGroup() as group:
            tasks = []
            for one in waiting:
                tasks.append(group.create_task(_outcome(one.awaitable)))
                self.left -= one.weight
                if self.left <= 0:
                    await self._give_way()
        return [task.result() for task in tasks]

    async def _finish_batch(self, batch: Parents) -> None:
        field = batch.field
        loaded = await _outcome(field.load(self.context, [field.key(parent) for parent, _ in batch.parents]))
        values = [loaded] * len(batch.parents) if isinstance(loaded, Exception) else loaded
        for (parent, place), value in zip(batch.parents, values, strict=True):
            if self.left <= 0:
                await self._give_way()
            self.left -= FUNCTION
            self._put(partial(batch.complete, self._then(field, parent, value), place, self), batch.nodes, place)

    def _then(self, field: Batched, parent: Any, value: Any) -> Any:
        if field.then is None or isinstance(value, Exception):
            return value
        try:
            return field.then(parent, self.info, value)
        except Exception as error:  # noqa: BLE001 - whatever a resolver raises is its field's error
            return error

    def _put(self, make: Callable[[], Any], nodes: list[FieldNode], place: Place) -> None:
        try:
            completed = make()
        except Exception as error:  # noqa: BLE001 - whatever is wrong with a value is its field's error
            self.fail(error, nodes, place)
        else:
            _, key, container, _ = place
            container[key] = completed


def forget(values: Iterable[Any]) -> None:
    """Close the coroutines among some values, and in lists of them, that nobody will wait for, if they can be had."""
    with suppress(Exception):
        for value in values:
            if isinstance(value, list | tuple | Generator):  # those are coroutines to asyncio, too
                forget(value)
            elif isinstance(value, Rest) or asyncio.iscoroutine(value):
                value.close()


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
