"""The command line: its result on stdout, a failure in one line on stderr, and the exit code that goes with it."""

import errno
import signal
import socket
import subprocess
import sys
import tomllib
from pathlib import Path
from unittest.mock import Mock

import pytest

from app.cli import main
from app.errors import not_found
from app.settings import Settings, variable

INTERRUPTED = """
import importlib.abc, signal, sys

class CtrlC(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path, target=None):
        if name == sys.argv[1]:
            signal.raise_signal(signal.SIGINT)

sys.meta_path.insert(0, CtrlC())
"""
"""The beginning of a program that gets Ctrl-C while it imports the module that is its argument."""


def test_it_is_a_module_too(tmp_path):
    done = subprocess.run([sys.executable, "-m", "app"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("Usage: bailiwick [OPTIONS] COMMAND")


def python(program: str, *arguments: str) -> tuple[int, str, str]:
    """The status of a program with what it printed."""
    done = subprocess.run([sys.executable, "-c", program, *arguments], capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize("module", ["app.cli.main", "click", "strawberry", "app.asgi", "app.cli.settings"])
def test_ctrl_c_while_it_starts_ends_it_without_a_word(module):
    start = "import runpy; runpy.run_module('app', run_name='__main__', alter_sys=True)"
    assert python(INTERRUPTED + start, module, "--help") == (-signal.SIGINT, "", "")
    assert python(f"{INTERRUPTED}\nfrom app.__main__ import main; main()", module) == (-signal.SIGINT, "", "")


def test_who_is_started_deaf_to_ctrl_c_stays_so():
    start = "signal.signal(signal.SIGINT, signal.SIG_IGN)\nfrom app.__main__ import main; main()"
    code, _, said = python(INTERRUPTED + start, "click")
    assert (code, said.splitlines()[0]) == (2, "bailiwick: no such command `click` (see `bailiwick --help`)")


def test_ctrl_c_while_a_command_runs_ends_it_in_order():
    program = """
import signal
from app.__main__ import main
from app.cli.main import bailiwick

def interrupted(**_):
    try:
        signal.raise_signal(signal.SIGINT)
    finally:
        print("put in order")

bailiwick.main = interrupted
main()
"""
    assert python(program) == (1, "put in order\n", "")


def test_the_version_is_the_projects(bailiwick):
    project = tomllib.loads((Path(__file__).parent.parent / "pyproject.toml").read_text())["project"]
    assert bailiwick("--version") == (0, f"{project['name']} {project['version']}\n", "")
    assert bailiwick("settings", "--version").code == 2


def test_settings_are_printed_with_their_meaning_and_secrets_masked(bailiwick):
    done = bailiwick("settings", BAILIWICK_PORT="8123", BAILIWICK_SECRET="not-to-be-shown-at-all")
    assert done.code == 0, done.err
    assert [line.split()[0] for line in done.out.splitlines()] == [variable(name) for name in Settings.model_fields]
    assert ["BAILIWICK_PORT", "8123"] in [line.split()[:2] for line in done.out.splitlines()]
    assert "the port to listen on" in done.out
    assert "not-to-be-shown" not in done.out


def test_names_that_are_no_settings_are_told_without_their_values(bailiwick, tmp_path):
    quiet = bailiwick("settings", BAILIWICK_PORT="8123")
    assert (quiet.code, quiet.err) == (0, "")
    (tmp_path / ".env").write_text("BAILIWICK_COLOUR=not-to-be-shown\n")
    told = bailiwick("settings", BAILIWICK_SECERT="not-to-be-shown")
    assert (told.code, told.out) == (0, quiet.out)
    assert told.err.splitlines() == [
        "`BAILIWICK_SECERT` is no setting and is ignored, did you mean `BAILIWICK_SECRET`?",
        "`BAILIWICK_COLOUR` is no setting and is ignored",
    ]


def test_settings_make_no_file(bailiwick, tmp_path):
    bailiwick("settings")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["settings"], "bailiwick: `BAILIWICK_PORT=x` should be a valid integer, unable to parse string as an integer"),
        (["setings"], "bailiwick: no such command `setings`, did you mean `settings`? (see `bailiwick --help`)"),
        (["settings", "--all"], "bailiwick: no such option `--all` (see `bailiwick settings --help`)"),
    ],
)
def test_wrong_use_is_one_line_and_exit_2(bailiwick, arguments, line):
    done = bailiwick(*arguments, BAILIWICK_PORT="x")
    assert (done.code, done.out, done.err) == (2, "", f"{line}\n")


def test_a_store_that_is_none_is_one_line_and_exit_1(bailiwick, tmp_path):
    (tmp_path / "text").write_text("this is no database at all")
    done = bailiwick("migrate", BAILIWICK_DATABASE_URL="sqlite:///text")
    line = "bailiwick: the store can't be used: file is not a database (see `bailiwick settings`)\n"
    assert (done.code, done.out, done.err) == (1, "", line)


def test_no_command_is_wrong_use_that_gets_the_help(bailiwick):
    done = bailiwick()
    assert (done.code, done.out) == (2, "")
    assert "settings" in done.err


@pytest.mark.parametrize(
    ("failure", "line"),
    [
        (not_found(), "bailiwick: there is no such thing, or you may not see it"),
        (PermissionError(13, "Permission denied", "x.db"), "bailiwick: Permission denied: `x.db`"),
        (ConnectionRefusedError(111, "refused"), "bailiwick: refused (see `bailiwick settings`)"),
        (KeyError("two\n lines"), "bailiwick: KeyError: 'two\\n lines'"),
        (RuntimeError("two\n lines"), "bailiwick: RuntimeError: two lines"),
    ],
)
def test_a_failure_is_one_line_and_exit_1(bailiwick, monkeypatch, failure, line):
    def fail(**_: object) -> None:
        raise failure

    monkeypatch.setattr(main.bailiwick, "main", fail)
    assert bailiwick() == (1, "", f"{line}\n")


UNREACHED = "bailiwick: PostgreSQL at `db:1` can't be reached: {}; see `BAILIWICK_DATABASE_URL`\n"


@pytest.mark.parametrize(
    ("failure", "reason"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, "Connect call failed ('127.0.0.1', 1)"), "connection refused"),
        (
            OSError(f"Multiple exceptions: [Errno {errno.ECONNREFUSED}] Connect call failed ('::1', 1), [Errno 1] …"),
            "connection refused",
        ),
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "name or service not known"),
        (FileNotFoundError(errno.ENOENT, "No such file or directory"), "no such file or directory"),
        (ConnectionError("the server rejected SSL"), "the server rejected SSL"),
        (TimeoutError(), "no answer in time"),
    ],
)
def test_a_postgresql_that_is_not_reached_is_told_without_its_password(bailiwick, monkeypatch, failure, reason):
    def fail(**_: object) -> None:
        raise failure

    monkeypatch.setattr(main.bailiwick, "main", fail)
    elsewhere = bailiwick()
    assert "PostgreSQL" not in elsewhere.err
    address = {"BAILIWICK_DATABASE_URL": "postgresql://u:pw@db:1/x", "BAILIWICK_SECRET": "long-enough-to-be-one"}
    assert bailiwick(**address) == (1, "", UNREACHED.format(reason))


def test_the_file_or_pipe_that_failed_is_not_taken_for_postgresql(bailiwick, monkeypatch):
    for failure in (PermissionError(13, "Permission denied", "x.pem"), BrokenPipeError(32, "Broken pipe")):
        monkeypatch.setattr(main.bailiwick, "main", Mock(side_effect=failure))
        told = bailiwick(BAILIWICK_DATABASE_URL="postgresql://h/x", BAILIWICK_SECRET="long-enough-to-be-one")
        assert told.code == 1
        assert told.err.startswith(f"bailiwick: {failure.strerror}")


def test_a_server_that_is_not_there_is_told(bailiwick):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    address = {"BAILIWICK_DATABASE_URL": f"postgresql://u:pw@127.0.0.1:{port}/x", "BAILIWICK_SECRET": "x" * 16}
    assert bailiwick("migrate", **address) == (
        1,
        "",
        UNREACHED.format("connection refused").replace("db:1", f"127.0.0.1:{port}"),
    )
