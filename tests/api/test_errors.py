"""What leaves when something goes wrong: the contract's codes, and nothing from inside."""

import logging
from collections.abc import AsyncIterator
from enum import Enum
from typing import Any, NewType

import httpx
import pytest
import strawberry
from graphql import GraphQLError
from strawberry.schema.config import StrawberryConfig

from app.errors import BailiwickError, Problem, forbidden, invalid, not_found
from app.policy.vocabulary import ErrorCode, Permission
from tests.fixtures.graphql_server import INSIDES, ask, client, codes

Fussy = NewType("Fussy", str)


def parse_fussily(value: object) -> object:
    """A scalar that fails in each way that one can."""
    if value == "refused":
        raise GraphQLError("this is no good")
    if value == "ours":
        raise invalid("this is ours")
    if value == "broken":
        raise ValueError("secret of app.py")
    return value


@strawberry.enum
class Colour(Enum):
    RED = 1
    GREEN = 2


@strawberry.input(one_of=True)
class Either:
    left: strawberry.Maybe[int]
    right: strawberry.Maybe[int]


@strawberry.input
class Change:
    name: strawberry.Maybe[str]


FAILURES: dict[str, Exception] = {
    "not_found": not_found(),
    "forbidden": forbidden(Permission.PROJECT_UPDATE, "prj_1"),
    "rate_limited": BailiwickError(ErrorCode.RATE_LIMITED, "slower", retry_after=30),
    "conflict": BailiwickError(
        ErrorCode.CONFLICT,
        "two are refused",
        problems=(
            Problem(("input", "addGrants", 1, "grantee"), ErrorCode.INELIGIBLE_SUBJECT, "not a member"),
            Problem(("input", "name"), ErrorCode.INVALID, "too long"),
        ),
    ),
    "hidden_but_carrying": BailiwickError(
        ErrorCode.NOT_FOUND, "nothing", permission=Permission.TEAM_VIEW, resource_id="tea_1"
    ),
    "defect": RuntimeError("SELECT secret FROM app.py"),
    "plain_graphql": GraphQLError("secret of a library"),
}


@strawberry.type
class Thing:
    @strawberry.field
    def name(self) -> str | None:
        raise RuntimeError("secret")

    @strawberry.field
    def title(self) -> str | None:
        raise not_found()


@strawberry.type
class Query:
    @strawberry.field
    def fail(self, how: str) -> int | None:
        raise FAILURES[how]

    @strawberry.field
    async def fail_later(self, how: str) -> int | None:
        raise FAILURES[how]

    @strawberry.field
    def chained(self) -> int | None:
        try:
            raise not_found()
        except BailiwickError as error:
            raise RuntimeError("outer") from error

    @strawberry.field
    def while_handling(self) -> int | None:
        try:
            raise not_found()
        except BailiwickError:
            raise RuntimeError("secret") from None

    @strawberry.field
    def wrong_value(self) -> int | None:
        return "secret"  # type: ignore[return-value]

    @strawberry.field
    def wrong_null(self) -> int:
        return None  # type: ignore[return-value]

    @strawberry.field
    def wrong_list(self) -> list[int] | None:
        return 7  # type: ignore[return-value]

    @strawberry.field
    def required(self, id: strawberry.ID) -> str | None:
        return id

    @strawberry.field
    def colour(self, of: Colour) -> str | None:
        return of.name

    @strawberry.field
    def fussy(self, value: Fussy) -> str | None:
        return value

    @strawberry.field
    def either(self, of: Either) -> str | None:
        return "one"

    @strawberry.field
    def change(self, input: Change) -> str | None:
        return "done"

    @strawberry.field
    def things(self) -> list[Thing]:
        return [Thing() for _ in range(100)]


FUSSY = strawberry.scalar(name="Fussy", serialize=str, parse_value=parse_fussily)
SCHEMA = strawberry.Schema(Query, config=StrawberryConfig(scalar_map={Fussy: FUSSY}))


@pytest.fixture
async def server() -> AsyncIterator[httpx.AsyncClient]:
    async with client(SCHEMA) as one:
        yield one


async def failure(server: httpx.AsyncClient, how: str, field: str = "fail") -> dict[str, Any]:
    """The only error of a field that fails so, without the request's id."""
    answer = await ask(server, f'{{ {field}(how: "{how}") }}')
    assert answer["data"] == {field: None}
    (error,) = answer["errors"]
    assert error["path"] == [field]
    assert error["extensions"].pop("requestId")
    return dict(error)


@pytest.mark.parametrize("field", ["fail", "failLater"])
async def test_an_expected_failure_has_its_code_and_message(server: httpx.AsyncClient, field: str) -> None:
    error = await failure(server, "not_found", field)
    assert error["message"] == str(FAILURES["not_found"])
    assert error["extensions"] == {"code": "NOT_FOUND"}
    assert error["locations"] == [{"line": 1, "column": 3}]


async def test_what_is_forbidden_names_the_permission_and_the_resource(server: httpx.AsyncClient) -> None:
    error = await failure(server, "forbidden")
    assert error["extensions"] == {"code": "FORBIDDEN", "permission": "PROJECT_UPDATE", "resourceId": "prj_1"}


async def test_what_is_not_found_never_does(server: httpx.AsyncClient) -> None:
    assert (await failure(server, "hidden_but_carrying"))["extensions"] == {"code": "NOT_FOUND"}


async def test_too_many_requests_say_when_to_come_back(server: httpx.AsyncClient) -> None:
    assert (await failure(server, "rate_limited"))["extensions"] == {"code": "RATE_LIMITED", "retryAfter": 30}


async def test_each_refused_entry_is_a_problem(server: httpx.AsyncClient) -> None:
    assert (await failure(server, "conflict"))["extensions"] == {
        "code": "CONFLICT",
        "problems": [
            {"path": ["input", "addGrants", 1, "grantee"], "code": "INELIGIBLE_SUBJECT", "message": "not a member"},
            {"path": ["input", "name"], "code": "INVALID", "message": "too long"},
        ],
    }


async def test_an_expected_failure_is_found_behind_its_wraps_and_not_logged(
    server: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    assert codes(await ask(server, "{ chained }")) == ["NOT_FOUND"]
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


@pytest.mark.parametrize(
    ("query", "value", "said"),
    [
        ("query($v: Colour!) { colour(of: $v) }", "\u0130RED", "'\u0130RED' does not exist in 'Colour' enum"),
        ("query($v: Change!) { change(input: $v) }", {"na\u0130": "x"}, "unknown field 'na\u0130'"),
        ('{ colour(of: "\u0130") }', None, 'non-enum value: "\u0130"'),
        ('query($v: Colour = "\u0130") { colour(of: $v) }', None, 'non-enum value: "\u0130"'),
    ],
)
async def test_what_is_longer_in_lower_case_is_refused_like_any_other(
    server: httpx.AsyncClient, query: str, value: object, said: str
) -> None:
    error = (await ask(server, query, {"v": value}))["errors"][0]
    assert said in error["message"]
    assert "Did you mean" not in error["message"]
    assert error["extensions"]["code"] == "INVALID"


LONG = "x" * 100_000


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("query($v: Colour!) { colour(of: $v) }", {"v": LONG}),
        ("query($v: Change!) { change(input: $v) }", {"v": {LONG: "x"}}),
        (f"{{ {LONG[:10_000]} }}", {}),
        (f"query($v: Fussy) {{ fussy(value: $v) }} {LONG[:10_000]}", {}),
    ],
)
async def test_what_is_long_is_not_said_back(server: httpx.AsyncClient, query: str, variables: dict[str, Any]) -> None:
    answer = await ask(server, query, variables)
    assert codes(answer) == ["INVALID"]
    assert "xxxx" in answer["errors"][0]["message"]
    assert len(answer["errors"][0]["message"]) <= 1_001


@pytest.mark.parametrize(("length", "shown"), [(64, "x" * 64), (65, "x" * 64 + "…"), (900_000, "x" * 64 + "…")])
async def test_of_a_long_name_the_beginning_is_quoted(server: httpx.AsyncClient, length: int, shown: str) -> None:
    body = {"query": "{ chained }", "operationName": "x" * length}
    error = (await server.post("/graphql", json=body)).json()["errors"][0]
    assert error["message"] == f"the document has no operation `{shown}`"


async def test_similar_names_are_suggested(server: httpx.AsyncClient) -> None:
    asked = await ask(server, "query($v: Colour!) { colour(of: $v) }", {"v": "READ"})
    written = await ask(server, '{ colour(of: "RED") }')
    for answer in (asked, written):
        assert "Did you mean the enum value 'RED'" in answer["errors"][0]["message"]


@pytest.mark.parametrize(
    "query",
    [
        '{ fail(how: "defect") }',
        '{ failLater(how: "defect") }',
        '{ fail(how: "plain_graphql") }',
        '{ fail(how: "no such") }',
        "{ whileHandling }",
        "{ wrongValue }",
        "{ wrongNull }",
        "{ wrongList }",
        '{ fussy(value: "broken") }',
    ],
)
async def test_an_unforeseen_failure_says_nothing_and_is_logged_whole_once(
    server: httpx.AsyncClient, caplog: pytest.LogCaptureFixture, query: str
) -> None:
    response = await server.post("/graphql", json={"query": query}, headers={"X-Request-Id": "r-1"})
    (error,) = response.json()["errors"]
    assert error["message"] == "internal error"
    assert error["extensions"] == {"code": "INTERNAL", "requestId": "r-1"}
    assert not [word for word in INSIDES if word in response.text]
    (record,) = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert record.exc_info
    assert vars(record)["request_id"] == "r-1"


async def test_the_traceback_is_in_the_log(server: httpx.AsyncClient, caplog: pytest.LogCaptureFixture) -> None:
    await ask(server, '{ fail(how: "defect") }')
    assert "SELECT secret FROM app.py" in caplog.text
    assert "test_errors.py" in caplog.text


async def test_a_request_that_an_unforeseen_failure_stops_is_500(server: httpx.AsyncClient) -> None:
    body = {"query": "query ($value: Fussy!) { fussy(value: $value) }", "variables": {"value": "broken"}}
    response = await server.post("/graphql", json=body)
    assert response.status_code == 500
    assert codes(response.json()) == ["INTERNAL"]
    assert not [word for word in INSIDES if word in response.text]


@pytest.mark.parametrize(
    ("query", "variables"),
    [
        ("{ either(of: {}) }", None),
        ("{ either(of: {left: 1, right: 2}) }", None),
        ("{ either(of: {left: null}) }", None),
        ("query ($of: Either!) { either(of: $of) }", {"of": {}}),
        ("query ($of: Either!) { either(of: $of) }", {"of": {"left": 1, "right": 2}}),
        ("query ($of: Either!) { either(of: $of) }", {"of": {"left": None}}),
        ("query ($left: Int) { either(of: {left: $left}) }", {"left": 1}),
        ("{ change(input: {name: null}) }", None),
        ("query ($input: Change!) { change(input: $input) }", {"input": {"name": None}}),
        ("query ($name: String) { change(input: {name: $name}) }", {"name": None}),
        ("{ colour(of: BLUE) }", None),
        ("query ($of: Colour!) { colour(of: $of) }", {"of": "BLUE"}),
        ("query ($of: Colour!) { colour(of: $of) }", {"of": 1}),
        ('query ($id: ID = "a") { required(id: $id) }', {"id": None}),
        ("query ($id: ID!) { required(id: $id) }", {"id": 1.5}),
        ('{ fussy(value: "refused") }', None),
        ("query ($value: Fussy!) { fussy(value: $value) }", {"value": "refused"}),
        ("query ($value: Fussy!) { fussy(value: $value) }", {"value": "ours"}),
    ],
)
async def test_wrong_input_is_invalid_wherever_it_is_noticed(
    server: httpx.AsyncClient, caplog: pytest.LogCaptureFixture, query: str, variables: dict[str, Any] | None
) -> None:
    answer = await ask(server, query, variables)
    assert set(codes(answer)) == {"INVALID"}
    assert not [word for word in (*INSIDES, "Maybe[") if word in str(answer)]
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


async def test_our_own_words_replace_those_of_the_library(server: httpx.AsyncClient) -> None:
    answer = await ask(server, "query ($value: Fussy!) { fussy(value: $value) }", {"value": "ours"})
    assert answer["errors"][0]["message"] == "this is ours"


async def test_suggestions_speak_of_the_schema(server: httpx.AsyncClient) -> None:
    assert "'chained'" in (await ask(server, "{ chaimed }"))["errors"][0]["message"]


async def test_a_hundred_expected_failures_are_not_logged(
    server: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG, logger="app.api"):
        answer = await ask(server, "{ things { title } }")
    assert codes(answer) == ["NOT_FOUND"] * 100
    assert answer["errors"][7]["path"] == ["things", 7, "title"]
    assert not [record for record in caplog.records if record.name.startswith("app.api")]


async def test_a_hundred_alike_unforeseen_failures_are_logged_whole_once(
    server: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    assert codes(await ask(server, "{ things { name } }")) == ["INTERNAL"] * 100
    whole, counted = [record for record in caplog.records if record.levelno >= logging.WARNING]
    assert whole.exc_info
    assert not counted.exc_info
    assert "99 more" in counted.getMessage()
