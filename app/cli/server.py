"""How an application is served: by uvicorn, within bounds, and so that collecting garbage holds nobody."""

import gc
import socket
from typing import Final

import uvicorn
from starlette.types import ASGIApp

from app.web.protocol import BoundedProtocol

GRACE: Final = 10
"""Seconds that requests under way are given when the server is stopped."""

DUE: Final = 5
"""After how many collections of what is not quite young the collector should go over everything; Python says 10."""

OVERDUE: Final = 200
"""After how many it does so even while somebody waits."""

_NEVER: Final = 1_000_000_000


def configured(app: ASGIApp, grace: int = GRACE) -> uvicorn.Config:
    """How an application is served: HTTP within bounds, and of what uvicorn can do nothing that is done elsewhere."""
    return uvicorn.Config(
        app,
        loop="uvloop",
        http=BoundedProtocol,
        ws="none",
        lifespan="on",
        log_config=None,  # app.cli.logs has seen to it
        access_log=False,  # app.web.edge writes a line for each request
        server_header=False,
        proxy_headers=False,  # nothing here asks for the client's address or scheme
        timeout_graceful_shutdown=grace,
    )


class Server(uvicorn.Server):
    """Goes over everything for garbage when nobody waits for an answer; over what stays then never again.

    To go over all there is takes a µs for each object, half a second with some organizations in memory. What stays long
    here, facts, views and documents, goes without the collector when nobody speaks of it any more.
    """

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        young, middle, _ = gc.get_threshold()
        gc.set_threshold(young, middle, _NEVER)
        collect_and_keep()

    async def on_tick(self, counter: int) -> bool:
        """What uvicorn does ten times a second."""
        tend(is_busy=bool(self.server_state.tasks))
        return await super().on_tick(counter)


def tend(*, is_busy: bool) -> None:
    """Have the garbage collector go over everything, if that is due."""
    collections = gc.get_count()[2]
    if collections >= DUE and not is_busy:
        collect_and_keep()
    elif collections >= OVERDUE:
        gc.collect()  # what is under way now will go


def collect_and_keep() -> None:
    """Let go of all garbage, and spare the collector what is left."""
    gc.collect()
    gc.freeze()
