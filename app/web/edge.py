"""The outermost layer: every request has an id, a line in the log and an answer, whatever happens inside."""

import logging
import random
import re
import time
from collections.abc import Awaitable, Iterable, Mapping
from types import MappingProxyType
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.refusals import refusal, refuse

log = logging.getLogger(__name__)

Header = tuple[bytes, bytes]

_SANE_ID = re.compile(rb"[A-Za-z0-9._~-]{1,64}")
_random = random.Random()  # noqa: S311 - ids of requests are no secrets, and the system's source costs 10 µs
_LONGEST_PATH = 200
_HEADERS = (
    (b"cache-control", b"no-store"),
    (b"x-content-type-options", b"nosniff"),
)
"""What every answer says unless it says something else itself."""
_NAMES = frozenset(name for name, _ in _HEADERS)


class Edge:
    """ASGI middleware. Leaves `request_id` and `headers` in the scope's state, for whoever is inside.

    `headers` are the request's by their names in small letters (bytes); one that was sent several times is joined by
    commas (RFC 9110, section 5.3). `subject_id` is expected there from whoever knows it.

    A request id is taken over from `X-Request-Id` if it is 1 to 64 url-safe characters. What is logged of a request
    is its method, path, status, duration, subject and id: never its query string, headers or body.

    `endpoints` answer the paths that are asked most, past the application and its router: those cost a tenth of what a
    small answer does.
    """

    def __init__(self, app: ASGIApp, endpoints: Mapping[str, ASGIApp] = MappingProxyType({})) -> None:
        self._app = app
        self._endpoints = endpoints

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = Exchange(scope, send)
        try:
            await self._endpoints.get(scope["path"], self._app)(scope, receive, exchange.send)
        except ClientDisconnect:
            pass
        except Exception as error:
            if isinstance(error, HTTPException) and exchange.status is None:
                await refuse(Request(scope), error)(scope, receive, exchange.send)
                return
            log.exception("unforeseen failure", extra={"request_id": exchange.request_id})
            if exchange.status is None:
                await refusal(scope, 500, "internal error")(scope, receive, exchange.send)
        finally:
            exchange.note()


class Exchange:
    """One request and its answer, as far as it has got."""

    __slots__ = ("_began", "_noted", "_scope", "_send", "_state", "request_id", "status")

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope = scope
        self._send = send
        self._state = scope.setdefault("state", {})
        self._began = time.perf_counter()
        self._noted = not log.isEnabledFor(logging.INFO)
        headers = dict(scope["headers"])
        if len(headers) != len(scope["headers"]):
            headers = _joined(scope["headers"])
        self._state["headers"] = headers
        self.request_id = self._state["request_id"] = _request_id(headers.get(b"x-request-id"))
        self.status: int | None = None

    def send(self, message: Message) -> Awaitable[None]:
        """Pass a message on to the server, with the headers that every answer has."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message = {**message, "headers": self._complete(message.get("headers", ()))}
        elif not message.get("more_body", False):
            self.note()
        return self._send(message)

    def note(self) -> None:
        """Write the request's line in the log, once: as the answer goes out, or when there will be none."""
        if self._noted:
            return
        self._noted = True
        entry = {
            "method": self._scope["method"],
            "path": quote(self._scope["path"])[:_LONGEST_PATH],
            "status": self.status,
            "ms": round((time.perf_counter() - self._began) * 1000, 1),
            "request_id": self.request_id,
        }
        if "subject_id" in self._state:
            entry["subject_id"] = self._state["subject_id"]
        log.info("request", extra=entry)

    def _complete(self, headers: Iterable[Header]) -> list[Header]:
        # Names are in small letters: ASGI asks for that.
        given = [name for name, _ in headers]
        missing = _HEADERS if _NAMES.isdisjoint(given) else [each for each in _HEADERS if each[0] not in given]
        return [*headers, *missing, (b"x-request-id", self.request_id.encode())]


def _joined(headers: Iterable[Header]) -> dict[bytes, bytes]:
    joined: dict[bytes, bytes] = {}
    for name, value in headers:
        joined[name] = value if name not in joined else joined[name] + b", " + value
    return joined


def _request_id(given: bytes | None) -> str:
    if given is not None and _SANE_ID.fullmatch(given):
        return given.decode()
    return f"{_random.getrandbits(64):016x}"
