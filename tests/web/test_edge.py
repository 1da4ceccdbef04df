"""The outermost layer: ids, the log, headers, and an answer whatever happens inside."""

import asyncio
import logging
from collections.abc import AsyncIterator, MutableMapping
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from app.web.edge import Edge
from app.web.refusals import refuse
from tests.fixtures.graphql_server import assert_refused


def ours(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    """What this program has logged; the client of the tests may log its requests as well."""
    return [record for record in caplog.records if record.name.startswith("app.")]


def fine(request: Request) -> Response:
    request.scope["state"]["subject_id"] = "usr_1"
    return PlainTextResponse("fine")


def kept(request: Request) -> Response:
    return PlainTextResponse("kept", headers={"Cache-Control": "max-age=60"})


def broken(request: Request) -> Response:
    raise RuntimeError("SELECT secret FROM app.py")


def gone(request: Request) -> Response:
    raise ClientDisconnect


def refused(request: Request) -> Response:
    raise HTTPException(409, "not like this", {"Retry-After": "7"})


async def half(request: Request) -> Response:
    async def parts() -> AsyncIterator[str]:
        yield "half"
        raise RuntimeError("secret")

    return StreamingResponse(parts())


async def refusing(scope: Scope, receive: Receive, send: Send) -> None:
    """An endpoint that the edge passes requests on to itself."""
    if scope["query_string"] == b"late":
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b""})
    raise HTTPException(409, "not like this", {"Retry-After": "7"})


async def sent(path: str) -> list[str]:
    """The types of the messages that the server is given for this path."""
    types: list[str] = []

    async def receive() -> dict[str, object]:
        await asyncio.Event().wait()
        return {}

    async def send(message: MutableMapping[str, Any]) -> None:
        types.append(message["type"])

    await APP({"type": "http", "method": "GET", "path": path, "query_string": b"", "headers": []}, receive, send)
    return types


ROUTES = [Route(f"/{endpoint.__name__}", endpoint) for endpoint in (fine, kept, broken, gone, refused, half)]
APP = Starlette(routes=ROUTES, middleware=[Middleware(Edge)], exception_handlers={HTTPException: refuse})


STRAIGHT = Edge(APP, {"/straight": refusing})


@pytest.fixture
async def server() -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(APP), base_url="http://server") as client:
        yield client


async def test_every_answer_has_an_id_and_the_headers(server: httpx.AsyncClient) -> None:
    ids = set()
    for path in ("/fine", "/broken", "/missing"):
        response = await server.get(path)
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["cache-control"] == "no-store"
        assert not [name for name in response.headers if name.startswith("access-control-")]
        ids.add(response.headers["x-request-id"])
    assert len(ids) == 3


async def test_what_an_answer_says_itself_stays(server: httpx.AsyncClient) -> None:
    response = await server.get("/kept")
    assert response.headers.get_list("cache-control") == ["max-age=60"]
    assert response.headers.get_list("x-content-type-options") == ["nosniff"]


@pytest.mark.parametrize("given", ["a", "01HZX-3_~.9", "x" * 64])
async def test_a_sane_id_is_taken_over(server: httpx.AsyncClient, given: str) -> None:
    response = await server.get("/broken", headers={"X-Request-Id": given})
    assert response.headers.get_list("x-request-id") == [given]
    assert response.json()["errors"][0]["extensions"]["requestId"] == given


@pytest.mark.parametrize("given", ["", "x" * 65, "a b", "a\tb", "é", "a/b", "<script>", "a,b"])
async def test_another_is_not(server: httpx.AsyncClient, given: str) -> None:
    response = await server.get("/fine", headers={"X-Request-Id": given.encode()})
    assert given != response.headers["x-request-id"] != ""


async def test_of_two_ids_neither_is_taken(server: httpx.AsyncClient) -> None:
    response = await server.get("/fine", headers=[("X-Request-Id", "a"), ("X-Request-Id", "b")])
    assert response.headers["x-request-id"] not in ("a", "b")


async def test_an_unforeseen_failure_says_nothing_and_is_logged_whole_once(
    server: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    response = await server.get("/broken", headers={"X-Request-Id": "r-1"})
    assert_refused(response, 500, "INTERNAL")
    assert response.json()["errors"][0]["message"] == "internal error"
    (record,) = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert record.exc_info
    assert vars(record)["request_id"] == "r-1"


async def test_an_answer_that_breaks_off_is_logged_and_not_begun_again(caplog: pytest.LogCaptureFixture) -> None:
    assert await sent("/half") == ["http.response.start", "http.response.body"]
    assert "RuntimeError" in caplog.text


async def test_a_client_that_leaves_is_no_failure(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, logger="app"):
        assert await sent("/gone") == []
    (record,) = ours(caplog)
    assert vars(record)["status"] is None


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE", "OPTIONS"])
async def test_unknown_paths_are_not_found(server: httpx.AsyncClient, method: str) -> None:
    response = await server.request(method, "/missing")
    assert_refused(response, 404, "NOT_FOUND")
    assert response.json()["errors"][0]["message"] == "there is nothing at this path"
    assert response.headers["content-type"] == "application/json; charset=utf-8"


async def test_wrong_methods_are_refused(server: httpx.AsyncClient) -> None:
    response = await server.post("/fine")
    assert_refused(response, 405)
    assert {"GET", "HEAD"} == set(response.headers["allow"].split(", "))


async def test_what_was_written_for_people_is_shown(server: httpx.AsyncClient) -> None:
    response = await server.get("/refused")
    assert_refused(response, 409)
    assert response.json()["errors"][0]["message"] == "not like this"
    assert response.headers["retry-after"] == "7"


async def test_an_endpoint_past_the_router_refuses_alike(caplog: pytest.LogCaptureFixture) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(STRAIGHT), base_url="http://server") as client:
        response = await client.post("/straight")
        assert_refused(response, 409)
        assert response.headers["retry-after"] == "7"
        assert not [record for record in caplog.records if record.levelno >= logging.ERROR]
        assert (await client.get("/fine")).text == "fine"
        await client.post("/straight?late")
    assert [record.getMessage() for record in caplog.records if record.levelno >= logging.ERROR] == [
        "unforeseen failure"
    ]


async def test_a_request_is_one_line_in_the_log_without_what_was_asked(
    server: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="app"):
        headers = {"Authorization": "Bearer blw_secret", "X-Request-Id": "r-1"}
        await server.get("/fine?query=secret", headers=headers)
    (record,) = ours(caplog)
    line = vars(record)
    assert (line["method"], line["path"], line["status"]) == ("GET", "/fine", 200)
    assert (line["subject_id"], line["request_id"]) == ("usr_1", "r-1")
    assert 0 <= line["ms"] < 1000
    assert "secret" not in str(line)


async def test_a_path_can_not_forge_lines_of_the_log(
    server: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="app"):
        await server.get("/missing%0Aerror:%20all%20is%20lost%1b" + "x" * 1000)
    (record,) = ours(caplog)
    assert vars(record)["path"].startswith("/missing%0Aerror%3A%20all%20is%20lost%1Bxxx")
    assert len(vars(record)["path"]) == 200
