"""Coroutines begun at once: most that are called on the way to an answer never come to wait for anything.

What a coroutine gives without waiting is had by a call and no more: no task, no further frames that await.
"""

from collections.abc import Coroutine, Generator
from typing import Any, Generic, TypeAlias, TypeVar, cast

T = TypeVar("T")


class Rest(Generic[T]):
    """What is left of a coroutine that has come to wait for something. Awaited once, or closed."""

    __slots__ = ("_begun", "_waits_for")

    def __init__(self, begun: Coroutine[Any, Any, T], waits_for: Any) -> None:
        self._begun = begun
        self._waits_for = waits_for

    def __await__(self) -> Generator[Any, Any, T]:
        begun, waits_for = self._begun, self._waits_for
        try:
            while True:
                try:
                    given = yield waits_for
                except GeneratorExit:
                    raise
                except BaseException as error:  # noqa: BLE001 - a cancellation, say, is the coroutine's to hear of
                    waits_for = begun.throw(error)
                else:
                    waits_for = begun.send(given)
        except StopIteration as done:
            return cast(T, done.value)
        finally:
            begun.close()

    def close(self) -> None:
        """Let go of it: nobody will wait for it."""
        self._begun.close()


Soon: TypeAlias = T | Rest[T]
"""A value, or where something has to be waited for the rest of the coroutine that gives it."""


def begin(coroutine: Coroutine[Any, Any, T]) -> Soon[T]:
    """What a coroutine gives without waiting, or the rest of it. Raises what it raises until then."""
    try:
        return Rest(coroutine, coroutine.send(None))
    except StopIteration as done:
        return cast(T, done.value)
