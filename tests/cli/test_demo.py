"""`bailiwick demo` and `serve --demo`: the keys of the demo's people, and what is told where it can't be loaded."""

import asyncio
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

import pytest
from click.testing import CliRunner, Result

from app.cli import logs
from app.cli.demo import demo
from app.cli.serve import serve
from app.db.engine import Database
from app.db.migrate import upgrade
from app.services.administrators import create_administrator
from app.services.demo.large.load import large_people
from app.services.demo.large.size import Size
from app.services.demo.people import demo_people
from app.services.instance import now_us
from app.settings import load


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BAILIWICK_")}
    return {**kept, "BAILIWICK_DATABASE_URL": f"sqlite:///{tmp_path}/bailiwick.db", "BAILIWICK_PORT": "0"}


@pytest.fixture
def run(environment: dict[str, str]) -> Callable[[], Result]:
    return lambda: CliRunner().invoke(demo, env=environment)


@pytest.fixture
def somebody_elses(environment: dict[str, str]) -> None:
    """The store of an installation that has its own people."""
    url = environment["BAILIWICK_DATABASE_URL"]
    upgrade(url)

    async def fill() -> None:
        database = Database.open(url)
        await create_administrator(
            database, load(database_url=url).pepper(), now_us, name="Ada", email="ada@example.com"
        )
        await database.close()

    asyncio.run(fill())


def _people(environment: dict[str, str]) -> list[Any]:
    return demo_people(load(database_url=environment["BAILIWICK_DATABASE_URL"]).pepper())


def test_it_prints_everybodys_key_at_every_start(run, environment):
    first, second = run(), run()
    assert (first.exit_code, second.exit_code) == (0, 0)
    assert first.output == second.output
    lines = [line.split(maxsplit=2) for line in first.output.splitlines()]
    assert lines == [[person.name, person.key, person.about] for person in _people(environment)]


def test_a_store_that_holds_something_else_is_told(run, somebody_elses):
    result = run()
    assert result.exit_code == 1
    assert result.output == "Error: the store holds something else: the demo goes into an empty one\n"


LARGE = ["--large", "--environments", "30", "--teams", "3", "--people", "60"]


def test_the_large_organization_is_of_the_size_asked_for_and_its_people_too(environment):
    first, second = (CliRunner().invoke(demo, LARGE, env=environment) for _ in range(2))
    assert (first.exit_code, second.exit_code) == (0, 0), first.output
    pepper = load(database_url=environment["BAILIWICK_DATABASE_URL"]).pepper()
    people = large_people(pepper, Size(30, 10, 3, 60))
    assert [line.split()[:3] for line in first.stdout.splitlines()] == [[*p.name.split(), p.key] for p in people]
    assert first.stdout == second.stdout


def test_the_large_organization_goes_into_an_empty_store_too(run, environment):
    assert run().exit_code == 0
    result = CliRunner().invoke(demo, LARGE, env=environment)
    assert result.exit_code == 1
    assert result.output == "Error: the store holds something else: the demo goes into an empty one\n"


def test_a_size_goes_with_the_large_organization_alone(environment):
    result = CliRunner().invoke(demo, LARGE[1:], env=environment)
    assert result.exit_code == 2
    assert "only the organization of `--large` may have any size" in result.output


def test_a_size_that_could_not_be_is_refused(environment):
    result = CliRunner().invoke(demo, [*LARGE, "--projects", "31"], env=environment)
    assert result.exit_code == 2
    assert "at least one environment for each project" in result.output


@pytest.fixture
def serving(tmp_path: Path, environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-m", "app", "serve", "--demo"]
    with subprocess.Popen(
        command, env=environment, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        yield process
        process.kill()


def _address(line: str) -> str:
    return line.removeprefix("the explorer is at ").removesuffix(" until Ctrl-C\n")


def test_serving_begins_with_the_keys_and_where_the_explorer_is(serving, environment):
    lines = [serving.stdout.readline() for _ in range(12)]
    people = _people(environment)
    assert [line.split()[:2] for line in lines[:-1]] == [[person.name, person.key] for person in people]
    headers = {"Authorization": f"Bearer {people[0].key}", "Content-Type": "application/json"}
    body = b'{"query": "{ viewer { user { name } } }"}'
    with urlopen(Request(f"{_address(lines[-1])}graphql", body, headers), timeout=10) as answer:
        assert answer.read() == b'{"data":{"viewer":{"user":{"name":"Alice"}}}}'
    with urlopen(f"{_address(lines[-1])}explorer/people.json", timeout=10) as answer:
        assert people[-1].key.encode() in answer.read()


def test_serving_something_else_says_so_and_offers_nobody(somebody_elses, serving):
    address = _address(serving.stdout.readline())
    with urlopen(address, timeout=10) as answer:
        assert b"people.json" not in answer.read()
    serving.send_signal(signal.SIGINT)
    _, log = serving.communicate(timeout=20)
    assert log.startswith("the store holds something else: the demo is not loaded\n")


@pytest.fixture
def start(environment: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """Runs `bailiwick serve` up to where it would begin to answer."""
    monkeypatch.setattr(logs, "configure", lambda _: None)  # the log of the tests stays as it is
    monkeypatch.setattr("uvicorn.Server.run", lambda *_, **__: None)
    return lambda *arguments, **more: CliRunner().invoke(serve, arguments, env=environment | more)


def test_the_demo_served_beyond_this_machine_is_told(start):
    told = start("--demo", "--host", "0.0.0.0")
    assert told.exit_code == 0
    assert re.fullmatch(
        "the explorer hands the keys of the demo's people to whoever can reach "
        r"http://0\.0\.0\.0:\d+/: `--host 127\.0\.0\.1` keeps it to this machine\n",
        told.stderr,
    )
    assert "hands the keys" in start("--host", "0.0.0.0", BAILIWICK_DEMO="true").stderr
    for quiet in (
        start("--demo"),
        start("--demo", "--host", "localhost"),
        start("--demo", "--host", "0.0.0.0", BAILIWICK_EXPLORER="false"),
        start("--host", "0.0.0.0"),
    ):
        assert (quiet.exit_code, quiet.stderr) == (0, "")


def test_something_else_may_be_served_anywhere(somebody_elses, start):
    result = start("--demo", "--host", "0.0.0.0")
    assert (result.exit_code, result.stderr) == (0, "the store holds something else: the demo is not loaded\n")
