"""Somebody of the generated organization who asks a server, and what it cost the server."""

import asyncio
import statistics
import time
from typing import Any

import orjson

from app.services.demo.large.people import key_of
from tests.bench.client import Connection, post
from tests.bench.operations import body
from tests.bench.processes import Process
from tests.bench.store import SECRET

Data = dict[str, Any]

SETTLED = 0.0003
"""Seconds after which a server that has answered sleeps: what it runs before that is not yet in its accounts."""


class Asker:
    """The person of a number, on a connection to a server."""

    def __init__(self, process: Process, connection: Connection, number: int) -> None:
        self.number = number
        self._process = process
        self._connection = connection
        self._key = key_of(SECRET.encode(), number)

    async def ask(self, document: str, **variables: object) -> Data:
        """The data of an answer. Raises AssertionError where it has errors."""
        answer = await self._connection.ask(post(self._key, body(document, **variables)))
        assert answer.is_good, answer.body[:500]
        data: Data = orjson.loads(answer.body)["data"]
        return data

    async def measured(self, document: str, **variables: object) -> tuple[Data, float]:
        """The data of an answer, and the server's CPU for it, µs."""
        before = self._process.cpu_ns()
        data = await self.ask(document, **variables)
        await asyncio.sleep(SETTLED)
        return data, (self._process.cpu_ns() - before) / 1_000

    async def cpu(self, document: str, **variables: object) -> float:
        """The server's CPU for one answer, µs."""
        return (await self.measured(document, **variables))[1]

    async def usual_cpu(self, document: str, *, times: int, **variables: object) -> float:
        """The median of several answers' CPU, µs, the first ones left out."""
        found = [await self.cpu(document, **variables) for _ in range(times + 2)]
        return statistics.median(found[2:])

    async def seconds(self, document: str, **variables: object) -> float:
        """How long one answer takes by the wall."""
        began = time.perf_counter()
        await self.ask(document, **variables)
        return time.perf_counter() - began
