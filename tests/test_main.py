"""The command line: its result on stdout, a failure in one line on stderr, and the exit code that goes with it."""

import subprocess
import sys
from pathlib import Path

import pytest

from app import __main__
from app.errors import not_found
from app.settings import Settings, variable


def run(*arguments: str, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "app", *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


def test_settings_are_printed_with_their_meaning_and_secrets_masked(tmp_path):
    done = run("settings", cwd=tmp_path, BAILIWICK_PORT="8123", BAILIWICK_SECRET="not-to-be-shown-at-all")
    assert done.returncode == 0, done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()] == [variable(name) for name in Settings.model_fields]
    assert "BAILIWICK_PORT              8123" in done.stdout
    assert "the port to listen on" in done.stdout
    assert "not-to-be-shown" not in done.stdout


def test_settings_make_no_file(tmp_path):
    run("settings", cwd=tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_migrating_twice_is_fine(tmp_path):
    first, second = run("migrate", cwd=tmp_path), run("migrate", cwd=tmp_path)
    assert (first.returncode, first.stdout, first.stderr) == (0, "the store was brought up to date\n", "")
    assert (second.returncode, second.stdout, second.stderr) == (0, "the store is up to date\n", "")
    assert (tmp_path / "data/bailiwick.db").exists()


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (["settings"], "bailiwick: `BAILIWICK_PORT=x` should be a valid integer, unable to parse string as an integer"),
        (["setings"], "bailiwick: no such command `setings`, did you mean `settings`? (see `bailiwick --help`)"),
        (["settings", "--all"], "bailiwick: no such option `--all` (see `bailiwick settings --help`)"),
    ],
)
def test_wrong_use_is_one_line_and_exit_2(tmp_path, arguments, line):
    done = run(*arguments, cwd=tmp_path, BAILIWICK_PORT="x")
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"{line}\n")


def test_a_store_that_is_none_is_one_line_and_exit_1(tmp_path):
    (tmp_path / "text").write_text("this is no database at all")
    done = run("migrate", cwd=tmp_path, BAILIWICK_DATABASE_URL="sqlite:///text")
    line = "bailiwick: the store can't be used: file is not a database (see `bailiwick settings`)\n"
    assert (done.returncode, done.stdout, done.stderr) == (1, "", line)


def test_no_command_is_wrong_use_that_gets_the_help(tmp_path):
    done = run(cwd=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "settings" in done.stderr


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
def test_a_failure_is_one_line_and_exit_1(monkeypatch, capsys, failure, line):
    def fail(**_: object) -> None:
        raise failure

    monkeypatch.setattr(__main__.bailiwick, "main", fail)
    with pytest.raises(SystemExit) as caught:
        __main__.main()
    captured = capsys.readouterr()
    assert (caught.value.code, captured.out, captured.err) == (1, "", f"{line}\n")
