"""A client that costs little: few connections kept alive, requests made in advance, answers not parsed."""

import asyncio
import re
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Self

from tests.bench.operations import Question
from tests.bench.processes import CORES

CONNECTIONS = 4
PATIENCE = 300
"""Seconds that an answer may take."""

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_GRANT = re.compile(rb'"id":"(gra_\w+)"')


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back."""

    status: int
    body: bytes

    @property
    def is_good(self) -> bool:
        """Whether it is an answer without errors."""
        return self.status == 200 and b'"errors":' not in self.body  # some servers put them last


@dataclass(slots=True)
class Tally:
    """How long the exchanges of a run took (ns, by the wall), and how many came to nothing."""

    times: list[int] = field(default_factory=list)
    failed: int = 0
    dropped: int = 0


class Connection(asyncio.Protocol):
    """One kept-alive connection; one request at a time."""

    def __init__(self) -> None:
        self._buffer = b""
        self._waiting: asyncio.Future[Answer] | None = None
        self._gone = asyncio.get_running_loop().create_future()

    @classmethod
    @asynccontextmanager
    async def open(cls, port: int) -> AsyncIterator[Self]:
        """A connection to a server on this machine, until the block ends."""
        _, connection = await asyncio.get_running_loop().create_connection(cls, "127.0.0.1", port)
        try:
            yield connection
        finally:
            connection._transport.close()
            await connection._gone

    async def ask(self, request: bytes) -> Answer:
        """The answer to a whole request. Raises ConnectionError and TimeoutError."""
        if self._gone.done():
            raise ConnectionResetError
        self._waiting = asyncio.get_running_loop().create_future()
        self._transport.write(request)
        try:
            return await asyncio.wait_for(asyncio.shield(self._waiting), PATIENCE)
        except TimeoutError:
            self._transport.abort()  # what comes later would be taken for the answer to something else
            raise

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.WriteTransport)
        self._transport = transport

    def connection_lost(self, exc: Exception | None) -> None:
        self._gone.set_result(None)
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(exc or ConnectionResetError())

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        head, blank, body = self._buffer.partition(b"\r\n\r\n")
        length = _LENGTH.search(head) if blank else None
        if length is not None and len(body) >= int(length[1]):
            self._buffer = b""
            assert self._waiting is not None
            self._waiting.set_result(Answer(int(head[9:12]), body))


def post(key: str, body: bytes) -> bytes:
    """A whole request that asks GraphQL."""
    head = (
        f"POST /graphql HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nAccept: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


def request(question: Question) -> bytes:
    """The whole request of a question."""
    return post(question.key, question.body)


async def exchange(connection: Connection, question: Question, prepared: bytes) -> tuple[Answer, Answer | None]:
    """The answer to a question; to a grant, that it is taken back again as well."""
    answer = await connection.ask(prepared)
    if question.restriction is None or not answer.is_good:
        return answer, None
    grant_id = _GRANT.findall(answer.body)[-1].decode()
    return answer, await connection.ask(post(question.key, question.removal(grant_id)))


async def run(port: int, questions: Sequence[Question], times: int) -> Tally:
    """Ask every question so many times over a few connections, each going on when its answer is there."""
    tally, waiting = Tally(), iter([(one, request(one)) for one in questions] * times)
    async with awake():
        await asyncio.gather(*(_go_on(port, waiting, tally) for _ in range(CONNECTIONS)))
    return tally


@asynccontextmanager
async def awake() -> AsyncIterator[None]:
    """Never sleep meanwhile, where that takes no server's core.

    Whoever writes to a process that sleeps pays for waking it: up to 20 µs an answer, the more the slower answers come.
    Clients elsewhere cost no server that.
    """
    loop, is_over = asyncio.get_running_loop(), False

    def turn() -> None:
        if not is_over:
            loop.call_soon(turn)

    if len(CORES) != 1:
        turn()
    try:
        yield
    finally:
        is_over = True


async def _go_on(port: int, waiting: Iterator[tuple[Question, bytes]], tally: Tally) -> None:
    left = True
    while left:
        async with Connection.open(port) as connection:
            left = await _ask(connection, waiting, tally)


async def _ask(connection: Connection, waiting: Iterator[tuple[Question, bytes]], tally: Tally) -> bool:
    """Ask what is waiting; whether some may be left, because the connection is of no more use."""
    for question, prepared in waiting:
        began = time.perf_counter_ns()
        try:
            answers = await exchange(connection, question, prepared)
        except (OSError, TimeoutError):
            tally.dropped += 1
            return True
        tally.times.append(time.perf_counter_ns() - began)
        tally.failed += any(answer is not None and not answer.is_good for answer in answers)
    return False
