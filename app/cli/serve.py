"""`bailiwick serve`: the server."""

import asyncio
import socket
from contextlib import suppress
from ipaddress import ip_address

import click

from app.asgi import create_app
from app.cli import demo, logs
from app.cli.server import Server, configured
from app.cli.settings import warn_of_unknown
from app.cli.store import expect_current, expect_secret
from app.db.engine import Database
from app.services.demo.people import demo_people
from app.settings import Settings, load


@click.command
@click.option("--host", help="The address to listen on, instead of BAILIWICK_HOST.")
@click.option("--port", type=int, help="The port to listen on, instead of BAILIWICK_PORT.")
@click.option(
    "--demo", "is_demo", is_flag=True, help="Load the demo organizations into an empty store, as BAILIWICK_DEMO does."
)
def serve(host: str | None, port: int | None, is_demo: bool) -> None:
    """Answer questions until Ctrl-C."""
    warn_of_unknown()
    asked = {"host": host, "port": port, "demo": is_demo or None}
    settings = load(**{name: value for name, value in asked.items() if value is not None})
    logs.configure(settings)
    with _listener(settings) as listener:
        prepared = _prepared(settings)
        _warn_of_open_keys(prepared, listener)
        server = _Server(prepared, listener)
        try:
            with suppress(KeyboardInterrupt):  # raised when the server has stopped in order
                server.run(sockets=[listener])
        except SystemExit:
            raise click.ClickException("the server did not start: the log says why") from None


class _Server(Server):
    """Says where it is when it is there."""

    def __init__(self, settings: Settings, listener: socket.socket) -> None:
        super().__init__(configured(create_app(settings)))
        self._place = _place(settings.host, listener.getsockname()[1])
        self._explorer = settings.explorer

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        what = "the explorer is" if self._explorer else "Bailiwick answers"
        click.echo(f"{what} at {self._place} until Ctrl-C")


def _prepared(settings: Settings) -> Settings:
    """The settings to serve with: without the demo's people, where the store is not the demo's."""
    if settings.demo and demo.prepare(settings):
        demo.show(demo_people(settings.pepper()))
    elif settings.demo:
        click.echo("the store holds something else: the demo is not loaded", err=True)
        return settings.model_copy(update={"demo": False})
    else:
        expect_current(settings)
        asyncio.run(_expect_secret(settings))
    return settings


async def _expect_secret(settings: Settings) -> None:
    database = Database.open(settings.database_url)
    try:
        await expect_secret(database, settings)
    finally:
        await database.close()


def _warn_of_open_keys(settings: Settings, listener: socket.socket) -> None:
    address, port = listener.getsockname()[:2]  # not a name, as `localhost` is
    if settings.demo and settings.explorer and not ip_address(address).is_loopback:
        what = f"the explorer hands the keys of the demo's people to whoever can reach {_place(settings.host, port)}"
        click.echo(f"{what}: `--host 127.0.0.1` keeps it to this machine", err=True)


def _listener(settings: Settings) -> socket.socket:
    """Taken before anything is loaded, so that a port in use is told at once."""
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=2048)
    except OSError as error:
        place = _place(settings.host, settings.port)
        reason = str(error.strerror).partition(" (")[0].lower()  # Python repeats the address there
        raise click.ClickException(f"can't listen at {place}: {reason}; choose with `--host` and `--port`") from error


def _place(host: str, port: int) -> str:
    return f"http://[{host}]:{port}/" if ":" in host else f"http://{host}:{port}/"
