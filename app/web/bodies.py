"""Reading a request's body, within bounds of size and time."""

import asyncio
import types
from collections.abc import Coroutine, Generator
from typing import Any, cast

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope

PATIENCE = 30
"""Seconds that a body may take to arrive."""

_DIGITS = 18


async def read_body(scope: Scope, receive: Receive, most_bytes: int) -> bytes:
    """The whole body. What counts is what arrives: a missing or lying Content-Length changes nothing.

    Expects `headers` in the scope's state. Raises HTTPException 413 for more than `most_bytes`, 408 for one that
    doesn't come, and Starlette's ClientDisconnect when the client has left.
    """
    declared = scope["state"]["headers"].get(b"content-length", b"")
    if declared.isdigit() and (len(declared) > _DIGITS or int(declared) > most_bytes):
        raise _too_large(most_bytes)
    # Most bodies are there with their headers, and a clock that is set and stopped costs more than reading one.
    reading = _read(receive, most_bytes)
    try:
        awaited = reading.send(None)
    except StopIteration as done:
        return cast(bytes, done.value)
    try:
        async with asyncio.timeout(PATIENCE):
            return await _rest(reading, awaited)
    except TimeoutError:
        raise HTTPException(
            408, f"the body did not arrive within {PATIENCE} seconds", {"Connection": "close"}
        ) from None


@types.coroutine
def _rest(begun: Coroutine[Any, Any, bytes], awaited: Any) -> Generator[Any, Any, bytes]:
    """What is left of a coroutine that has come to wait for something."""
    try:
        yield awaited
        return cast(bytes, (yield from begun))
    finally:
        begun.close()


async def _read(receive: Receive, most_bytes: int) -> bytes:
    chunks, size, more = [], 0, True
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
