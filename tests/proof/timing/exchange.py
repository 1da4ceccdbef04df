"""One connection to a server, and how long each answer took."""

import json
import re
import socket
import time

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)


class Exchange:
    """Asks over one kept-alive connection, one question at a time."""

    def __init__(self, address: str) -> None:
        host, _, port = address.removeprefix("http://").partition(":")
        self._socket = socket.create_connection((host, int(port)))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def close(self) -> None:
        self._socket.close()

    def ask(self, request: bytes) -> tuple[int, bytes]:
        """How long the answer took (ns), from the first byte sent to the last received; and its body."""
        began = time.perf_counter_ns()
        self._socket.sendall(request)
        received = b""
        while True:
            received += self._socket.recv(65_536)
            head, blank, body = received.partition(b"\r\n\r\n")
            length = _LENGTH.search(head) if blank else None
            if length is not None and len(body) >= int(length[1]):
                return time.perf_counter_ns() - began, body


def request(key: str, document: str, **variables: object) -> bytes:
    """A whole request."""
    body = json.dumps({"query": document, "variables": variables}).encode()
    head = (
        f"POST /graphql HTTP/1.1\r\nHost: bailiwick.example\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body
