"""What every command that looks into a store tells of one that it can't use, before it changes anything."""

import sqlite3
from io import StringIO
from pathlib import Path

import pytest

from app.db.migrate import downgrade

ADA = ("create-admin", "--name", "Ada Admin", "--email", "ada@example.com")
KEY = ("create-key", "--email", "ada@example.com")
COMMANDS = (ADA, KEY, ("audit", "verify"), ("serve", "--port", "0"), ("change-secret", "--yes"))


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "data" / "bailiwick.db"


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_a_store_that_is_not_there_is_told_and_not_made(bailiwick, tmp_path, file, command):
    what = f"there is no store at `{file}`: run `bailiwick migrate`, or name another with `BAILIWICK_DATABASE_URL`"
    assert bailiwick(*command) == (1, "", f"bailiwick: {what}\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_an_older_store_is_told(bailiwick, file, command):
    assert bailiwick("migrate") == (0, f"the store at `{file}` was made\n", "")
    downgrade(f"sqlite:///{file}", "0001")
    what = f"the store at `{file}` is not up to date: run `bailiwick migrate`"
    assert bailiwick(*command) == (1, "", f"bailiwick: {what}\n")
    assert bailiwick("migrate") == (0, f"the store at `{file}` was brought up to date\n", "")
    assert bailiwick("migrate") == (0, f"the store at `{file}` is up to date\n", "")


@pytest.mark.parametrize("command", [*COMMANDS, ("migrate",), ("demo",), ("serve", "--demo")], ids=" ".join)
def test_a_newer_store_and_another_programs_are_told_and_left_alone(bailiwick, file, command):
    bailiwick("migrate")
    _run(file, "UPDATE alembic_version SET version_num = '9999'")
    what = "was brought up to date by a newer Bailiwick: start that one, or restore a backup"
    assert bailiwick(*command) == (1, "", f"bailiwick: the store at `{file}` {what}\n")
    other = file.with_name("other.db")
    _run(other, "CREATE TABLE things (id TEXT)")
    what = "is another program's database: name another with `BAILIWICK_DATABASE_URL`"
    told = f"bailiwick: the store at `{other}` {what}\n"
    assert bailiwick(*command, BAILIWICK_DATABASE_URL=f"sqlite:///{other}") == (1, "", told)
    assert _run(other, "SELECT name FROM sqlite_master") == [("things",)]


def test_another_secret_than_the_keys_were_made_with_is_told(bailiwick, file, monkeypatch):
    bailiwick("migrate")
    assert bailiwick(*ADA).code == 0
    kept, mine = file.with_suffix(".secret"), "a secret of my own choosing"
    secret = kept.read_text()
    what = "bailiwick: the keys in this store were made with another secret than the one in {}: restore that, or run "
    kept.unlink()
    for command in (KEY, ("serve", "--port", "0")):
        done = bailiwick(*command)
        assert (done.code, done.out) == (1, "")
        assert done.err.startswith(what.format(f"`{file.with_suffix('.secret').relative_to(Path.cwd())}`")), done.err
        done = bailiwick(*command, BAILIWICK_SECRET=mine)
        assert (done.code, done.out) == (1, "")
        assert done.err.startswith(what.format("`BAILIWICK_SECRET`")), done.err
        monkeypatch.delenv("BAILIWICK_SECRET")
    assert bailiwick("audit", "verify").code == 0  # needs no secret
    kept.write_text(secret)
    assert bailiwick(*KEY).code == 0
    monkeypatch.setattr("sys.stdin", StringIO())
    assert bailiwick("change-secret", BAILIWICK_SECRET=mine).code == 1  # who isn't asked has not agreed
    changed = "the secret was changed: make new keys with `bailiwick create-key`, and restart every server\n"
    assert bailiwick("change-secret", "--yes") == (0, changed, "")
    assert bailiwick("change-secret", "--yes") == (0, "it is this store's secret already\n", "")
    assert bailiwick(*KEY).code == 0
    monkeypatch.delenv("BAILIWICK_SECRET")
    assert bailiwick(*KEY).code == 1


def test_folders_that_are_made_are_nobody_elses_to_read(bailiwick, file):
    bailiwick("migrate")
    assert file.parent.stat().st_mode & 0o777 == 0o700


def _run(file: Path, statement: str) -> list[tuple[object, ...]]:
    file.parent.mkdir(exist_ok=True)
    connection = sqlite3.connect(file)
    try:
        rows = connection.execute(statement).fetchall()
        connection.commit()
        return rows
    finally:
        connection.close()
