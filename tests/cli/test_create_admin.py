"""`bailiwick create-admin`: the first key of a production store, and what is told where there is none to make."""

import os
import sys
from collections.abc import Callable
from typing import NamedTuple

import pytest

from app import __main__
from app.services.keys import is_well_formed


class Done(NamedTuple):
    """How the command ended."""

    code: int | str | None
    out: str
    err: str


@pytest.fixture
def run(monkeypatch, capsys, tmp_path) -> Callable[..., Done]:
    """Runs `bailiwick` with these arguments on a SQLite file of its own."""
    for name in [name for name in os.environ if name.startswith("BAILIWICK_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)

    def run(*arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["bailiwick", *arguments])
        try:
            __main__.main()
            code = 0
        except SystemExit as error:
            code = error.code
        return Done(code, *capsys.readouterr())

    return run


ADA = ("create-admin", "--name", "Ada Admin", "--email", "ada@example.com")


def test_it_prints_a_key_once_and_a_second_call_is_refused(run):
    assert run("migrate").code == 0
    first, second = run(*ADA), run("create-admin", "--name", "Eve", "--email", "eve@example.com")
    told, key = first.out.splitlines()
    assert (first.code, first.err) == (0, "")
    assert told == "Ada Admin is an instance administrator; their key, shown this once:"
    assert is_well_formed(key)
    line = "bailiwick: there is an instance administrator already: this makes the first one alone\n"
    assert second == (1, "", line)


def test_a_store_that_was_not_migrated_is_told(run):
    assert run(*ADA) == (1, "", "bailiwick: the store is not up to date: run `bailiwick migrate`\n")


def test_what_can_not_be_is_wrong_use(run):
    run("migrate")
    hint = "(see `bailiwick create-admin --help`)\n"
    refused = run("create-admin", "--name", "Ada", "--email", "ada")
    assert refused == (2, "", f"bailiwick: `ada` is not an e-mail {hint}")
    refused = run("create-admin", "--name", "", "--email", "ada@example.com")
    assert (refused.code, refused.out) == (2, "")
    assert refused.err.startswith("bailiwick: a name has 1 to 255 characters")
    refused = run("create-admin", "--name", "Ada")
    assert refused == (2, "", f"bailiwick: missing option `--email` {hint}")
    assert run(*ADA).code == 0
