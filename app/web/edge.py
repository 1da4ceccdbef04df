"""The outermost layer: every request has an id, a line in the log and an answer, whatever happens inside."""

import logging
import random
import re
import time
from urllib.parse import quote

from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.web.refusals import refusal

log = logging.getLogger(__name__)

_SANE_ID = re.compile(rb"[A-Za-z0-9._~-]{1,64}")
_random = random.Random()  # noqa: S311 - ids of requests are no secrets, and the system's source costs 10 µs
_LONGEST_PATH = 200
_HEADERS = (
    (b"cache-control", b"no-store"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
)
"""What every answer says unless it says something else itself."""


class Edge:
    """ASGI middleware. Leaves `request_id` in the scope's state and expects `subject_id` there from whoever knows it.

    A request id is taken over from `X-Request-Id` if it is 1 to 64 url-safe characters. What is logged of a request
    is its method, path, status, duration, subject and id: never its query string, headers or body.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        exchange = Exchange(scope, send)
        try:
            await self._app(scope, receive, exchange.send)
        except ClientDisconnect:
            pass
        except Exception:
            log.exception("unforeseen failure", extra={"request_id": exchange.request_id})
            if exchange.status is None:
                await refusal(scope, 500, "internal error")(scope, receive, exchange.send)
        finally:
            exchange.note()


class Exchange:
    """One request and its answer, as far as it has got."""

    def __init__(self, scope: Scope, send: Send) -> None:
        self._scope = scope
        self._send = send
        self._state = scope.setdefault("state", {})
        self._began = time.perf_counter()
        self._noted = False
        self.request_id = _request_id(scope)
        self.status: int | None = None
        self._state["request_id"] = self.request_id

    async def send(self, message: Message) -> None:
        """Pass a message on to the server, with the headers that every answer has."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            message = {**message, "headers": self._complete(message.get("headers", ()))}
        await self._send(message)
        if message["type"] == "http.response.body" and not message.get("more_body", False):
            self.note()

    def note(self) -> None:
        """Write the request's line in the log, once: when the answer is out or there will be none."""
        if self._noted or not log.isEnabledFor(logging.INFO):
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

    def _complete(self, headers: object) -> list[tuple[bytes, bytes]]:
        # Names are in small letters: ASGI asks for that.
        given = dict(headers)  # type: ignore[call-overload]
        missing = [header for header in _HEADERS if header[0] not in given]
        return [*headers, *missing, (b"x-request-id", self.request_id.encode())]  # type: ignore[misc]


def _request_id(scope: Scope) -> str:
    given = [value for name, value in scope["headers"] if name == b"x-request-id"]
    if len(given) == 1 and _SANE_ID.fullmatch(given[0]):
        return bytes(given[0]).decode()
    return f"{_random.getrandbits(64):016x}"
