"""One function in one transaction: in a thread on SQLite, on an event loop on PostgreSQL."""

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from threading import Thread
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError
from sqlalchemy.ext.asyncio import AsyncEngine

from app.db.wal_index import Commit, WalIndex

T = TypeVar("T")
Committed = Callable[[T, Commit | None], None]
"""Is told what a transaction returned once that is committed, and the commit, where it is known which one it was."""


class Reader(Protocol):
    """Runs functions in read-only transactions."""

    async def run(self, fn: Callable[[Connection], T]) -> T: ...

    async def close(self) -> None: ...


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


class Writer(Protocol):
    """Runs functions in transactions that are committed when they return."""

    async def run(self, fn: Callable[[Connection], T], committed: Committed[T] | None = None) -> T: ...

    async def close(self) -> None: ...


class ThreadWriter:
    """Writes SQLite in a thread of its own, a whole function in one hop.

    Through aiosqlite each of a mutation's statements is a hop: 3.3 to 4.4 ms, against 1.1 to 1.4. The connection is
    kept from one transaction to the next: having it from the pool and giving it back costs as much as five statements.
    """

    def __init__(self, source: Engine) -> None:
        self._source = source
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="sqlite-writer")
        self._connection: Connection | None = None
        self._index = WalIndex(source.url.database or "")

    async def run(self, fn: Callable[[Connection], T], committed: Committed[T] | None = None) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._thread, self._run, fn, committed)

    def _run(self, fn: Callable[[Connection], T], committed: Committed[T] | None) -> T:
        if self._connection is None:
            self._connection = self._source.connect()
        try:
            with self._connection.begin():
                self._index.open()
                before = self._index.header()  # nobody else commits until we have
                result = fn(self._connection)
        except BaseException:
            self._release()  # whatever is wrong with it, the pool sees to it
            raise
        if committed is not None:
            committed(result, Commit.between(before, self._index.header()))
        return result

    def _release(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    async def close(self) -> None:
        await asyncio.to_thread(self._thread.shutdown)
        self._release()
        self._source.dispose()
        self._index.close()


class PoolWriter:
    """Writes PostgreSQL."""

    def __init__(self, pool: AsyncEngine) -> None:
        self._source = pool

    async def run(self, fn: Callable[[Connection], T], committed: Committed[T] | None = None) -> T:
        result = await in_transaction(self._source, fn, commit=True)
        if committed is not None:
            committed(result, None)
        return result

    async def close(self) -> None:
        await self._source.dispose()


class PoolReader:
    """Reads PostgreSQL. REPEATABLE READ gives all statements one snapshot, and readers never fail under it."""

    def __init__(self, pool: AsyncEngine) -> None:
        self._source = pool.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)

    async def run(self, fn: Callable[[Connection], T]) -> T:
        return await in_transaction(self._source, fn, commit=False)

    async def close(self) -> None:
        await self._source.dispose()


class LoopReader:
    """Reads PostgreSQL on an event loop in a thread of its own, begun at the first use: many rows then hold nobody."""

    def __init__(self, pool: AsyncEngine) -> None:
        self._reader = PoolReader(pool)
        self._loop = asyncio.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="postgresql-loader", daemon=True)

    async def run(self, fn: Callable[[Connection], T]) -> T:
        if not self._thread.is_alive():
            self._thread.start()
        return await self._there(self._reader.run(fn))

    async def close(self) -> None:
        if self._thread.is_alive():
            await self._there(self._reader.close())
            self._loop.call_soon_threadsafe(self._loop.stop)
            await asyncio.to_thread(self._thread.join)
        self._loop.close()

    def _there(self, coroutine: Coroutine[Any, Any, T]) -> asyncio.Future[T]:
        return asyncio.wrap_future(asyncio.run_coroutine_threadsafe(coroutine, self._loop))


async def in_transaction(source: AsyncEngine, fn: Callable[[Connection], T], *, commit: bool) -> T:
    """What `fn` returns, committed if asked for and else rolled back."""
    # A broken connection is found out by using it: asking it first would cost every transaction three round trips.
    # SQLAlchemy then renews the whole pool, so once more is enough. Likewise where another transaction has meanwhile
    # taken what is to be unique: whoever looks again finds it taken, and can say so.
    for may_retry in (True, False):
        async with source.connect() as connection:
            try:
                result = await connection.run_sync(fn)
            except DBAPIError as error:
                if may_retry and (error.connection_invalidated or isinstance(error, IntegrityError)):
                    continue
                raise
            if commit:
                await connection.commit()
            return result
    raise AssertionError("the second attempt returns or raises")
