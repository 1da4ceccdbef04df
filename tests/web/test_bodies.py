"""Bodies that are too large, late, or that lie about themselves."""

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.web import bodies
from app.web.bodies import read_body
from app.web.edge import Edge
from app.web.refusals import refuse
from tests.fixtures.graphql_server import assert_refused
from tests.fixtures.settled import settled

MOST = 1000


async def echo(request: Request) -> Response:
    return Response(await settled(read_body(request.scope, request.receive, MOST)))


APP = Starlette(
    routes=[Route("/", echo, methods=["POST"])],
    middleware=[Middleware(Edge)],
    exception_handlers={HTTPException: refuse},
)


@pytest.fixture
async def server() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(APP), base_url="http://server") as client:
        yield client


async def chunks(*sizes: int) -> AsyncIterator[bytes]:
    for size in sizes:
        yield b"x" * size


@pytest.mark.parametrize("sizes", [(), (0,), (1,), (MOST,), (MOST // 2, MOST // 2), (1, 0, 1)])
async def test_a_body_within_the_limit_is_read_whole(server: httpx.AsyncClient, sizes: tuple[int, ...]) -> None:
    assert (await server.post("/", content=chunks(*sizes))).content == b"x" * sum(sizes)
    assert (await server.post("/", content=b"x" * sum(sizes))).content == b"x" * sum(sizes)


@pytest.mark.parametrize("sizes", [(MOST + 1,), (MOST, 1), (1,) * (MOST + 1)])
async def test_a_larger_one_is_refused_however_it_is_sent(server: httpx.AsyncClient, sizes: tuple[int, ...]) -> None:
    for content in (chunks(*sizes), b"x" * sum(sizes)):
        response = await server.post("/", content=content)
        assert_refused(response, 413)
        assert response.headers["connection"] == "close"


@pytest.mark.parametrize("declared", ["1001", "9" * 30, "9" * 5000])
async def test_one_that_is_declared_larger_is_not_even_read(declared: str) -> None:
    assert await status_of([], declared) == 413


@pytest.mark.parametrize("declared", ["1", "0", "-1", "nonsense", "", "1e9", "²"])
async def test_a_declared_length_that_lies_changes_nothing(declared: str) -> None:
    assert await status_of([b"x" * MOST], declared) == 200
    assert await status_of([b"x" * MOST, b"x"], declared) == 413


async def test_reading_stops_where_it_is_too_much() -> None:
    endless = iter([b"x" * 100] * 10_000)
    assert await status_of(endless, None) == 413
    assert len(list(endless)) == 10_000 - MOST // 100 - 1


async def test_a_body_that_does_not_come_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "PATIENCE", 0.01)
    assert await status_of([b"x"], None, ends=False) == 408


async def status_of(parts: Iterable[bytes], declared: str | None, *, ends: bool = True) -> int:
    """The status of the answer to a body that arrives in these parts."""
    arriving = iter(parts)
    statuses = []

    async def receive() -> dict[str, Any]:
        for part in arriving:
            return {"type": "http.request", "body": part, "more_body": True}
        if not ends:
            await asyncio.Event().wait()
        return {"type": "http.request", "body": b"", "more_body": False}

    async def send(message: Any) -> None:
        statuses.append(message.get("status"))

    headers = [] if declared is None else [(b"content-length", declared.encode("latin-1"))]
    scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": headers}
    await APP(scope, receive, send)
    return int(statuses[0])
