"""Transactions: `read`, `load` and `write` run a synchronous function of a Core connection, on either database."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, Self, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from app.db import engine

T = TypeVar("T")


class Reader(Protocol):
    """Runs functions in read-only transactions."""

    async def run(self, fn: Callable[[Connection], T]) -> T: ...

    async def close(self) -> None: ...


class Database:
    """A database, in use by one event loop.

    `fn` is a function of a connection inside a transaction, which it neither commits nor rolls back. It may be run
    twice: a transaction whose connection broke before the commit is tried once more on a new one. What SQLAlchemy
    raises (a constraint violated, a lock not had in time, the server lost) is passed on.
    """

    def __init__(self, *, reader: Reader, loader: Reader, writer: AsyncEngine) -> None:
        self._reader = reader
        self._loader = loader
        self._writer = writer

    @classmethod
    def open(cls, url: str) -> Self:
        """The database at `sqlite:///path` or `postgresql://…`; connected to at the first use, not here.

        Raises ValueError for any other URL.
        """
        parsed = engine.parse_url(url)
        if parsed.get_backend_name() == "postgresql":
            pool = engine.postgresql(parsed)
            reader = PoolReader(pool)
            return cls(reader=reader, loader=reader, writer=pool)
        return cls(
            reader=ThreadReader(engine.sqlite_reader(parsed, engine.READERS), engine.READERS),
            loader=ThreadReader(engine.sqlite_reader(parsed, engine.LOADERS), engine.LOADERS),
            writer=engine.sqlite_writer(parsed),
        )

    async def read(self, fn: Callable[[Connection], T]) -> T:
        """What `fn` returns; all that it reads is one consistent state, and it can't write."""
        return await self._reader.run(fn)

    async def load(self, fn: Callable[[Connection], T]) -> T:
        """As `read`, for many rows: it takes none of the few places that short reads have."""
        return await self._loader.run(fn)

    async def write(self, fn: Callable[[Connection], T]) -> T:
        """What `fn` returns, once its changes are committed and durable; when it raises, nothing has happened."""
        return await _in_transaction(self._writer, fn, commit=True)

    async def close(self) -> None:
        """Wait for the reads that run, and let go of every connection."""
        await self._reader.close()
        await self._loader.close()
        await self._writer.dispose()


class ThreadReader:
    """Reads SQLite in threads of its own, a whole function in one hop.

    Through aiosqlite each statement is a hop: 430 µs for a point select and 1,160 for five, against 150 and 350.
    """

    def __init__(self, source: Engine, threads: int) -> None:
        self._source = source
        self._threads = ThreadPoolExecutor(threads, thread_name_prefix="sqlite-reader")

    async def run(self, fn: Callable[[Connection], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._threads, self._run, fn)

    def _run(self, fn: Callable[[Connection], T]) -> T:
        with self._source.connect() as connection:
            return fn(connection)

    async def close(self) -> None:
        await asyncio.to_thread(self._threads.shutdown)
        self._source.dispose()


class PoolReader:
    """Reads PostgreSQL. REPEATABLE READ gives all statements one snapshot, and readers never fail under it."""

    def __init__(self, pool: AsyncEngine) -> None:
        self._source = pool.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    async def run(self, fn: Callable[[Connection], T]) -> T:
        return await _in_transaction(self._source, fn, commit=False)

    async def close(self) -> None:
        await self._source.dispose()


async def _in_transaction(source: AsyncEngine, fn: Callable[[Connection], T], *, commit: bool) -> T:
    # A broken connection is found out by using it: asking it first would cost every transaction three round trips.
    # SQLAlchemy then renews the whole pool, so once more is enough.
    for may_retry in (True, False):
        async with source.connect() as connection:
            try:
                result = await connection.run_sync(fn)
            except DBAPIError as error:
                if may_retry and error.connection_invalidated:
                    continue
                raise
            if commit:
                await connection.commit()
            return result
    raise AssertionError("the second attempt returns or raises")
