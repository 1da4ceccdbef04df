"""Whether this process lives, and whether it can answer: for whoever restarts it or sends it traffic."""

import asyncio
import logging
from collections.abc import Awaitable, Callable

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

log = logging.getLogger(__name__)

Check = Callable[[], Awaitable[bool]]
"""Whether requests can be answered now; an exception means no."""

PATIENCE = 5
"""Seconds that the check may take."""


def health_routes(check: Check) -> list[Route]:
    """`/health/live`: always 200. `/health/ready`: 200 or 503 by the check. Neither says more than that."""
    readiness = Readiness(check)

    async def live(_request: Request) -> Response:
        return _status(200, "ok")

    async def ready(_request: Request) -> Response:
        return _status(200, "ok") if await readiness.ask() else _status(503, "unavailable")

    return [Route("/health/live", live), Route("/health/ready", ready)]


class Readiness:
    """Runs the check once for all who ask at the same time: these paths are open to everybody, so they cost little."""

    def __init__(self, check: Check) -> None:
        self._check = check
        self._running: asyncio.Task[bool] | None = None

    async def ask(self) -> bool:
        """Whether requests can be answered; why not is in the log alone."""
        if self._running is None or self._running.done():
            self._running = asyncio.create_task(self._run())
        return await asyncio.shield(self._running)

    async def _run(self) -> bool:
        try:
            async with asyncio.timeout(PATIENCE):
                return await self._check()
        except Exception:
            log.exception("not ready")
            return False


def _status(status: int, text: str) -> Response:
    return Response(orjson.dumps({"status": text}), status, media_type="application/json")
