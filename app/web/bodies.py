"""Reading a request's body, within bounds of size and time."""

import asyncio

from starlette.exceptions import HTTPException
from starlette.requests import Request

PATIENCE = 30
"""Seconds that a body may take to arrive."""

_DIGITS = 18


async def read_body(request: Request, most_bytes: int) -> bytes:
    """The whole body. What counts is what arrives: a missing or lying Content-Length changes nothing.

    Raises HTTPException 413 for more than `most_bytes`, 408 for one that doesn't come, and Starlette's
    ClientDisconnect when the client has left.
    """
    declared = request.headers.get("content-length", "")
    if declared.isdecimal() and (len(declared) > _DIGITS or int(declared) > most_bytes):
        raise _too_large(most_bytes)
    try:
        async with asyncio.timeout(PATIENCE):
            return await _read(request, most_bytes)
    except TimeoutError:
        raise HTTPException(
            408, f"the body did not arrive within {PATIENCE} seconds", {"Connection": "close"}
        ) from None


async def _read(request: Request, most_bytes: int) -> bytes:
    chunks, size = [], 0
    async for chunk in request.stream():
        size += len(chunk)
        if size > most_bytes:
            raise _too_large(most_bytes)
        chunks.append(chunk)
    return b"".join(chunks)


def _too_large(most_bytes: int) -> HTTPException:
    # The rest of the body is not waited for, so this connection can't carry another request.
    return HTTPException(
        413, f"the body is larger than {most_bytes} bytes: ask for less at a time", {"Connection": "close"}
    )
