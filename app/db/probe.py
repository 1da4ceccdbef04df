"""Asking the same small thing again and again, as of now, for less than a read costs (architecture, section 3)."""

import asyncio
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

from sqlalchemy import Connection, Engine

from app.db.session import Reader
from app.db.wal_index import WalIndex

T = TypeVar("T")
U = TypeVar("U")
T_co = TypeVar("T_co", covariant=True)


class Probe(Protocol[T_co]):
    """The value of one function of the store, as of an instant after it was asked for."""

    def at_once(self) -> T_co | None:
        """The same where nobody has to wait for it; None: `value` is to be asked."""

    async def value(self) -> T_co: ...

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
        self._header: bytes | None = None
        self._version: object = None
        self._value: T

    def at_once(self) -> T:
        # Before the store is read: what is committed in between is heard of now, and once more the next time.
        header = self._index.header()
        if header is None:
            self._ask()
        elif header != self._header:
            self._run()
            self._header = header
        return self._value

    def _ask(self) -> None:
        """Have SQLite say whether the file has changed."""
        # The version first: what is committed between the two is in the value, and moves the version for the next.
        version = self._connected().connection.cursor().execute("PRAGMA data_version").fetchone()
        if version != self._version:
            self._run()
            self._version = version
        self._index.open()

    def _run(self) -> None:
        connection = self._connected()
        with connection.begin():
            self._value = self._fn(connection)

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
