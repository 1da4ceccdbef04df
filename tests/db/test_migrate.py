"""Migrations run forwards and backwards, by several processes at once, wholly or not at all."""

import asyncio
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.util.exc import CommandError
from sqlalchemy import Connection, text
from sqlalchemy.exc import DBAPIError

from app.db import migrate
from app.db.engine import Database

UPGRADE = "import sys; from app.db import migrate; migrate.upgrade(sys.argv[1])"


def run(url: str, statement: str) -> list[tuple[object, ...]]:
    """The rows that one statement gives, in a transaction that is committed."""

    def execute(connection: Connection) -> list[tuple[object, ...]]:
        result = connection.execute(text(statement))
        return [tuple(row) for row in result] if result.returns_rows else []

    async def in_database() -> list[tuple[object, ...]]:
        database = Database.open(url)
        try:
            return await database.write(execute)
        finally:
            await database.close()

    return asyncio.run(in_database())


def test_forwards_backwards_and_forwards_again(database_url: str) -> None:
    assert migrate.is_current(database_url)
    migrate.downgrade(database_url, "base")
    assert migrate.current(database_url) is None
    assert not migrate.is_current(database_url)
    migrate.upgrade(database_url)
    assert migrate.is_current(database_url)
    migrate.upgrade(database_url)
    assert migrate.is_current(database_url)


def test_back_at_the_base_nothing_is_left(database_url: str) -> None:
    migrate.downgrade(database_url, "base")
    catalog = {
        "sqlite": "SELECT name FROM sqlite_master WHERE name NOT LIKE '%alembic_version%'",
        "postgresql": "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace"
        " AND relname NOT LIKE '%alembic_version%'",
    }
    assert run(database_url, catalog[database_url.partition(":")[0]]) == []


def test_the_ledger_of_the_instance_is_there(database_url: str) -> None:
    heads = run(database_url, "SELECT id, revision, instant, hash, next_ordinal FROM ledgers")
    assert heads == [("instance", 0, 0, None, 1)]


def test_several_processes_upgrade_at_once(database_url: str) -> None:
    migrate.downgrade(database_url, "base")
    processes = [subprocess.Popen([sys.executable, "-c", UPGRADE, database_url]) for _ in range(3)]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    assert migrate.is_current(database_url)
    assert len(run(database_url, "SELECT id FROM ledgers")) == 1


def test_a_migration_that_fails_leaves_nothing(database_url: str) -> None:
    migrate.downgrade(database_url, "base")
    run(database_url, "CREATE TABLE grants (id TEXT)")  # in the way, when half of the tables are made
    with pytest.raises(DBAPIError, match="grants"):
        migrate.upgrade(database_url)
    assert migrate.current(database_url) is None
    run(database_url, "DROP TABLE grants")
    migrate.upgrade(database_url)
    assert migrate.is_current(database_url)


def test_a_migration_may_not_leave_references_to_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"sqlite:///{tmp_path}/bailiwick.db"
    migrate.upgrade(url)

    def careless(connection: Connection) -> None:
        connection.execute(text("INSERT INTO key_uses VALUES ('key_of_nobody', 1)"))

    monkeypatch.setattr(migrate.command, "upgrade", lambda config, _: careless(config.attributes["connection"]))
    with pytest.raises(RuntimeError, match="`key_uses` that refers to nothing in `identities`"):
        migrate.upgrade(url)
    assert run(url, "SELECT * FROM key_uses") == []


def test_a_file_that_is_not_there_is_not_made_by_asking(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/bailiwick.db"
    assert migrate.current(url) is None
    assert not migrate.is_current(url)
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_revision_is_refused(database_url: str) -> None:
    with pytest.raises(CommandError, match="9999"):
        migrate.upgrade(database_url, "9999")


def test_alembic_sees_nothing_to_draft(database_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(migrate.command, "revision", lambda config, *_, **__: migrate.command.check(config))
    migrate.draft(database_url, "nothing")
