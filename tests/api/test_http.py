"""GraphQL over HTTP, clause by clause, and everything that is not a request."""

from collections.abc import AsyncGenerator, AsyncIterator
from typing import Any

import httpx
import pytest
import strawberry
from starlette.exceptions import HTTPException
from starlette.requests import Request
from strawberry import scalars

from tests.fixtures.graphql_server import GRAPHQL, JSON, ask, assert_refused, client, codes


@strawberry.type
class Query:
    @strawberry.field
    def greeting(self, name: str = "you") -> str:
        return f"hello {name}"

    @strawberry.field
    async def later(self) -> int:
        return 1

    @strawberry.field
    def broken(self) -> int:
        raise RuntimeError("secret")

    @strawberry.field
    def optional(self) -> int | None:
        raise RuntimeError("secret")


@strawberry.type
class Mutation:
    @strawberry.mutation
    def change(self) -> int:
        return 7


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def count(self) -> AsyncGenerator[int, None]:
        yield 1


SCHEMA = strawberry.Schema(Query, Mutation, Subscription)


@pytest.fixture
async def server() -> AsyncIterator[httpx.AsyncClient]:
    async with client(SCHEMA) as one:
        yield one


@pytest.fixture
async def getting() -> AsyncIterator[httpx.AsyncClient]:
    async with client(SCHEMA, allow_get=True) as one:
        yield one


async def test_a_query_is_answered(server: httpx.AsyncClient) -> None:
    response = await server.post("/graphql", json={"query": "{ greeting later }"})
    assert response.status_code == 200
    assert response.json() == {"data": {"greeting": "hello you", "later": 1}}
    assert response.headers["cache-control"] == "no-store"


async def test_a_mutation_is_answered(server: httpx.AsyncClient) -> None:
    assert await ask(server, "mutation { change }") == {"data": {"change": 7}}


@pytest.mark.parametrize(
    ("accept", "expected"),
    [
        (None, GRAPHQL),
        ("*/*", GRAPHQL),
        ("application/*", GRAPHQL),
        (GRAPHQL, GRAPHQL),
        (JSON, JSON),
        ("APPLICATION/JSON", JSON),
        (f"{JSON}; charset=utf-8", JSON),
        (f"{GRAPHQL}; charset=utf-8, {JSON}; charset=utf-8", GRAPHQL),
        (f"{GRAPHQL}, {JSON};q=0.9", GRAPHQL),
        (f"{JSON}, {GRAPHQL};q=0.9", JSON),
        (f"{JSON}, {GRAPHQL}", JSON),
        (f"{JSON};q=0.5, */*;q=0.1", JSON),
        (f"{GRAPHQL};q=0, */*", JSON),
        ("text/html, application/xhtml+xml, */*;q=0.8", GRAPHQL),
        (f"{JSON};q=nonsense, {GRAPHQL}", GRAPHQL),
        ("text/html", None),
        (f"{JSON};q=0", None),
        (f"{JSON}; charset=utf-16", None),
        ("", None),
        (";,;", None),
    ],
)
async def test_the_answer_is_of_the_type_that_is_accepted(
    server: httpx.AsyncClient, accept: str | None, expected: str | None
) -> None:
    request = server.build_request("POST", "/graphql", json={"query": "{ greeting }"})
    del request.headers["accept"]
    if accept is not None:
        request.headers["accept"] = accept
    response = await server.send(request)
    if expected is None:
        assert_refused(response, 406)
    else:
        assert response.status_code == 200
        assert response.headers["content-type"] == f"{expected}; charset=utf-8"


@pytest.mark.parametrize(
    "content_type",
    [JSON, f"{JSON}; charset=utf-8", f"{JSON};charset=UTF-8", 'application/JSON; charset="utf-8"'],
)
async def test_a_body_of_json_is_taken(server: httpx.AsyncClient, content_type: str) -> None:
    body = '{"query": "{ greeting(name: \\"Zoë\\") }"}'.encode()
    response = await server.post("/graphql", content=body, headers={"Content-Type": content_type})
    assert response.json() == {"data": {"greeting": "hello Zoë"}}


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Content-Type": ""},
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/graphql"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "multipart/form-data; boundary=x"},
        {"Content-Type": "application/json-patch+json"},
        {"Content-Type": f"{JSON}; charset=latin-1"},
        {"Content-Type": JSON, "Content-Encoding": "gzip"},
    ],
)
async def test_any_other_body_is_refused(server: httpx.AsyncClient, headers: dict[str, str]) -> None:
    response = await server.post("/graphql", content=b'{"query": "{ greeting }"}', headers=headers)
    assert_refused(response, 415)


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "QUERY"])
async def test_other_methods_are_refused(server: httpx.AsyncClient, method: str) -> None:
    response = await server.request(method, "/graphql?query={greeting}")
    assert response.status_code == 405
    if method != "HEAD":
        assert_refused(response, 405)
    assert response.headers["allow"] == "POST"
    assert "access-control-allow-origin" not in response.headers


@pytest.mark.parametrize(
    ("body", "about"),
    [
        (b"", "line 1, column 1"),
        (b"NONSENSE", "valid JSON"),
        (b'{"query":', "valid JSON"),
        (b'{"query": "{ greeting }"} x', "valid JSON"),
        (b'{"query": "\xff"}', "valid JSON"),
        (b'{"query": "\\ud800"}', "valid JSON"),
        (b'{"query": NaN}', "valid JSON"),
        (b"\xef\xbb\xbf{}", "valid JSON"),
        (b"[" * 100_000, "valid JSON"),
        (b"[]", "batches"),
        (b'[{"query": "{ greeting }"}]', "batches"),
        (b"null", "object"),
        (b'"{ greeting }"', "object"),
        (b"7", "object"),
        (b"{}", "`query` is missing"),
        (b'{"qeury": "{ greeting }"}', "`query` is missing"),
        (b'{"query": null}', "`query` is missing"),
        (b'{"query": 7}', "`query` should be a string"),
        (b'{"query": ["{ greeting }"]}', "`query` should be a string"),
        (b'{"query": {}}', "`query` should be a string"),
        (b'{"query": "{ greeting }", "variables": [7]}', "`variables`"),
        (b'{"query": "{ greeting }", "variables": "{}"}', "`variables`"),
        (b'{"query": "{ greeting }", "variables": false}', "`variables`"),
        (b'{"query": "{ greeting }", "operationName": 7}', "`operationName`"),
        (b'{"query": "{ greeting }", "operationName": {}}', "`operationName`"),
        (b'{"query": "{ greeting }", "extensions": []}', "`extensions`"),
    ],
)
@pytest.mark.parametrize("accept", [JSON, GRAPHQL])
async def test_what_is_no_request_is_refused(server: httpx.AsyncClient, accept: str, body: bytes, about: str) -> None:
    response = await server.post("/graphql", content=body, headers={"Content-Type": JSON, "Accept": accept})
    assert_refused(response, 400)
    assert about in response.json()["errors"][0]["message"]
    assert response.headers["content-type"] == f"{accept}; charset=utf-8"


@pytest.mark.parametrize(
    "members",
    [
        {"variables": None, "operationName": None, "extensions": None},
        {"variables": {}, "operationName": "", "extensions": {"x": [1]}},
        {"variables": {"unused": [{}]}, "id": "1", "doc_id": None},
    ],
)
async def test_null_and_unknown_members_change_nothing(server: httpx.AsyncClient, members: dict[str, Any]) -> None:
    response = await server.post("/graphql", json={"query": "{ greeting }", **members})
    assert response.json() == {"data": {"greeting": "hello you"}}


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("", None),
        ("{", None),
        ("{ greeting", None),
        ("{ greeting { x } }", None),
        ("{ missing }", None),
        ("{ greeting(name: 7) }", None),
        ("{ greeting(nmae: null) }", None),
        ("query ($name: String!) { greeting(name: $name) }", None),
        ("query ($name: String!) { greeting(name: $name) }", {"name": None}),
        ("query ($name: String!) { greeting(name: $name) }", {"name": 7}),
        ("query ($name: String!) { greeting(name: $name) }", {"name": ["x"]}),
        ("query ($name: Nonsense) { greeting(name: $name) }", {"name": "x"}),
        ("query A { greeting } query B { greeting }", None),
        ("fragment F on Query { greeting }", None),
        ("type Query { greeting: String }", None),
        ("subscription { count }", None),
        ("{ greeting @include(if: 7) }", None),
        ("query ($yes: Boolean!) { greeting @include(if: $yes) }", {"yes": "yes"}),
        ("{ greeting @defer }", None),
    ],
)
@pytest.mark.parametrize(("accept", "status"), [(JSON, 200), (GRAPHQL, 400)])
async def test_a_request_that_cannot_be_executed_has_no_data(
    server: httpx.AsyncClient, accept: str, status: int, query: str, variables: dict[str, Any] | None
) -> None:
    body = {"query": query, "variables": variables}
    response = await server.post("/graphql", json=body, headers={"Accept": accept})
    assert_refused(response, status)


@pytest.mark.parametrize(("name", "expected"), [("A", "hello a"), ("B", "hello b")])
async def test_an_operation_is_chosen_by_name(server: httpx.AsyncClient, name: str, expected: str) -> None:
    query = 'query A { greeting(name: "a") } query B { greeting(name: "b") }'
    response = await server.post("/graphql", json={"query": query, "operationName": name})
    assert response.json() == {"data": {"greeting": expected}}


async def test_an_unknown_operation_is_refused(server: httpx.AsyncClient) -> None:
    response = await server.post("/graphql", json={"query": "query A { greeting }", "operationName": "B"})
    assert_refused(response, 400)
    assert "`B`" in response.text


@pytest.mark.parametrize("accept", [JSON, GRAPHQL])
@pytest.mark.parametrize(
    ("field", "data"), [("broken", None), ("optional", {"greeting": "hello you", "optional": None})]
)
async def test_a_failed_field_is_an_executed_request(
    server: httpx.AsyncClient, accept: str, field: str, data: object
) -> None:
    body = {"query": f"{{ greeting {field} }}"}
    response = await server.post("/graphql", json=body, headers={"Accept": accept})
    assert response.status_code == 200
    assert response.json()["data"] == data
    assert response.json()["errors"][0]["path"] == [field]


async def test_a_query_by_get(getting: httpx.AsyncClient) -> None:
    query = "query A($name: String) { greeting(name: $name) } query B { later }"
    params = {"query": query, "variables": '{"name": "Zoë"}', "operationName": "A", "extensions": "", "x": "y"}
    response = await getting.get("/graphql", params=params)
    assert response.status_code == 200
    assert response.json() == {"data": {"greeting": "hello Zoë"}}


async def test_post_is_taken_beside_get(getting: httpx.AsyncClient) -> None:
    assert await ask(getting, "mutation { change }") == {"data": {"change": 7}}


@pytest.mark.parametrize("query", ["mutation { change }", "query Q { later } mutation M { change }"])
async def test_nothing_is_changed_by_get(getting: httpx.AsyncClient, query: str) -> None:
    name = "M" if "query" in query else ""
    response = await getting.get("/graphql", params={"query": query, "operationName": name})
    assert_refused(response, 405)
    assert response.headers["allow"] == "POST"


@pytest.mark.parametrize(
    "query_string",
    [
        "",
        "query",
        "query=%7Bgreeting%7D&variables=nonsense",
        "query=%7Bgreeting%7D&variables=[]",
        "query=%7Bgreeting%7D&variables=7",
        "query=%7Bgreeting%7D&extensions=7",
        "query=%7Bgreeting%7D&operationName=B",
        "query=%7Bgreeting%7D" + "&x=y" * 50,
        "query=%ff",
        "query=%7B",
    ],
)
async def test_what_is_no_request_by_get_is_refused(getting: httpx.AsyncClient, query_string: str) -> None:
    assert_refused(await getting.get(f"/graphql?{query_string}"), 400)


@pytest.mark.parametrize("method", ["HEAD", "PUT"])
async def test_other_methods_are_refused_beside_get(getting: httpx.AsyncClient, method: str) -> None:
    response = await getting.request(method, "/graphql?query={greeting}")
    assert response.status_code == 405
    assert response.headers["allow"] == "GET, POST"


async def test_one_who_may_not_ask_is_refused_before_anything_is_read() -> None:
    async def refuse(request: Request) -> None:
        raise HTTPException(401, "no", {"WWW-Authenticate": "Bearer"})

    async with client(SCHEMA, context=refuse) as server:
        response = await server.post("/graphql", content=b"{", headers={"Content-Type": JSON, "Accept": GRAPHQL})
    assert_refused(response, 401, "UNAUTHENTICATED")
    assert response.headers["content-type"] == f"{GRAPHQL}; charset=utf-8"
    assert response.headers["www-authenticate"] == "Bearer"


async def test_what_is_done_afterwards_has_the_context_and_comes_after_the_answer() -> None:
    happened: list[object] = []

    async def context(request: Request) -> str:
        return "the context"

    async def after(context: str) -> None:
        happened.append(context)

    async with client(SCHEMA, context=context, after=after) as server:
        app: Any = server._transport
        body = {"query": "{ greeting }"}
        request = server.build_request("POST", "/graphql", json=body)

        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": request.content, "more_body": False}

        async def send(message: dict[str, Any]) -> None:
            happened.append(message["type"])

        headers = [(name.lower(), value) for name, value in request.headers.raw]
        scope = {"type": "http", "method": "POST", "path": "/graphql", "query_string": b"", "headers": headers}
        await app.app(scope, receive, send)
    assert happened == ["http.response.start", "http.response.body", "the context"]


async def test_what_is_larger_than_json_writers_like_is_answered_all_the_same() -> None:
    """It may have been stored before there were limits: one such value must not take whole pages with it."""
    deep: Any = 1
    for _ in range(300):
        deep = {"a": deep}
    odd = {"large": 10**30, "deep": deep, "text": "ü"}

    @strawberry.type
    class Query:
        @strawberry.field
        def odd(self) -> scalars.JSON:
            return odd

        @strawberry.field
        def failing(self) -> str | None:
            raise ValueError

    async with client(strawberry.Schema(Query)) as server:
        answer = await ask(server, "{ odd failing }")
        assert answer["data"] == {"odd": odd, "failing": None}
        assert codes(answer) == ["INTERNAL"]


async def test_nothing_of_one_request_stays_for_the_next(server: httpx.AsyncClient) -> None:
    assert codes(await ask(server, "{ missing }")) == ["INVALID"]
    assert await ask(server, "{ greeting }") == {"data": {"greeting": "hello you"}}
