"""Every commit of whichever process is heard of by who looks next, and looking takes nobody's lock away."""

import random
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from app.db import wal_index
from app.db.engine import Database
from app.db.probe import Probe
from app.db.wal_index import Commit, WalIndex

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


class Heard:
    """What is told of the commits of one database."""

    def __init__(self, database: Database) -> None:
        self.commits: list[Commit | None] = []
        self._database = database

    async def insert(self, *, rows: int = 1) -> Commit | None:
        """Insert so many rows; gives the commit, if it is known."""
        await self._database.write(partial(_insert, rows=rows), committed=lambda _, commit: self.commits.append(commit))
        return self.commits[-1]


def _insert(connection: Connection, rows: int = 1) -> None:
    for _ in range(rows):
        connection.execute(text("INSERT INTO numbers VALUES (1)"))


async def test_a_commit_is_told_by_what_it_made_of_the_index(database: Database) -> None:
    heard = Heard(database)
    found = [await heard.insert(rows=rows) for rows in (1, 3, 1)]
    assert None not in found
    assert [one.after for one in found[:-1] if one] == [one.before for one in found[1:] if one]
    assert await heard.insert(rows=0) is None, "nothing was committed"


async def test_a_commit_is_not_told_where_another_process_has_made_the_next(
    database: Database, file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard, header = Heard(database), WalIndex.header
    await heard.insert()
    with another_process(file) as another:
        looked: list[bytes | None] = []

        def look(self: WalIndex) -> bytes | None:
            looked.append(None)
            if len(looked) == 2:  # the first time is before the commit, inside the transaction
                assert another.says("INSERT INTO numbers VALUES (1)") == "done"
            return header(self)

        monkeypatch.setattr(WalIndex, "header", look)
        assert await heard.insert() is None
        assert await heard.insert() is not None


async def test_no_commit_is_told_by_a_header_that_is_being_written(database: Database) -> None:
    commit = await Heard(database).insert()
    assert commit is not None
    before, after = commit
    assert Commit.between(before, after) == commit
    assert Commit.between(before, before) is None
    assert Commit.between(after, before) is None
    assert Commit.between(before, after[:48] + before[48:]) is None
    assert Commit.between(before, before[:48] + after[48:]) is None
    assert Commit.between(None, after) is Commit.between(before, None) is None


async def test_who_follows_commits_knows_what_who_reads_would(database: Database, file: Path) -> None:
    """Whatever others do in between, and whenever the log is written back or begun anew."""
    rng, heard, read = random.Random(7), Heard(database), []
    probe = counting(database, read)
    with another_process(file) as another, closing(sqlite3.connect(file, isolation_level=None)) as truth:
        for number in range(400):
            step = rng.randrange(8)
            if step < 5:
                commit = await heard.insert()
                if commit is not None and rng.random() < 0.9:
                    probe.follow(commit, lambda count: count + 1)
            elif step == 5:
                assert another.says("INSERT INTO numbers VALUES (2)") == "done"
            elif step == 6:
                how = rng.choice(["PASSIVE", "RESTART", "TRUNCATE"])
                assert another.says(f"PRAGMA wal_checkpoint({how})") == "done"
            if rng.random() < 0.7:
                assert probe.at_once() == truth.execute("SELECT count(*) FROM numbers").fetchone()[0], number
    assert len(read) < 250, "else nothing was followed"


async def test_what_was_committed_while_sqlite_was_asked_is_not_followed(database: Database) -> None:
    """It is in the value already: a step more would be one too many."""
    heard, commits, is_due = Heard(database), list[Commit | None](), False

    def slowly(connection: Connection) -> int:
        if is_due and not commits:
            database._writer._run(_insert, lambda _, commit: commits.append(commit))  # type: ignore[attr-defined]
        found: int = connection.execute(text("SELECT count(*) FROM numbers")).scalar_one()
        return found

    probe = database.probe(slowly)
    assert [probe.at_once(), probe.at_once()] == [0, 0]
    await heard.insert()
    is_due = True
    assert probe.at_once() == 2
    (commit,) = commits
    assert commit is not None
    assert probe.follow(commit, lambda count: count + 1) is None
    assert probe.at_once() == 2
