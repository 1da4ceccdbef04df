"""One trial: the tests in a copy of the tree of their own, with one fault in it, until the first of them fails."""

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.mutants.mutant import Mutant
from tests.mutants.witness import FAILED

PATIENCE = 1800
"""Seconds after which tests that have not ended are given up; a fault that hangs them has been noticed."""

_LEFT_OUT = shutil.ignore_patterns(".*", "data", "dist")
_PYTEST = ("-m", "pytest", "-x", "-q", "-p", "no:cacheprovider", "-p", "tests.mutants.witness", "--db", "sqlite")
_NO_MUTANTS = "--ignore=tests/mutants"  # that what they change stands there once is not to be seen by a mutant


class TrialError(Exception):
    """The tests could not be run at all, so they say nothing of the fault."""


@dataclass(frozen=True, slots=True)
class Trial:
    """What became of a mutant: the test that failed, None where all passed; and how long that took, in seconds."""

    mutant: Mutant
    killed_by: str | None
    seconds: float


@contextmanager
def copied(tree: Path) -> Iterator[Path]:
    """A copy of a tree, gone afterwards; compiled files come along, they know what they were made from."""
    with tempfile.TemporaryDirectory(prefix="bailiwick-mutant-") as folder:
        copy = Path(folder) / "tree"
        shutil.copytree(tree, copy, ignore=_LEFT_OUT)
        yield copy


def tried(mutant: Mutant, tree: Path, *, quick: bool) -> Trial:
    """Run the tests that a mutant names on a copy of the tree with its fault; if they all pass, unless quick, all."""
    began = time.monotonic()
    with copied(tree) as copy:
        _plant(mutant, copy)
        killed_by = failing(copy, mutant.tests)
        if killed_by is None and not quick:
            killed_by = failing(copy, ())
    return Trial(mutant, killed_by, time.monotonic() - began)


def _plant(mutant: Mutant, copy: Path) -> None:
    path, text = copy / mutant.file, mutant.mutated(copy)
    path.write_text(text, encoding="utf-8")
    # A compiled file is known by its source's size and second of writing, which a fault may leave as they were.
    for compiled in (path.parent / "__pycache__").glob(f"{path.stem}.*.pyc"):
        compiled.unlink()


def failing(copy: Path, tests: Iterable[str]) -> str | None:
    """The first of the tests that fails there, None where all pass. Raises TrialError where they can't be run."""
    witnessed = copy / FAILED
    witnessed.unlink(missing_ok=True)
    environment = {**os.environ, "PYTHONPATH": str(copy), "PYTEST_ADDOPTS": ""}
    command = [sys.executable, *_PYTEST, _NO_MUTANTS, *tests]
    code, said = _run(command, copy, environment)
    if code == 0:
        return None
    if witnessed.is_file():
        return witnessed.read_text(encoding="utf-8").splitlines()[0]
    if code is None:
        return f"no end within {PATIENCE} seconds"
    raise TrialError(f"pytest ended with {code} and no test had failed:\n{said}")


def _run(command: Sequence[str], folder: Path, environment: dict[str, str]) -> tuple[int | None, str]:
    """The exit code, None for want of patience, and the last of what was printed."""
    with subprocess.Popen(
        command, cwd=folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as running:
        try:
            said, _ = running.communicate(timeout=PATIENCE)
            return running.returncode, said[-2000:]
        except subprocess.TimeoutExpired:
            running.send_signal(signal.SIGINT)  # so that the tests stop what they have started
            try:
                running.wait(timeout=10)
            except subprocess.TimeoutExpired:
                running.kill()
            return None, ""
