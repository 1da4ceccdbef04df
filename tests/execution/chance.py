"""What the resolvers of the synthetic schema give: decided by a seed and the place in the answer."""

import random
from collections.abc import AsyncIterator, Coroutine
from inspect import CORO_CREATED, getcoroutinestate
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLResolveInfo,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_non_null_type,
)

from tests.execution.things import Dee, Plain, Soon, Stranger, Thing, soon

GOOD: dict[str, list[Any]] = {
    "String": ["a", "", "é", 5, True, 1.5], "Int": [0, -7, 2**31 - 1, -(2**31), 3.0, "12", True],
    "Float": [1.5, 2, "3.5", -0.0, 10**20], "Boolean": [True, False, 0, 1.0], "Color": [1, 2],
    "ID": ["x", 9, 3.0], "Odd": [1, 7, 2.5],
}  # fmt: skip
BAD: dict[str, list[Any]] = {
    "String": [object, [1], {}], "Int": [2**31, -(2**31) - 1, 1.5, "x", "", float("nan")],
    "Float": [float("inf"), float("nan"), "x", ""], "Boolean": ["yes", [1], float("nan")],
    "Color": [3, "RED", [1]], "ID": [1.5, {}, True], "Odd": [2, "x", []],
}  # fmt: skip
NEVER, NULLABLE, ANYWHERE = "never", "nullable", "anywhere"
"""Where values are waited for. In a nullable place no other error can take a value away while it is waited for, so that
there is but one right answer. Anywhere else two may fail where null is not allowed, and either may be told."""


class World:
    """What the context is. `calls` holds the paths of the fields whose resolvers were called."""

    def __init__(self, seed: int, waits: str) -> None:
        self.seed = seed
        self.waits = waits
        self.calls: list[tuple[str | int, ...]] = []
        self._made: list[Coroutine[Any, Any, Any]] = []

    def watch(self, made: Coroutine[Any, Any, Any]) -> None:
        """Remember a coroutine, to see what became of it."""
        self._made.append(made)

    def close(self) -> int:
        """How many coroutines were made and neither awaited nor closed. They are closed then."""
        left = [one for one in self._made if getcoroutinestate(one) == CORO_CREATED]
        for one in left:
            one.close()
        return len(left)


def resolve(_source: Any, info: GraphQLResolveInfo, **arguments: Any) -> Any:
    """Whatever the seed says: good, null, wrong, raised, or given as an exception; now or later."""
    world: World = info.context
    path = tuple(info.path.as_list())
    world.calls.append(path)
    chance = Chance(world, random.Random(f"{world.seed} {path}"), depth=sum(isinstance(key, str) for key in path))
    return chance.resolved(info.return_type, arguments)


class Chance:
    """What one resolver gives."""

    def __init__(self, world: World, drawn: random.Random, depth: int) -> None:
        self._world = world
        self._drawn = drawn
        self._depth = depth
        self._most = 4 if depth < 3 else 2

    def resolved(self, kind: Any, arguments: dict[str, Any]) -> Any:
        """Of the type of a field."""
        if not self._waits(kind, 0.3):
            return self._chosen(kind, arguments)
        if is_list_type(kind) and self._drawn.random() < 0.2:
            return self._one_by_one(kind.of_type)
        if self._drawn.random() < 0.2:
            return Soon(lambda: self._chosen(kind, arguments))
        return soon(self._world.watch, lambda: self._chosen(kind, arguments))

    def _waits(self, kind: Any, often: float) -> bool:
        where = self._world.waits
        may = where == ANYWHERE or (where == NULLABLE and not is_non_null_type(kind))
        return may and self._drawn.random() < often

    def _chosen(self, kind: Any, arguments: dict[str, Any]) -> Any:
        """Most often a good one."""
        what = self._drawn.random()
        if what < 0.02:
            raise ValueError(f"raised with {_shown(arguments)}")
        if what < 0.03:
            raise GraphQLError("told", extensions={"code": "TOLD"})
        if what < 0.05:
            return KeyError("given")
        return None if what < 0.09 else self._good(kind, arguments)

    def _good(self, kind: Any, arguments: dict[str, Any]) -> Any:
        drawn = self._drawn
        if is_non_null_type(kind):
            return self._good(kind.of_type, arguments)
        if is_list_type(kind):
            return self._several(kind.of_type)
        if is_leaf_type(kind):
            if kind.name == "String" and arguments:
                return _shown(arguments)
            return drawn.choice(BAD[kind.name] if drawn.random() < 0.06 else GOOD[kind.name])
        if kind.name == "Plain":
            return self._plain(2)
        return self._thing(kind)

    def _several(self, kind: Any) -> Any:
        drawn = self._drawn
        if drawn.random() < 0.04:
            return drawn.choice([5, "text", b"bytes", {"a": 1}])
        items = [self._item(kind) for _ in range(drawn.randrange(self._most))]
        raises = drawn.random() < 0.05
        return drawn.choice([items, items, items, tuple(items), _running_out(items, raises=raises)])

    def _item(self, kind: Any) -> Any:
        if not is_list_type(kind) and self._waits(kind, 0.1):
            # It draws for itself, as nobody knows which of several is waited for first.
            alone = Chance(self._world, random.Random(self._drawn.random()), self._depth)
            return soon(self._world.watch, lambda: alone._item_now(kind))
        return self._item_now(kind)

    def _item_now(self, kind: Any) -> Any:
        what = self._drawn.random()
        if what < 0.03:
            return None
        return RuntimeError("an item") if what < 0.05 else self._good(kind, {})

    async def _one_by_one(self, kind: Any) -> AsyncIterator[Any]:
        if self._drawn.random() < 0.1:
            raise RuntimeError("there is none")
        for _ in range(self._drawn.randrange(self._most)):
            yield self._item(kind)

    def _thing(self, kind: Any) -> Thing:
        drawn = self._drawn
        later = ["later", "later", "raises later"] if self._world.waits == ANYWHERE else []
        tells = drawn.choice(["raises", "odd", *later * 3]) if drawn.random() < 0.05 else "now"
        names = ["A", "B", "D"] * 5 + ["C", "Query", "Int", "Nothing", ""] if is_abstract_type(kind) else [kind.name]
        name = drawn.choice(names) if drawn.random() < 0.97 else "wrong"
        made = (Stranger if drawn.random() < 0.03 else Dee if name == "D" else Thing)(name, tells)
        # Whoever asks the members of a union forgets the rest once one of them says yes.
        made.watch = None if kind.name == "Guess" else self._world.watch
        return made

    def _plain(self, depth: int) -> Any:
        drawn = self._drawn
        below = [self._plain(depth - 1) for _ in range(drawn.randrange(3) if depth else 0)]
        n, text = drawn.choice([1, 2**40, None, "x"]), drawn.choice(["a", "b", "c", None])
        if drawn.random() < 0.5:
            return Plain(n, text, below)
        return {"n": n, "text": text, "list": below, "called": lambda _info, **given: _shown(given)}


def _running_out(items: list[Any], *, raises: bool) -> Any:
    yield from items
    if raises:
        raise RuntimeError("there were to be more")


def _shown(arguments: dict[str, Any]) -> str:
    return repr(sorted(arguments.items(), key=str))
