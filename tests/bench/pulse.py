"""How long a server's event loop is held: somebody who asks whether it lives, again and again, and notes the waits."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.bench.client import Connection

LIVE = b"GET /health/live HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
REST = 0.001
"""Seconds between an answer and the next question."""


@dataclass(slots=True)
class Pulse:
    """The longest that an answer took, in ms."""

    longest: float = 0.0
    is_felt: bool = True


@asynccontextmanager
async def pulse(port: int) -> AsyncIterator[Pulse]:
    """Feel a server's pulse while the block runs."""
    felt = Pulse()
    async with Connection.open(port) as connection:
        await connection.ask(LIVE)
        feeling = asyncio.create_task(_feel(connection, felt))
        try:
            yield felt
        finally:
            felt.is_felt = False  # told, not canceled: an answer may be under way
            await feeling


async def _feel(connection: Connection, felt: Pulse) -> None:
    while felt.is_felt:
        began = time.perf_counter()
        await connection.ask(LIVE)
        felt.longest = max(felt.longest, (time.perf_counter() - began) * 1_000)
        await asyncio.sleep(REST)
