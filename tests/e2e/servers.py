"""Real servers as processes of their own, several on one store if wanted."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

PATIENCE = 30.0
"""Seconds that a server may take to start and to stop."""


@contextmanager
def serving(database_url: str, secret: str, folder: Path, **more: str) -> Iterator[str]:
    """The address of a server that runs until the block ends, with `more` settings by their names.

    Fails with what it said when it does not start.
    """
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    settings = {"DATABASE_URL": database_url, "SECRET": secret, "PORT": str(port), "EXPLORER": "false"}
    settings |= {name.upper(): value for name, value in more.items()}
    environment = os.environ | {f"BAILIWICK_{name}": value for name, value in settings.items()}
    log = folder / f"server-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "app", "serve"], env=environment, stdout=output, stderr=output
        )
    try:
        address = f"http://127.0.0.1:{port}"
        _await_ready(address, process, log)
        yield address
    finally:
        process.terminate()
        process.wait(PATIENCE)


def _await_ready(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end and process.poll() is None:
        try:
            if httpx.get(f"{address}/health/ready").status_code == httpx.codes.OK:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError(f"the server did not start; it said:\n{log.read_text(errors='replace')}")
