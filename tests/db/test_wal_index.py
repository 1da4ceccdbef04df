"""Every commit of whichever process is heard of by who looks next, and looking takes nobody's lock away."""

import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from app.db import wal_index
from app.db.engine import Database
from app.db.probe import Probe

ANOTHER = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=0)
for line in sys.stdin:
    try:
        connection.execute(line.strip())
        print("done", flush=True)
    except sqlite3.OperationalError as error:
        print(error, flush=True)
"""


class Another:
    """Another process with a connection to the file."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def says(self, statement: str) -> str:
        """What comes of a statement there."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(f"{statement}\n")
        self._process.stdin.flush()
        return self._process.stdout.readline().strip()


@contextmanager
def another_process(file: Path) -> Iterator[Another]:
    command = [sys.executable, "-c", ANOTHER, str(file)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        yield Another(process)
        assert process.stdin is not None
        process.stdin.close()


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A store with one table."""
    made = tmp_path / "store.db"
    with closing(sqlite3.connect(made, isolation_level=None)) as connection:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("CREATE TABLE numbers (n INTEGER)")
    return made


@pytest.fixture
def heard() -> list[int]:
    """How many numbers there were, each time that SQLite was asked."""
    return []


@pytest.fixture
async def database(file: Path) -> Iterator[Database]:
    opened = Database.open(f"sqlite:///{file}")
    yield opened
    await opened.close()


def counting(database: Database, heard: list[int]) -> Probe[int]:
    def count(connection: Connection) -> int:
        heard.append(connection.execute(text("SELECT count(*) FROM numbers")).scalar_one())
        return heard[-1]

    return database.probe(count)


@pytest.mark.parametrize("is_linked", [False, True])
async def test_each_commit_of_another_process_is_heard_of_at_once(
    file: Path, heard: list[int], is_linked: bool
) -> None:
    asked = file
    if is_linked:
        asked = file.with_name("link.db")
        asked.symlink_to(file)
    database = Database.open(f"sqlite:///{asked}")
    probe = counting(database, heard)
    with another_process(file) as another:
        for expected in range(20):
            assert [probe.at_once(), probe.at_once(), await probe.value()] == [expected] * 3
            assert another.says("INSERT INTO numbers VALUES (1)") == "done"
            if expected % 7 == 3:
                assert another.says("PRAGMA wal_checkpoint(TRUNCATE)") == "done"
        assert another.says("BEGIN") == another.says("INSERT INTO numbers VALUES (2)") == "done"
        assert probe.at_once() == 20
        assert another.says("ROLLBACK") == "done"
        assert probe.at_once() == 20
    assert heard == [0, *range(21)], "it is read once for each commit, and once more at first"
    await database.close()


async def test_what_is_committed_while_sqlite_is_asked_is_heard_of_the_next_time(
    database: Database, file: Path
) -> None:
    with another_process(file) as another:

        def slowly(connection: Connection) -> int:
            found: int = connection.execute(text("SELECT count(*) FROM numbers")).scalar_one()
            if found < 3:
                assert another.says("INSERT INTO numbers VALUES (1)") == "done"
            return found

        probe = database.probe(slowly)
        assert [probe.at_once() for _ in range(5)] == [0, 1, 2, 3, 3]


async def test_nothing_is_asked_while_nothing_is_committed(
    database: Database, heard: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    probe = counting(database, heard)
    assert [probe.at_once(), probe.at_once()] == [0, 0]
    for how in ("_ask", "_run"):
        monkeypatch.setattr(f"app.db.probe.LocalProbe.{how}", None)
    assert probe.at_once() == 0


async def test_the_own_writer_is_heard_of(database: Database, heard: list[int]) -> None:
    probe = counting(database, heard)
    for expected in range(3):
        assert probe.at_once() == expected
        await database.write(lambda connection: connection.execute(text("INSERT INTO numbers VALUES (1)")))


async def test_without_an_index_sqlite_is_asked(
    database: Database, heard: list[int], file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried: list[object] = []

    def fail(descriptor: int, *_: object, **__: object) -> None:
        tried.append(descriptor)
        raise OSError

    monkeypatch.setattr("app.db.wal_index.mmap.mmap", fail)
    probe = counting(database, heard)
    with another_process(file) as another:
        for expected in range(3):
            assert [probe.at_once(), probe.at_once()] == [expected] * 2
            assert another.says("INSERT INTO numbers VALUES (1)") == "done"
    assert len(tried) == 1, "each try leaves a descriptor that may not be closed"


async def test_who_closes_takes_no_lock_of_another_in_this_process(database: Database, file: Path) -> None:
    with another_process(file) as another:
        second = Database.open(f"sqlite:///{file}")
        for each in (database, second):
            probe = counting(each, [])
            assert [probe.at_once(), probe.at_once()] == [0, 0]

        def closed_meanwhile(connection: Connection) -> str:
            connection.execute(text("INSERT INTO numbers VALUES (1)"))
            for each in second._probes:
                each._index.close()  # type: ignore[attr-defined]
            return another.says("BEGIN IMMEDIATE")

        assert await database.write(closed_meanwhile) == "database is locked"
        assert another.says("BEGIN IMMEDIATE") == "done"
        await second.close()


async def test_the_last_user_closes_the_index(file: Path) -> None:
    before = dict(wal_index._mapped)
    databases = [Database.open(f"sqlite:///{file}") for _ in range(2)]
    for each in databases:
        counting(each, []).at_once()
    assert len(wal_index._mapped) == len(before) + 1
    for each in databases:
        await each.close()
        await each.close()
    assert wal_index._mapped == before
