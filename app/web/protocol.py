"""HTTP/1.1 on one connection, as uvicorn speaks it, within bounds of size, time and number."""

import asyncio
from collections import deque
from collections.abc import Sized
from typing import Any

from uvicorn.protocols.http.flow_control import FlowControl
from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from app.web.bodies import PATIENCE

MOST_BYTES = 64 * 1024
"""What the request line with all headers may have, and trailers, and whatever else is no body."""

MOST_QUEUED = 100
"""Requests of one connection that may wait for the one before them."""


class BoundedProtocol(HttpToolsProtocol):
    """What a client without a key can make the server hold has its bounds here. Knows no WebSockets.

    Beyond MOST_BYTES the answer is 431. They are exact for a message that begins a piece; one that begins behind
    another in the same piece is counted from the next piece on, so it may have up to twice as many. Where other answers
    are owed, and beyond MOST_QUEUED, the connection ends without an answer.

    It ends as well where nobody else is waited for and headers, counted from the connection's begin or their first
    byte, or the rest of a body that has been answered, are not there in time. Whoever reads a body sees to its time;
    between messages uvicorn's own timeout holds.
    """

    patience: float = PATIENCE
    """Seconds that headers may take to arrive."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._fruitless = 0  # bytes since the parser last gave a request or a part of a body
        self._deadline: asyncio.TimerHandle | None = None
        self.pipeline = _Queue()

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self.flow = _Flow(transport, self.pipeline)
        self._wait()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self.pipeline.clear()
        self._wait_no_more()

    def data_received(self, data: bytes) -> None:
        if self._fruitless + len(data) > MOST_BYTES:
            self._receive_in_parts(data)
            return
        before = self.cycle
        self._fruitless += len(data)
        HttpToolsProtocol.data_received(self, data)  # super() would cost each request 0.1 µs
        cycle = self.cycle
        if cycle is not before:
            self._fruitless = 0
        if cycle is None or cycle.scope is not self.scope or cycle.response_complete:  # type: ignore[redundant-expr]
            if self._deadline is None:
                self._wait()
        elif self._deadline is not None:
            self._wait_no_more()

    def _receive_in_parts(self, data: bytes) -> None:
        """Parts that end where there would be too much, so that it doesn't matter how the client cut its pieces."""
        begin = 0
        while begin < len(data) and not self.transport.is_closing():
            part = data[begin : begin + MOST_BYTES - self._fruitless]
            if not part:
                self._refuse(431, f"the headers are larger than {MOST_BYTES} bytes")
                return
            begin += len(part)
            self.data_received(part)

    def on_body(self, body: bytes) -> None:
        self._fruitless = 0
        HttpToolsProtocol.on_body(self, body)

    def on_chunk_header(self) -> None:
        """Called for the last one, too, so before the trailers."""
        self.headers = []  # trailers are no headers: whoever checks those on the way has not seen these

    def on_chunk_complete(self) -> None:
        """Called for the last one where the trailers end."""
        self._fruitless = 0

    def send_400_response(self, msg: str) -> None:
        """Called for all that the parser refuses."""
        self._refuse(400, msg)

    def _refuse(self, status: int, message: str) -> None:
        if self._owes():
            self.transport.abort()  # to whoever reads no answers a closing connection stays open
            return
        if self.cycle is not None:
            self.cycle.disconnected = True  # whoever still reads the body writes nothing behind this
        headers = [
            *self.server_state.default_headers,
            (b"content-type", b"text/plain; charset=utf-8"),
            (b"content-length", b"%d" % len(message)),
            (b"connection", b"close"),
        ]
        lines = b"".join(b"%b: %b\r\n" % header for header in headers)
        self.transport.write(b"%b%b\r\n%b" % (STATUS_LINE[status], lines, message.encode("ascii")))
        self.transport.close()

    def _owes(self) -> bool:
        """Whether an answer now would come in the midst of another, before it, or after the request's own."""
        cycle = self.cycle
        if cycle is None:
            return False
        if cycle.scope is self.scope:
            return bool(self.pipeline) or cycle.response_started
        return not cycle.response_complete

    def _wait(self) -> None:
        self._deadline = self.loop.call_later(self.patience, self._end_of_patience)

    def _wait_no_more(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _end_of_patience(self) -> None:
        if self.cycle is None or self.cycle.response_complete:  # type: ignore[redundant-expr]
            self.transport.abort()
        else:
            self._deadline = None  # the server keeps the client waiting; with its answer uvicorn's timeout begins


class _Flow(FlowControl):
    """Reads nothing more while requests wait; uvicorn would, with each answer."""

    def __init__(self, transport: asyncio.Transport, waiting: Sized) -> None:
        super().__init__(transport)
        self._waiting = waiting

    def resume_reading(self) -> None:
        if self.read_paused and not self._waiting:
            super().resume_reading()


class _Queue(deque[Any]):
    """Stops the parser where there are too many: the piece may hold thousands more."""

    def appendleft(self, queued: Any, /) -> None:
        if len(self) == MOST_QUEUED:
            raise _TooManyError
        super().appendleft(queued)


class _TooManyError(Exception):
    pass
