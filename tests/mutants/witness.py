"""A pytest plugin for trials: sees to it that the copy is what is tested, and writes down which test failed."""

from pathlib import Path
from typing import Any

import pytest

import app

FAILED = "failed-test.txt"
"""The file in the copy, a line for each test that failed."""


def pytest_configure(config: pytest.Config) -> None:
    """The installed package leads to the tree that people work in; a trial must not test that."""
    if not Path(app.__file__).is_relative_to(config.rootpath):
        raise pytest.UsageError(f"{app.__file__} is tested, not what is in {config.rootpath}")


def pytest_runtest_logreport(report: Any) -> None:
    if report.failed:
        with Path(FAILED).open("a", encoding="utf-8") as file:
            file.write(f"{report.nodeid}\n")
