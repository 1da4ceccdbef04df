"""SQLite's connections are set as architecture, section 5, found them to lose nothing."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from app.db import sqlite
from app.db.engine import Database

FULL = 2


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """SQLite, whatever the tests are run on."""
    return f"sqlite:///{tmp_path}/bailiwick.db"


def pragmas(connection: Connection) -> dict[str, object]:
    names = ["journal_mode", "query_only", "foreign_keys", "synchronous", "busy_timeout"]
    return {name: connection.execute(text(f"PRAGMA {name}")).scalar_one() for name in names}


async def test_the_writer(database: Database) -> None:
    assert await database.write(pragmas) == {
        "journal_mode": "wal",
        "query_only": 0,
        "foreign_keys": 1,
        "synchronous": FULL,
        "busy_timeout": sqlite.LOCK_TIMEOUT * 1000,
    }


@pytest.mark.parametrize("how", ["read", "load"])
async def test_the_readers(database: Database, how: str) -> None:
    found = await getattr(database, how)(pragmas)
    assert found["journal_mode"] == "wal"
    assert found["query_only"] == 1
    assert found["busy_timeout"] == sqlite.LOCK_TIMEOUT * 1000


async def test_the_writer_holds_the_lock_from_the_start(database: Database, database_url: str) -> None:
    def another_tries(connection: Connection) -> None:
        connection.execute(text("SELECT 1"))  # nothing is written yet
        with sqlite3.connect(database_url.removeprefix("sqlite:///"), timeout=0, isolation_level=None) as another:
            another.execute("BEGIN IMMEDIATE")

    with pytest.raises(sqlite3.OperationalError, match="database is locked"):
        await database.write(another_tries)
