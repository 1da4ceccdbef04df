"""The values of the synthetic schema's object types, and ways to have a value later."""

import asyncio
from collections.abc import Callable, Generator
from typing import Any


class Thing:
    """A value of some object type; `tells` is how it answers whoever asks what it is."""

    def __init__(self, kind: str, tells: str = "now") -> None:
        self.kind = kind
        self.tells = tells
        self.watch: Callable[[Any], None] | None = None

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.kind} {self.tells}>"


class Dee(Thing):
    """One of type `D`, as its class says."""


class Stranger(Thing):
    """One of no type that goes by classes."""


class Plain:
    """A value that has attributes and methods."""

    def __init__(self, n: Any, text: Any, below: list[Any]) -> None:
        self.n = n
        self.text = text
        self.again = below[0] if below else None
        self.list = below

    def called(self, _info: Any, x: int | None = 0) -> str:
        return f"with {x}"


def told(value: Any, answer: Any) -> Any:
    """What a value answers: now, later, something odd, or nothing but an error."""
    tells = getattr(value, "tells", "now")
    if tells == "raises":
        raise LookupError("what it is")
    if tells == "odd":
        return 5 if answer else []
    if tells == "now":
        return answer
    if value.watch is None:
        return Soon(lambda: _told_later(tells, answer))
    return soon(value.watch, lambda: _told_later(tells, answer))


def _told_later(tells: str, answer: Any) -> Any:
    """The same, once it was waited for."""
    if tells == "raises later":
        raise LookupError("what it is, later")
    return answer


class Soon:
    """Something to be awaited that is no coroutine."""

    def __init__(self, value: Callable[[], Any]) -> None:
        self._value = value

    def __await__(self) -> Generator[Any, Any, Any]:
        yield from asyncio.sleep(0).__await__()
        return self._value()


def soon(watch: Callable[[Any], None], value: Callable[[], Any]) -> Any:
    """A coroutine that gives a value; whoever watches is told of it."""

    async def wait() -> Any:
        return value()

    made = wait()
    watch(made)
    return made
