"""`bailiwick serve` says where it is, answers, and stops in order; what keeps it from starting is told in one line."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from urllib.parse import urlsplit
from urllib.request import urlopen

import pytest
from click.testing import CliRunner, Result

from app.cli import logs
from app.cli.serve import serve
from app.db.migrate import upgrade


@pytest.fixture
def environment(tmp_path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("BAILIWICK_")}
    return {**kept, "BAILIWICK_DATABASE_URL": f"sqlite:///{tmp_path}/bailiwick.db", "BAILIWICK_PORT": "0"}


@pytest.fixture
def serving(tmp_path, environment) -> Iterator[subprocess.Popen[str]]:
    upgrade(environment["BAILIWICK_DATABASE_URL"])
    command = [sys.executable, "-m", "app", "serve"]
    with subprocess.Popen(
        command, env=environment, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        yield process
        process.kill()


@pytest.mark.parametrize(("stop", "code"), [(signal.SIGINT, 0), (signal.SIGTERM, -signal.SIGTERM)])
def test_it_answers_where_it_says_until_it_is_stopped(serving, stop, code):
    line = serving.stdout.readline()
    address = line.removeprefix("the explorer is at ").removesuffix(" until Ctrl-C\n")
    with urlopen(f"{address}health/ready", timeout=10) as answer:
        assert answer.status == 200
        assert "server" not in answer.headers
    serving.send_signal(stop)
    rest, log = serving.communicate(timeout=20)
    assert (serving.returncode, rest) == (code, "")
    assert [entry.split(" ")[1:4] for entry in log.splitlines()] == [["info", "app.web.edge:", "request"]]


def test_headers_without_end_are_refused(serving):
    address = urlsplit(serving.stdout.readline().split(" ")[-3])
    with socket.create_connection((address.hostname, address.port), timeout=20) as client:
        client.sendall(b"GET / HTTP/1.1\r\na: " + b"b" * 70_000)
        assert client.recv(1000).startswith(b"HTTP/1.1 431 ")


def test_the_garbage_collector_is_spared_what_was_there_at_the_start():
    program = "from app.cli import serve, server; import gc; server.collect_and_keep(); print(len(gc.get_objects()))"
    found = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert int(found.stdout) < 1_000


@pytest.fixture
def start(environment, monkeypatch):
    """Starts it in this process, where it is to fail before it serves."""
    monkeypatch.setattr(logs, "configure", lambda _: None)  # the log of the tests stays as it is

    def start(*arguments: str) -> Result:
        return CliRunner().invoke(serve, arguments, env=environment)

    return start


def test_a_name_that_is_no_setting_is_told(start, environment):
    environment["BAILIWICK_PROT"] = "1"
    first, second = start().stderr.splitlines()
    assert first == "`BAILIWICK_PROT` is no setting and is ignored, did you mean `BAILIWICK_PORT`?"
    assert second.startswith("Error: there is no store at ")


def test_a_port_in_use_is_told(start):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        result = start("--port", str(port))
    assert result.output == (
        f"Error: can't listen at http://127.0.0.1:{port}/: address already in use; choose with `--host` and `--port`\n"
    )
    assert result.exit_code == 1


def test_an_address_that_is_none_is_told(start):
    assert "can't listen at http://300.1.1.1:0/: " in start("--host", "300.1.1.1").output
