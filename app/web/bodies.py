"""Reading a request's body, within bounds of size and time."""

import asyncio

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope

from app.eager import Rest, Soon, begin

PATIENCE = 30
"""Seconds that a body may take to arrive."""

_DIGITS = 18


def read_body(scope: Scope, receive: Receive, most_bytes: int) -> Soon[bytes]:
    """The whole body. What counts is what arrives: a missing or lying Content-Length changes nothing.

    Expects `headers` in the scope's state. Raises HTTPException 413 for more than `most_bytes`, 408 for one that
    doesn't come, and Starlette's ClientDisconnect when the client has left.
    """
    declared = scope["state"]["headers"].get(b"content-length", b"")
    if declared.isdigit() and (len(declared) > _DIGITS or int(declared) > most_bytes):
        raise _too_large(most_bytes)
    # Most bodies are there with their headers, and a clock that is set and stopped costs more than reading one.
    body = begin(_read(receive, most_bytes))
    return begin(_in_time(body)) if isinstance(body, Rest) else body


async def _in_time(body: Rest[bytes]) -> bytes:
    try:
        async with asyncio.timeout(PATIENCE):
            return await body
    except TimeoutError:
        raise HTTPException(
            408, f"the body did not arrive within {PATIENCE} seconds", {"Connection": "close"}
        ) from None


async def _read(receive: Receive, most_bytes: int) -> bytes:
    chunks: list[bytes] = []
    size, more = 0, True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunks.append(message.get("body", b""))
        size += len(chunks[-1])
        if size > most_bytes:
            raise _too_large(most_bytes)
        more = message.get("more_body", False)
    return b"".join(chunks)


def _too_large(most_bytes: int) -> HTTPException:
    # The rest of the body is not waited for, so this connection can't carry another request.
    return HTTPException(
        413, f"the body is larger than {most_bytes} bytes: ask for less at a time", {"Connection": "close"}
    )
