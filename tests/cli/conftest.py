"""Commands run in this process, on a SQLite file of their own."""

import os
import sys
from collections.abc import Callable
from typing import NamedTuple

import pytest

from app import __main__


class Done(NamedTuple):
    """How the command ended."""

    code: int | str | None
    out: str
    err: str


@pytest.fixture
def bailiwick(monkeypatch, capsys, tmp_path) -> Callable[..., Done]:
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
