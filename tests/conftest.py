"""What all tests share: on which databases they run, and one PostgreSQL server for all of them."""

import os
from contextlib import ExitStack
from typing import Any

import pytest

from tests.fixtures.postgres import server

pytest_plugins = [
    "tests.fixtures.answers",
    "tests.fixtures.command",
    "tests.fixtures.database",
    "tests.fixtures.facts_memory",
]

KINDS = {"sqlite": ["sqlite"], "postgresql": ["postgresql"], "both": ["sqlite", "postgresql"]}
SERVER_URL = pytest.StashKey[str]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """`--db` narrows the tests that touch a store to one kind of it."""
    parser.addoption("--db", choices=list(KINDS), default="both", help="databases to run on (default: both)")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Every test that needs a store, itself or through a fixture, runs once on each kind."""
    if "database_kind" in metafunc.fixturenames:
        metafunc.parametrize("database_kind", KINDS[metafunc.config.getoption("--db")])


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tests spread over several processes share one PostgreSQL server, which the first of them starts."""
    config: pytest.Config = node.config
    if config.getoption("--db") == "sqlite" or os.environ.get("TEST_DATABASE_URL"):
        return
    if SERVER_URL not in config.stash:
        servers = ExitStack()
        config.add_cleanup(servers.close)
        config.stash[SERVER_URL] = servers.enter_context(server())
    node.workerinput["postgresql_server"] = config.stash[SERVER_URL]
