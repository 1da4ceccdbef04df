"""Asking the same small thing again and again, as of now, for less than a read costs (architecture, section 3)."""

import asyncio
from collections.abc import Callable
from typing import Any, Generic, Protocol, TypeVar

from sqlalchemy import Connection, Engine

from app.db.session import Reader
from app.db.wal_index import Commit, WalIndex

T = TypeVar("T")
U = TypeVar("U")
T_co = TypeVar("T_co", covariant=True)


class Probe(Protocol[T_co]):
    """The value of one function of the store, as of an instant after it was asked for."""

    def at_once(self) -> T_co | None:
        """The same where nobody has to wait for it; None: `value` is to be asked."""

    async def value(self) -> T_co: ...

    def follow(self, commit: Commit, step: Callable[[Any], Any]) -> T_co | None:
        """Know the value after a commit of this process by a step from that before it, and give it.

        None: that before it is not known, so nothing is. May be called in any thread.
        """

    async def read(self, fn: Callable[[Connection], U]) -> U:
        """What another short function gives, asked where asking costs least."""

    async def close(self) -> None: ...


class LocalProbe(Generic[T]):
    """On SQLite: the function is run again only when the file has changed, which is known from its WAL index.

    On the event loop's thread, and a connection of its own: what it runs must be quick.
    """

    def __init__(self, source: Engine, fn: Callable[[Connection], T]) -> None:
        self._source = source
        self._fn = fn
        self._connection: Connection | None = None
        self._index = WalIndex(source.url.database or "")
        self._known: tuple[bytes, T] | None = None
        """The header of the index, and the value then: read and replaced whole, since the writer's thread does too."""
        self._version: object = None
        self._value: T

    def at_once(self) -> T:
        header, known = self._index.header(), self._known
        if header is None:
            return self._ask()
        if known is not None and known[0] == header:
            return known[1]
        value = self._run()
        # What is committed in between is in the value, or is not: then it is asked for once more the next time.
        self._known = (header, value) if self._index.header() == header else None
        return value

    def _ask(self) -> T:
        """Have SQLite say whether the file has changed."""
        # The version first: what is committed between the two is in the value, and moves the version for the next.
        version = self._connected().connection.cursor().execute("PRAGMA data_version").fetchone()
        if version != self._version:
            self._value, self._version = self._run(), version
        self._index.open()
        return self._value

    def _run(self) -> T:
        connection = self._connected()
        with connection.begin():
            return self._fn(connection)

    def follow(self, commit: Commit, step: Callable[[T], T]) -> T | None:
        known = self._known
        if known is None or known[0] != commit.before:
            return None
        value = step(known[1])
        self._known = commit.after, value
        return value

    async def value(self) -> T:
        return self.at_once()

    async def read(self, fn: Callable[[Connection], U]) -> U:
        connection = self._connected()
        with connection.begin():
            return fn(connection)

    def _connected(self) -> Connection:
        if self._connection is None:
            self._connection = self._source.connect()
        return self._connection

    async def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._source.dispose()
        self._index.close()


class SharedProbe(Generic[T]):
    """On PostgreSQL: one question answers everybody who came before it was asked; one at a time."""

    def __init__(self, reader: Reader, fn: Callable[[Connection], T]) -> None:
        self._reader = reader
        self._fn = fn
        self._one_at_a_time = asyncio.Lock()
        self._next: asyncio.Future[T] | None = None

    def at_once(self) -> None:
        """The server is always to be asked."""

    def follow(self, _commit: Commit, _step: Callable[[T], T]) -> None:
        """The same."""

    async def value(self) -> T:
        if self._next is None:
            self._next = asyncio.ensure_future(self._run())
        return await asyncio.shield(self._next)

    async def _run(self) -> T:
        async with self._one_at_a_time:
            self._next = None  # who comes from here on has come after the question
            return await self._reader.run(self._fn)

    async def read(self, fn: Callable[[Connection], U]) -> U:
        return await self._reader.run(fn)

    async def close(self) -> None:
        """Nothing is kept."""
