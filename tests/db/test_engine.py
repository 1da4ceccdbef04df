"""Reading and writing through the one door: consistent, read-only, all or nothing."""

import asyncio
import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, insert, select, text, update
from sqlalchemy.exc import DBAPIError

from app.db import postgresql, sqlite
from app.db.engine import Database
from app.db.tables import Ledger, table_of

LEDGERS = table_of(Ledger)


def revision(connection: Connection) -> int:
    return connection.execute(select(LEDGERS.c.revision).where(LEDGERS.c.id == "instance")).scalar_one()


def count_up(connection: Connection) -> None:
    connection.execute(update(LEDGERS).values(revision=LEDGERS.c.revision + 1))


async def test_what_is_written_is_read(database: Database) -> None:
    await database.write(count_up)
    assert await database.read(revision) == 1
    assert await database.load(revision) == 1


async def test_what_raises_is_rolled_back(database: Database) -> None:
    def fail(connection: Connection) -> None:
        count_up(connection)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await database.write(fail)
    await database.write(count_up)
    assert await database.read(revision) == 1


async def test_what_the_database_refuses_is_rolled_back(database: Database) -> None:
    def fail(connection: Connection) -> None:
        count_up(connection)
        connection.execute(insert(LEDGERS), {"id": "instance", "revision": 0, "instant": 0, "next_ordinal": 1})

    with pytest.raises(DBAPIError):
        await database.write(fail)
    await database.write(count_up)
    assert await database.read(revision) == 1


@pytest.mark.parametrize("how", ["read", "load"])
async def test_readers_cannot_write(database: Database, how: str) -> None:
    with pytest.raises(DBAPIError, match=r"read-?only"):
        await getattr(database, how)(count_up)
    assert await database.read(revision) == 0


@pytest.mark.parametrize("how", ["read", "load"])
async def test_a_reader_sees_one_state_while_others_write(database_url: str, database: Database, how: str) -> None:
    # The writer is another loop's in another thread: PostgreSQL's reader holds this one while it waits.
    def read_write_read(connection: Connection) -> tuple[int, int]:
        before = revision(connection)
        writing = threading.Thread(target=asyncio.run, args=[write_elsewhere(database_url, count_up)])
        writing.start()
        writing.join()
        return before, revision(connection)

    assert await getattr(database, how)(read_write_read) == (0, 0)
    assert await database.read(revision) == 1


async def test_who_reads_much_holds_nobody(database: Database) -> None:
    """What is made of many rows is made beside the event loop, on either database."""
    begun, released = threading.Event(), threading.Event()

    def wait(_: Connection) -> bool:
        begun.set()
        return released.wait(5)

    loading = asyncio.create_task(database.load(wait))
    assert await asyncio.to_thread(begun.wait, 5)
    released.set()
    assert await loading, "nobody could say that it may go on"


async def write_elsewhere(url: str, fn: Callable[[Connection], object]) -> None:
    elsewhere = Database.open(url)
    await elsewhere.write(fn)
    await elsewhere.close()


async def test_many_at_once(database: Database) -> None:
    reads = [database.read(revision) for _ in range(30)] + [database.load(revision) for _ in range(30)]
    await asyncio.gather(*[database.write(count_up) for _ in range(30)], *reads)
    assert await database.read(revision) == 30


async def test_what_another_has_taken_meanwhile_is_found_to_be_taken(database: Database) -> None:
    await database.write(lambda connection: connection.execute(text("CREATE TABLE taken (n INTEGER UNIQUE)")))

    def take(number: int, connection: Connection) -> str:
        if connection.execute(text("SELECT count(*) FROM taken WHERE n = :n"), {"n": number}).scalar_one():
            return "taken"
        connection.execute(text("INSERT INTO taken VALUES (:n)"), {"n": number})
        return "mine"

    for number in range(10):
        found = await asyncio.gather(*[database.write(partial(take, number)) for _ in range(2)])
        assert sorted(found) == ["mine", "taken"]


async def test_a_writer_that_is_cancelled_leaves_nothing_and_hinders_nobody(database: Database) -> None:
    """A client that goes away cancels what is done for it, at any await."""

    def slowly(connection: Connection) -> None:
        for _ in range(20):
            count_up(connection)

    for steps in range(0, 40, 3):
        before = await database.read(revision)
        writing = asyncio.create_task(database.write(slowly))
        for _ in range(steps):
            await asyncio.sleep(0.0005)
        writing.cancel()
        await asyncio.wait([writing])
        assert await asyncio.wait_for(database.read(revision), 5) in {before, before + 20}
        await asyncio.wait_for(database.write(count_up), 5)


async def test_a_reader_that_is_cancelled_hinders_nobody(database: Database) -> None:
    for _ in range(20):
        reading = [asyncio.create_task(database.read(revision)) for _ in range(8)]
        await asyncio.sleep(0)
        for task in reading:
            task.cancel()
        await asyncio.gather(*reading, return_exceptions=True)
    assert await asyncio.wait_for(database.read(revision), 5) == 0


async def test_connections_that_broke_are_renewed(database: Database, database_url: str) -> None:
    """A server that was restarted is not noticed. (SQLite has no connection that could break.)"""
    await asyncio.gather(*[database.read(revision) for _ in range(4)])
    await break_other_connections(database_url)
    assert await database.read(revision) == 0
    await break_other_connections(database_url)
    await database.write(count_up)
    assert await database.read(revision) == 1


async def break_other_connections(url: str) -> None:
    others = "pg_stat_activity WHERE pid <> pg_backend_pid() AND datname = current_database()"
    if url.startswith("postgresql"):
        terminate = text(f"SELECT pg_terminate_backend(pid) FROM {others}")
        await write_elsewhere(url, lambda connection: connection.execute(terminate))


async def test_who_waits_too_long_for_a_writer_gets_an_exception(
    database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite, "LOCK_TIMEOUT", 0.2)
    monkeypatch.setattr(postgresql, "LOCK_TIMEOUT", 0.2)
    impatient = Database.open(database_url)
    held, enough = threading.Event(), threading.Event()

    def hold(connection: Connection) -> None:
        connection.execute(select(LEDGERS).with_for_update())
        held.set()
        enough.wait(10)

    holder = threading.Thread(target=asyncio.run, args=[write_elsewhere(database_url, hold)])
    holder.start()
    await asyncio.to_thread(held.wait, 10)
    began = time.monotonic()
    with pytest.raises(DBAPIError, match="lock"):
        await impatient.write(count_up)
    waited = time.monotonic() - began
    assert await impatient.read(revision) == 0  # readers wait for nobody
    enough.set()
    await asyncio.to_thread(holder.join)
    await impatient.write(count_up)
    await impatient.close()
    assert 0.15 < waited < 5


async def test_the_folder_of_the_file_is_made(tmp_path: Path) -> None:
    database = Database.open(f"sqlite:///{tmp_path}/not/there/bailiwick.db")
    assert await database.read(lambda connection: connection.execute(text("SELECT 1")).scalar_one()) == 1
    await database.close()


@pytest.mark.parametrize(
    ("url", "problem"),
    [
        ("mysql://user:secret@host/name", "`mysql` is not a database"),
        ("sqlite://", "in memory"),
        ("sqlite:///:memory:", "in memory"),
    ],
)
def test_urls_that_cannot_be_used(url: str, problem: str) -> None:
    with pytest.raises(ValueError, match=problem) as raised:
        Database.open(url)
    assert "secret" not in str(raised.value)
