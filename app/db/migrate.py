"""Bringing a database to a revision of its schema; synchronous, for the command line and for tests."""

import asyncio
from collections.abc import Callable
from enum import Enum
from pathlib import Path
from typing import TypeVar

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import AsyncEngine

from app.db import postgresql, sqlite
from app.db.engine import Database
from app.db.url import parse_url

T = TypeVar("T")

_LOCK = 0x6261696C69776963  # "bailiwic": any number that no other program on the server locks


def upgrade(url: str, revision: str = "head") -> None:
    """Bring the schema forward to `revision`: wholly or, when anything fails, not at all.

    Several processes may do so at once; one of them works and the others find it done. The calling thread must not
    be running an event loop. Raises ValueError for a bad URL, Alembic's CommandError for an unknown revision.
    """
    _migrate(url, lambda config: command.upgrade(config, revision))


def downgrade(url: str, revision: str) -> None:
    """Bring the schema back to `revision` ("base": to nothing). What the newer schema held beyond it is lost."""
    _migrate(url, lambda config: command.downgrade(config, revision))


def draft(url: str, message: str) -> None:
    """Write a new revision file with what Alembic sees between the models and the database, to be gone over by hand."""
    _migrate(url, lambda config: command.revision(config, message, autogenerate=True))


def current(url: str) -> str | None:
    """The revision that the schema is at; None where there is none, not even a file."""
    if _is_missing(url):
        return None
    return asyncio.run(_read(url, lambda connection: MigrationContext.configure(connection).get_current_revision()))


def is_current(url: str) -> bool:
    """Whether the schema is the one that this version of the program was written for."""
    return standing(url) is Standing.CURRENT


class Standing(Enum):
    """How a database stands to this version of the program."""

    EMPTY = "no tables, maybe no file"
    OLDER = "to be upgraded"
    CURRENT = "as it should be"
    NEWER = "upgraded by a version that this one doesn't know"
    FOREIGN = "tables, but none of ours"


def standing(url: str) -> Standing:
    """How the database stands; the calling thread must not be running an event loop."""
    revision = current(url)
    scripts = ScriptDirectory.from_config(_config())
    if revision is None:
        return Standing.FOREIGN if _has_other_tables(url) else Standing.EMPTY
    if revision == scripts.get_current_head():
        return Standing.CURRENT
    known = {script.revision for script in scripts.walk_revisions()}
    return Standing.OLDER if revision in known else Standing.NEWER


def _has_other_tables(url: str) -> bool:
    if _is_missing(url):
        return False
    tables = asyncio.run(_read(url, lambda connection: inspect(connection).get_table_names()))
    return bool(set(tables) - {"alembic_version"})


def _is_missing(url: str) -> bool:
    parsed = parse_url(url)
    return parsed.get_backend_name() == "sqlite" and not Path(str(parsed.database)).exists()


def _migrate(url: str, run: Callable[[Config], object]) -> None:
    asyncio.run(_write(_engine(url), lambda connection: _locked(connection, run)))


def _engine(url: str) -> AsyncEngine:
    parsed = parse_url(url)
    if parsed.get_backend_name() == "sqlite":
        return sqlite.migrator(parsed)
    return postgresql.pool(parsed)


def _locked(connection: Connection, run: Callable[[Config], object]) -> None:
    if connection.dialect.name == "postgresql":
        # A migration may take its time, and whoever waits for it too.
        connection.execute(text("SET LOCAL lock_timeout = 0"))
        connection.execute(text("SET LOCAL idle_in_transaction_session_timeout = 0"))
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    config = _config()
    config.attributes["connection"] = connection
    run(config)
    if connection.dialect.name == "sqlite":
        _check_references(connection)


def _check_references(connection: Connection) -> None:
    # Foreign keys were off, so nobody has looked yet.
    broken = connection.exec_driver_sql("PRAGMA foreign_key_check").first()
    if broken is not None:
        raise RuntimeError(f"the migration left a row of `{broken[0]}` that refers to nothing in `{broken[2]}`")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    return config


async def _write(source: AsyncEngine, fn: Callable[[Connection], None]) -> None:
    try:
        async with source.begin() as connection:
            await connection.run_sync(fn)
    finally:
        await source.dispose()


async def _read(url: str, fn: Callable[[Connection], T]) -> T:
    database = Database.open(url)
    try:
        return await database.read(fn)
    finally:
        await database.close()
