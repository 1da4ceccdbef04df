"""`python -m tests.bench.server NAME SIZE`: serve one entrant, exactly as `bailiwick serve` does; prints its port."""

import socket
import sys
from dataclasses import astuple

from app.cli import logs
from app.cli.server import Server, configured
from app.services.demo.large.size import Size
from app.settings import load
from tests.bench.entrants import application


def told(size: Size) -> str:
    """A size as an argument."""
    return ",".join(str(number) for number in astuple(size))


class Told(Server):
    """Says when it is there."""

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        assert sockets
        print(sockets[0].getsockname()[1], flush=True)  # noqa: T201 - it is what the one who measures waits for


def main(name: str, size: str) -> None:
    """Serve until told to stop."""
    settings = load()
    logs.configure(settings)
    app = application(name, settings, Size(*map(int, size.split(","))))
    with socket.create_server(("127.0.0.1", 0), backlog=2048) as listener:
        Told(configured(app, grace=1)).run(sockets=[listener])


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
