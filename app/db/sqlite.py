"""SQLite: one connection that writes, some that only read (architecture, section 5)."""

from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from app.db.statements import drive

LOCK_TIMEOUT = 10
"""Seconds that a writer waits for one of another process before it gives up with an exception."""


def reader(url: URL, connections: int) -> Engine:
    """A synchronous engine whose connections see one consistent state from BEGIN to the end, and can't write."""
    engine = create_engine(
        url.set(drivername="sqlite+pysqlite"),
        pool_size=connections,
        max_overflow=0,
        connect_args={
            "isolation_level": None,  # transactions begin where we say, not where sqlite3 guesses
            "check_same_thread": False,  # one thread at a time, by the pool; not always the same
            "timeout": LOCK_TIMEOUT,
        },
    )
    event.listen(engine, "connect", _prepare_reader)
    event.listen(engine, "begin", _begin_deferred)
    return engine


def writer(url: URL) -> Engine:
    """The one connection of this process that writes; other processes' writers are waited for at BEGIN.

    Makes the file's folder.
    """
    _make_folder(url)
    engine = create_engine(
        url.set(drivername="sqlite+pysqlite"),
        pool_size=1,
        max_overflow=0,
        connect_args={"isolation_level": None, "check_same_thread": False, "timeout": LOCK_TIMEOUT},
    )
    event.listen(engine, "connect", _prepare_writer)
    event.listen(engine, "connect", _enforce_references)
    event.listen(engine, "begin", _begin_immediate)
    return engine


def migrator(url: URL) -> AsyncEngine:
    """A connection for migrations, which drop tables that others refer to; makes the file's folder."""
    _make_folder(url)
    engine = create_async_engine(
        url.set(drivername="sqlite+aiosqlite"),
        pool_size=1,
        max_overflow=0,
        connect_args={"isolation_level": None, "timeout": LOCK_TIMEOUT},
    )
    event.listen(engine.sync_engine, "connect", _prepare_writer)
    event.listen(engine.sync_engine, "begin", _begin_immediate)
    return engine


def _make_folder(url: URL) -> None:
    if url.database is not None:
        Path(url.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # it is nobody else's to read


def _prepare_reader(connection: Any, _record: object) -> None:
    _keep_a_log(connection)
    # A bug in a reader is an error there and then, not a lost lock or a change without a revision.
    _execute(connection, "PRAGMA query_only = ON")


def _prepare_writer(connection: Any, _record: object) -> None:
    _keep_a_log(connection)
    # What was answered as done survives a power cut: the log is synced at each commit, not at checkpoints only.
    _execute(connection, "PRAGMA synchronous = FULL")


def _enforce_references(connection: Any, _record: object) -> None:
    # Off on every new connection, whatever the file has seen; only writers need it.
    _execute(connection, "PRAGMA foreign_keys = ON")


def _keep_a_log(connection: Any) -> None:
    # Readers don't wait for the writer nor it for them. The file remembers; the first connection ever sets it.
    _execute(connection, "PRAGMA journal_mode = WAL")


def _begin_deferred(connection: Connection) -> None:
    # The first statement fixes what this transaction sees until it ends.
    drive(connection, "BEGIN")


def _begin_immediate(connection: Connection) -> None:
    # The lock before the first read. A deferred one reads, then finds that another has written, and fails.
    drive(connection, "BEGIN IMMEDIATE")


def _execute(connection: Any, statement: str) -> None:
    cursor = connection.cursor()
    cursor.execute(statement)
    cursor.close()
