"""What one connection may make the server hold, asked over sockets: how long, how much, how many."""

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import Any, Self

import httptools
import pytest
import uvicorn

from app.cli.serve import configured
from app.web.protocol import MOST_BYTES, MOST_QUEUED, BoundedProtocol

PATIENCE = 0.3
LONG = 3 * PATIENCE
GET = b"GET / HTTP/1.1\r\n\r\n"
HELD = b"GET /held HTTP/1.1\r\n\r\n"
CHUNKED = b"POST %b HTTP/1.1\r\ntransfer-encoding: chunked\r\n%b\r\n"


class Serving:
    """A server in a thread; its application tells what it was sent, and at `/held` not before it is let go on."""

    def __init__(self, protocol: type[BoundedProtocol]) -> None:
        self._gate = asyncio.Semaphore(0)
        config = configured(self)
        config.http = protocol
        self.server = uvicorn.Server(config)
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self.server.run, args=([self._listener],))
        self._started = threading.Event()

    def __enter__(self) -> Self:
        self._thread.start()
        assert self._started.wait(20)
        return self

    def __exit__(self, *_: object) -> None:
        self.server.should_exit = self.server.force_exit = True
        self._thread.join(20)
        self._listener.close()

    def connect(self) -> "Client":
        return Client(self._listener.getsockname())

    def release(self, count: int) -> None:
        for _ in range(count):
            self._loop.call_soon_threadsafe(self._gate.release)

    def connection(self) -> Any:
        """The server's side of the only connection that there is."""
        wait_until(lambda: len(self.server.server_state.connections) == 1)
        return next(iter(self.server.server_state.connections))

    def call(self, function: Callable[[], None]) -> None:
        self._loop.call_soon_threadsafe(function)

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "lifespan":
            self._loop = asyncio.get_running_loop()
            for event in ("startup", "shutdown"):
                await receive()
                await send({"type": f"lifespan.{event}.complete"})
                self._started.set()
            return
        body, more = b"", scope["path"] != "/unread"
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body, more = body + message["body"], message["more_body"]
        if scope["path"] == "/held":
            await self._gate.acquire()
        names = b",".join(sorted(name for name, _ in scope["headers"]))
        told = b"%d bytes and %b" % (len(body), names)
        headers = [(b"content-length", b"%d" % len(told))]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": told})


class Client:
    """A raw socket that reads answers as they come."""

    def __init__(self, address: tuple[str, int]) -> None:
        self.socket = socket.create_connection(address, timeout=20)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.statuses: list[int] = []
        self.bodies: list[bytes] = []
        self._parser = httptools.HttpResponseParser(self)

    def on_message_begin(self) -> None:
        self.bodies.append(b"")

    def on_headers_complete(self) -> None:
        self.statuses.append(self._parser.get_status_code())

    def on_body(self, body: bytes) -> None:
        self.bodies[-1] += body

    def send(self, *pieces: bytes) -> "Client":
        with suppress(ConnectionError):  # the server may have had enough
            for piece in pieces:
                self.socket.sendall(piece)
        return self

    def answers(self, count: int) -> list[int]:
        """The statuses of all answers, once there are so many, or the server has closed."""
        while len(self.statuses) < count or not self._is_whole():
            if not self._read():
                break
        return self.statuses

    def all_answers(self) -> list[int]:
        """The statuses of all answers, once the server has closed."""
        while self._read():
            pass
        return self.statuses

    def _is_whole(self) -> bool:
        return not self.bodies or self.statuses[-1] == 100 or bool(self.bodies[-1])

    def _read(self) -> bool:
        try:
            data = self.socket.recv(65536)
        except ConnectionError:
            return False
        if data:
            self._parser.feed_data(data)
        return bool(data)


def wait_until(true: Callable[[], bool]) -> None:
    end = time.monotonic() + 20
    while not true():
        assert time.monotonic() < end
        time.sleep(0.01)


@pytest.fixture(scope="module")
def serving() -> Iterator[Serving]:
    with Serving(BoundedProtocol) as serving:
        yield serving


@pytest.fixture
def client(serving) -> Iterator[Client]:
    client = serving.connect()
    with client.socket:
        yield client
    wait_until(lambda: not serving.server.server_state.connections)


class Impatient(BoundedProtocol):
    patience = PATIENCE


@pytest.fixture(scope="module")
def serving_impatiently() -> Iterator[Serving]:
    with Serving(Impatient) as serving:
        yield serving


@pytest.fixture
def pressed(serving_impatiently) -> Iterator[Client]:
    client = serving_impatiently.connect()
    with client.socket:
        yield client


def filled(size: int, begin: bytes, end: bytes) -> bytes:
    return begin + b"x" * (size - len(begin) - len(end)) + end


def cut(data: bytes, size: int) -> list[bytes]:
    return [data[begin : begin + size] for begin in range(0, len(data), size)]


HEADS = {
    "url": (b"GET /?", b" HTTP/1.1\r\n\r\n"),
    "header": (b"GET / HTTP/1.1\r\na: ", b"\r\n\r\n"),
    "name": (b"GET / HTTP/1.1\r\n", b": a\r\n\r\n"),
    "headers": (b"GET / HTTP/1.1\r\n" + b"a: b\r\n" * 9000 + b"a: ", b"\r\n\r\n"),
}


@pytest.mark.parametrize("pieces", [1_000, 1_000_000])
@pytest.mark.parametrize("head", HEADS)
def test_headers_are_taken_up_to_a_size(client, head, pieces):
    fit, more = filled(MOST_BYTES, *HEADS[head]), filled(MOST_BYTES + 1, *HEADS[head])
    assert client.send(*cut(fit, pieces)).answers(1) == [200]
    assert client.send(GET).answers(2) == [200, 200]
    assert client.send(*cut(more, pieces)).all_answers() == [200, 200, 431]
    assert client.bodies[-1] == b"the headers are larger than 65536 bytes"


def test_headers_that_never_end_are_refused(client):
    assert client.send(b"GET / HTTP/1.1\r\n", b"a: " + b"b" * 5_000_000).all_answers() == [431]


def test_bodies_are_no_headers(client):
    size = 1_000_000
    body = b"x" * size
    declared = b"POST / HTTP/1.1\r\ncontent-length: %d\r\n\r\n%b" % (size, body)
    chunked = CHUNKED % (b"/", b"") + b"%x\r\n%b\r\n0\r\n\r\n" % (size, body)
    small = CHUNKED % (b"/", b"") + b"1\r\nx\r\n" * 50_000 + b"0\r\n\r\n"
    client.send(declared, chunked, declared + chunked, small, GET)
    assert client.answers(6) == [200] * 6
    told = [b.split(b" ")[0] for b in client.bodies]
    assert told == [b"1000000"] * 4 + [b"50000", b"0"]


def test_bodies_that_nobody_reads_are_no_headers(client):
    body = b"x" * 200_000
    assert client.send(b"POST /unread HTTP/1.1\r\ncontent-length: 200000\r\n\r\n").answers(1) == [200]
    assert client.send(body, CHUNKED % (b"/unread", b"") + b"30d40\r\n").answers(2) == [200, 200]
    assert client.send(body, b"\r\n0\r\n\r\n", GET).answers(3) == [200, 200, 200]


def test_a_request_may_come_byte_by_byte_and_many_in_one_piece(client):
    post = b"POST / HTTP/1.1\r\na: b\r\ncontent-length: 5\r\n\r\nhello"
    client.send(*cut(post, 1))
    client.send(post * 50 + post[:20], post[20:])
    assert client.answers(52) == [200] * 52
    assert set(client.bodies) == {b"5 bytes and a,content-length"}


@pytest.mark.parametrize("pieces", [1_000, 1_000_000])
def test_trailers_are_taken_up_to_a_size(client, pieces):
    fit, more = (filled(MOST_BYTES + each, b"0\r\na: ", b"\r\n\r\n") for each in (0, 1))
    post = CHUNKED % (b"/", b"expect: 100-continue\r\n")
    assert client.send(post).answers(1) == [100]
    assert client.send(*cut(fit, pieces)).answers(2) == [100, 200]
    assert client.send(filled(MOST_BYTES, *HEADS["header"])).answers(3) == [100, 200, 200]
    assert client.send(post).answers(4)[3:] == [100]
    assert client.send(*cut(more, pieces)).all_answers()[4:] == [431]


def test_trailers_are_no_headers(client):
    client.send(CHUNKED % (b"/", b"a: b\r\n") + b"1\r\nx\r\n0\r\nauthorization: Bearer c\r\n\r\n")
    assert client.answers(1) == [200]
    assert client.bodies == [b"1 bytes and a,transfer-encoding"]


def test_what_has_been_answered_is_not_answered_again(client):
    assert client.send(CHUNKED % (b"/unread", b"")).answers(1) == [200]
    assert client.send(b"0\r\n", *[b"a: b\r\n"] * 30_000).all_answers() == [200]


REFUSED = {400: b"nonsense\r\n\r\n", 431: filled(2 * MOST_BYTES, *HEADS["header"])}


@pytest.mark.parametrize(("status", "bad"), REFUSED.items(), ids=map(str, REFUSED))
def test_nothing_is_refused_in_the_midst_of_answers(serving, client, status, bad):
    assert client.send(bad).all_answers() == [status]
    behind = serving.connect()
    with behind.socket:
        behind.send(HELD)
        wait_until(lambda: bool(serving.server.server_state.tasks))
        assert behind.send(bad).all_answers() == []
    serving.release(1)
    wait_until(lambda: not serving.server.server_state.tasks)


def test_so_many_requests_may_wait(serving, client):
    client.send(HELD * (1 + MOST_QUEUED))
    serving.release(1 + MOST_QUEUED)
    assert client.answers(1 + MOST_QUEUED) == [200] * (1 + MOST_QUEUED)
    assert client.send(HELD * (2 + MOST_QUEUED)).all_answers()[1 + MOST_QUEUED :] == []
    serving.release(1)
    wait_until(lambda: not serving.server.server_state.tasks)


def test_nothing_is_read_while_requests_wait(serving, client):
    client.send(HELD * 60)
    serving.release(1)
    assert client.answers(1) == [200]
    client.send(HELD * 60)  # too many, if they were read now
    serving.release(1)
    assert client.answers(2) == [200] * 2
    serving.release(118)
    assert client.answers(120) == [200] * 120


def test_what_waits_is_forgotten_with_its_connection(serving):
    client = serving.connect()
    with client.socket:
        protocol = serving.connection()
        client.send(HELD * 10)
        wait_until(lambda: len(protocol.pipeline) == 9)
        serving.call(protocol.transport.abort)
        assert client.all_answers() == []
        wait_until(lambda: not serving.server.server_state.connections)
        assert not protocol.pipeline
    serving.release(1)
    wait_until(lambda: not serving.server.server_state.tasks)


@pytest.mark.parametrize("sent", [b"", b"\r\n", b"G", b"GET / HTTP/1.1\r\n", b"GET / HTTP/1.1\r\na: b\r\n"])
def test_headers_are_not_waited_for_for_ever(pressed, sent):
    assert pressed.send(sent).all_answers() == []


@pytest.mark.parametrize("sent", [b"G", b"GET / HTTP/1.1\r\na: b"])
def test_nor_are_those_of_a_later_request(pressed, sent):
    assert pressed.send(GET).answers(1) == [200]
    assert pressed.send(sent).all_answers() == [200]


def trickle(client: Client, data: bytes) -> bool:
    """Whether the server ends the connection while something comes now and then."""
    client.socket.settimeout(PATIENCE / 10)
    for _ in range(600):
        client.send(data)
        with suppress(TimeoutError):
            return not client._read()
    return False


def test_headers_that_come_slowly_have_no_longer(pressed):
    pressed.send(b"GET / HTTP/1.1\r\na: ")
    assert trickle(pressed, b"b")


def test_nor_has_the_body_of_what_is_answered(pressed):
    pressed.send(b"POST /unread HTTP/1.1\r\ncontent-length: 1000000\r\n\r\n")
    assert pressed.answers(1) == [200]
    assert trickle(pressed, b"b")


def test_a_connection_may_be_idle_between_requests(pressed):
    for count in range(1, 3):
        assert pressed.send(GET).answers(count) == [200] * count
        time.sleep(LONG)
    assert pressed.send(GET[:5], GET[5:]).answers(3) == [200] * 3


def test_a_body_and_an_answer_have_their_own_time(serving_impatiently, pressed):
    pressed.send(b"POST /held HTTP/1.1\r\ncontent-length: 2\r\n\r\n1")
    time.sleep(LONG)
    pressed.send(b"2" + GET[:5])  # the second can't end before the server takes up the first
    time.sleep(LONG)
    serving_impatiently.release(1)
    assert pressed.answers(1) == [200]
    assert pressed.send(GET[5:]).answers(2) == [200, 200]


def test_upgrades_are_not_taken(client):
    upgrade = b"connection: upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: YQ==\r\n"
    assert client.send(b"GET / HTTP/1.1\r\n%b\r\n" % upgrade).answers(1) == [200]
    assert client.send(GET).answers(2) == [200, 200]


def test_http_1_0_is_answered_once(client):
    assert client.send(b"GET / HTTP/1.0\r\n\r\n").all_answers() == [200]
