"""The database as the rest of the program has it: functions of a Core connection, run in transactions."""

from collections.abc import Callable
from typing import Any, Self, TypeVar

from sqlalchemy import URL, Connection

from app.db import postgresql, sqlite
from app.db.probe import LocalProbe, Probe, SharedProbe
from app.db.session import Committed, LoopReader, PoolReader, PoolWriter, Reader, ThreadReader, ThreadWriter, Writer
from app.db.url import parse_url
from app.db.wal_index import Commit

# The connection for who passes functions of one on without knowing SQLAlchemy.
__all__ = ["Commit", "Connection", "Database"]

T = TypeVar("T")

READERS = 4
"""Short reads of SQLite at the same time in one process: connections, and the threads that use them."""

LOADERS = 2
"""The same for long ones, on either database."""


class Database:
    """A database, in use by one event loop.

    `fn` is a function of a connection inside a transaction, which it neither commits nor rolls back. It may be run
    twice: a transaction whose connection broke before the commit is tried once more on a new one. What SQLAlchemy
    raises (a constraint violated, a lock not had in time, the server lost) is passed on.
    """

    def __init__(self, *, reader: Reader, loader: Reader, writer: Writer, local: URL | None = None) -> None:
        self._reader = reader
        self._loader = loader
        self._writer = writer
        self._local = local
        self._probes: list[Probe[Any]] = []

    @classmethod
    def open(cls, url: str) -> Self:
        """The database at `sqlite:///path` or `postgresql://…`; connected to at the first use, not here.

        Raises ValueError for any other URL.
        """
        parsed = parse_url(url)
        if parsed.get_backend_name() == "postgresql":
            pool = postgresql.pool(parsed)
            loader = LoopReader(postgresql.pool(parsed, LOADERS))
            return cls(reader=PoolReader(pool), loader=loader, writer=PoolWriter(pool))
        return cls(
            reader=ThreadReader(sqlite.reader(parsed, READERS), READERS),
            loader=ThreadReader(sqlite.reader(parsed, LOADERS), LOADERS),
            writer=ThreadWriter(sqlite.writer(parsed)),
            local=parsed,
        )

    async def read(self, fn: Callable[[Connection], T]) -> T:
        """What `fn` returns; all that it reads is one consistent state, and it can't write."""
        return await self._reader.run(fn)

    async def load(self, fn: Callable[[Connection], T]) -> T:
        """As `read`, for many rows: it takes none of the few places that short reads have."""
        return await self._loader.run(fn)

    async def write(self, fn: Callable[[Connection], T], committed: Committed[T] | None = None) -> T:
        """What `fn` returns, once its changes are committed and durable; when it raises, nothing has happened.

        `committed` is told that first, before the next transaction of this process on SQLite: in the thread that wrote.
        There it also learns which commit that was, unless another process has already made the next one.
        """
        return await self._writer.run(fn, committed)

    def probe(self, fn: Callable[[Connection], T]) -> Probe[T]:
        """A way to ask a short `fn` for every request, each time as of an instant after it was asked."""
        probe: Probe[T] = (
            SharedProbe(self._reader, fn) if self._local is None else LocalProbe(sqlite.reader(self._local, 1), fn)
        )
        self._probes.append(probe)
        return probe

    async def close(self) -> None:
        """Wait for the reads that run, and let go of every connection."""
        await self._reader.close()
        await self._loader.close()
        await self._writer.close()
        for probe in self._probes:
            await probe.close()  # last of all, see wal_index
