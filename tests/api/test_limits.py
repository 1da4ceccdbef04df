"""How much one request may ask for, and that finding it out costs little."""

import time
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import strawberry
from graphql import get_introspection_query

from app.api.fields import field
from app.api.limits import MAX_CHARACTERS, MAX_ROOT_FIELDS, Limits
from app.api.pagination import Connection, PageInfo
from app.api.schema import schema
from app.execution.fields import COSTLY, declared_weight
from tests.fixtures.graphql_server import ask, client, codes


@strawberry.type
class Thing:
    @strawberry.field
    def name(self) -> str:
        return "it"

    @strawberry.field
    def whole(self) -> "Thing":
        return Thing()

    @strawberry.field
    def parts(self) -> "list[Thing]":
        return []

    @strawberry.field
    def things(self, first: int | None = None, last: int | None = None) -> "Connection[Thing]":
        return empty()

    @strawberry.field
    def some(self, ids: list[int]) -> "list[Thing]":
        return []


def empty() -> Connection[Thing]:
    """A page with nothing on it: what documents cost doesn't depend on what there is."""
    page = PageInfo(has_next_page=False, has_previous_page=False, start_cursor=None, end_cursor=None)
    return Connection(edges=[], nodes=[], page_info=page, total_count=0)


SCHEMA = strawberry.Schema(Thing)
LIMITS = Limits(tokens=1000, depth=6, objects=1000)


@pytest.fixture
async def server() -> AsyncIterator[httpx.AsyncClient]:
    async with client(SCHEMA, LIMITS) as one:
        yield one


def nested(levels: int) -> str:
    """A document of so many levels of selections."""
    return "{ whole " * (levels - 1) + "{ name }" + "}" * (levels - 1)


def chained(fragments: int, body: str, last: str = "name") -> str:
    """Fragments F0, F1 …, each with `body` in which `@` is the next one, and `last` in the last."""
    parts = [
        f"fragment F{number} on Thing {{ {body.replace('@', f'...F{number + 1}')} }}" for number in range(fragments)
    ]
    return "\n".join([*parts, f"fragment F{fragments} on Thing {{ {last} }}"])


BIG: dict[str, str] = {
    "tokens": "{ " + "name " * 1000 + "}",
    "comments": "#\n" * 1001 + "{ name }",
    "characters": "{ name }" + " " * MAX_CHARACTERS,
    "depth": nested(7),
    "parser's own depth": "{ whole " * 300,
    "depth by inline fragments": nested(6).replace("name", "... on Thing { whole { name } }"),
    "depth by fragments": "{ ...F0 } " + chained(6, "whole { @ }"),
    "root fields": "{ " + " ".join(f"a{number}: name" for number in range(MAX_ROOT_FIELDS + 1)) + " }",
    "root fields by fragments": "{ ...A ...B } "
    + "".join(
        f"fragment {name} on Thing {{ " + " ".join(f"{name}{number}: name" for number in range(60)) + " }"
        for name in "AB"
    ),
    "one field often": "{ " + "whole { name } " * 150 + "}",
    "one field by fragments": "{ "
    + " ".join(f"...G{number}" for number in range(80))
    + " } "
    + " ".join(f"fragment G{number} on Thing {{ whole {{ name }} }}" for number in range(80)),
    "fields of fragments": "{ ...F0 } " + chained(5, " ".join(f"{alias}: whole {{ @ }}" for alias in "abcdefg")),
    "objects": "{ things(first: 100) { nodes { things(first: 100) { nodes { name } } } } }",
    "objects by edges": "{ things(first: 100) { edges { node { things(last: 100) { edges { cursor } } } } } }",
    "objects by default pages": "{ things { nodes { things { nodes { things { totalCount } } } } } }",
    "objects by fragments": "{ things(first: 100) { ...P } } fragment P on ThingConnection { nodes { ...T } } "
    "fragment T on Thing { things(first: 100) { nodes { name } } }",
    "objects by one fragment in pages of two sizes": "{ a: things(first: 1) { ...P } b: things(first: 100) { ...P } } "
    "fragment P on ThingConnection { nodes { things(first: 100) { nodes { name } } } }",
    "objects that a negative page doesn't pay for": "{ a: things(first: -100) { nodes { things(first: 100) { nodes "
    "{ name } } } } b: things(first: 100) { nodes { things(first: 100) { nodes { name } } } } }",
    "objects by aliases": "{ " + " ".join(f"a{n}: things(first: 100) {{ nodes {{ name }} }}" for n in range(11)) + " }",
    "objects by a list": "{ some(ids: [" + "1 " * 30 + "]) { things(first: 100) { nodes { name } } } }",
    "fields by pages": "{ things(first: 100) { nodes { "
    + " ".join(f"a{number}: name" for number in range(120))
    + " } } }",
}

WORDS = {
    "depth": "nests deeper than the 6 levels",
    "root fields": "fields at its root, at most 100",
    "one field": "asks for the same fields too many times",
    "objects": "objects, at most 1000",
    "fields by pages": "fields, at most 10000",
    "fields of fragments": "more than 10000 fields",
    "characters": "longer than 100000 characters",
}
"""What is said of those whose names begin so; of the others that they have too many words and signs."""


@pytest.mark.parametrize("what", BIG)
async def test_what_is_too_big_is_refused_at_once(server: httpx.AsyncClient, what: str) -> None:
    begin = time.process_time()
    response = await server.post("/graphql", json={"query": BIG[what]})
    assert time.process_time() - begin < 0.5
    assert codes(response.json()) == ["TOO_COMPLEX"]
    said = next((words for beginning, words in WORDS.items() if what.startswith(beginning)), "words and signs")
    assert said in response.json()["errors"][0]["message"]
    assert response.status_code == 400
    assert "data" not in response.json()


async def test_a_page_of_a_whole_number_counts_however_it_is_written(server: httpx.AsyncClient) -> None:
    """JSON knows one kind of number: 50.0 is an Int to GraphQL."""
    document = "query ($n: Int) { things(first: $n) { nodes { things(first: $n) { nodes { name } } } } }"
    for number, is_refused in ((5, False), (5.0, False), (50, True), (50.0, True), (5e1, True)):
        answer = await ask(server, document, {"n": number})
        assert codes(answer) == (["TOO_COMPLEX"] if is_refused else []), number


async def test_each_change_pays_for_the_lists_that_were_sent() -> None:
    @strawberry.input
    class Wanted:
        ids: list[int]

    @strawberry.type
    class Mutation:
        @strawberry.mutation
        def change(self, input: Wanted) -> int:
            return len(input.ids)

    async with client(strawberry.Schema(Thing, Mutation), LIMITS) as server:
        for fields, items, is_refused in ((1, 900, False), (1, 1_001, True), (10, 90, False), (10, 101, True)):
            changes = " ".join(f"a{number}: change(input: $input)" for number in range(fields))
            document = f"mutation ($input: Wanted!) {{ {changes} }}"
            answer = await ask(server, document, {"input": {"ids": [1] * items}})
            assert codes(answer) == (["TOO_COMPLEX"] if is_refused else []), (fields, items)
            assert answer.get("data") == (None if is_refused else {f"a{n}": items for n in range(fields)})


async def test_fields_that_have_to_be_worked_out_count_as_many() -> None:
    for weight, is_refused in ((1, False), (200, False), (201, True)):

        @strawberry.type
        class Query:
            @field(str, "Worked out.", weight=weight)
            def name(self) -> str:
                return "it"

        async with client(strawberry.Schema(Query), LIMITS) as server:
            answer = await ask(server, "{ " + " ".join(f"a{number}: name" for number in range(50)) + " }")
            assert codes(answer) == (["TOO_COMPLEX"] if is_refused else []), weight


WORKED_OUT = {
    "ApprovalRule": ["satisfiable"], "AuditEvent": ["after", "before"], "Decision": ["reasons"],
    "Environment": ["deployments", "settings", "subjects", "viewerDecisions", "viewerPermissions"],
    "Organization": ["environmentNames", "environments", "grantCandidates", "memberCandidates", "members"],
    "Project": ["deployments", "environments", "grantCandidates", "memberCandidates", "members", "subjects"],
    "Team": ["environmentNames", "environments", "grantCandidates", "memberCandidates", "members", "subjects"],
}  # fmt: skip
"""Fields that take long, by type."""


def test_what_takes_long_says_so() -> None:
    for kind, names in WORKED_OUT.items():
        fields = schema._schema.type_map[kind].fields  # type: ignore[attr-defined]
        assert [name for name in names if declared_weight(fields[name]) < COSTLY] == [], kind


@pytest.mark.parametrize("fragments", [60, 100])
@pytest.mark.parametrize(
    "body", ["@ @", "whole { @ @ }", "a: whole { @ } b: whole { @ }", "... { @ } ... { @ }", "whole { @ } whole { @ }"]
)
async def test_bombs_of_fragments_do_not_go_off(fragments: int, body: str) -> None:
    begin = time.process_time()
    async with client(SCHEMA, Limits(tokens=4000, depth=20, objects=20_000)) as server:
        answer = await ask(server, "{ ...F0 } " + chained(fragments, body))
    assert time.process_time() - begin < 1
    assert "errors" in answer or answer == {"data": {"name": "it"}}


async def test_fragments_that_double_are_stopped_before_they_are_many() -> None:
    begin = time.process_time()
    async with client(SCHEMA, Limits(tokens=4000, depth=20, objects=20_000)) as server:
        answer = await ask(server, "{ ...F0 } " + chained(19, "a: whole { @ } b: whole { @ }"))
    assert time.process_time() - begin < 0.5
    assert codes(answer) == ["TOO_COMPLEX"]
    assert "wherever they are spread" in str(answer)


async def test_a_chain_of_fragments_may_not_be_endless() -> None:
    async with client(SCHEMA, Limits(tokens=4000, depth=20, objects=20_000)) as server:
        assert await ask(server, "{ ...F0 } " + chained(100, "@")) == {"data": {"name": "it"}}
        assert codes(await ask(server, "{ ...F0 } " + chained(300, "@"))) == ["TOO_COMPLEX"]


@pytest.mark.parametrize(
    "fragments",
    [
        "fragment F0 on Thing { ...F0 }",
        "fragment F0 on Thing { whole { ...F0 } }",
        "fragment F0 on Thing { whole { ...F1 } } fragment F1 on Thing { whole { ...F0 whole { ...F1 } } }",
    ],
)
@pytest.mark.parametrize("query", ["{ ...F0 }", "{ name }"])
async def test_circles_of_fragments_are_invalid(server: httpx.AsyncClient, query: str, fragments: str) -> None:
    answer = await ask(server, f"{query} {fragments}")
    assert set(codes(answer)) == {"INVALID"}
    assert "within itself" in str(answer)


SMALL: dict[str, str] = {
    "depth": nested(6),
    "root fields": "{ " + " ".join(f"a{number}: name" for number in range(MAX_ROOT_FIELDS)) + " }",
    "one field twice": "{ whole { name } ...A ...B } "
    "fragment A on Thing { whole { name } } fragment B on Thing { name }",
    "objects": "{ things(first: 31) { nodes { things(first: 29) { nodes { name } } } } }",
    "an empty page": "{ things(first: 0) { nodes { things(first: 100) { nodes { parts { name } } } } } }",
    "a short list": "{ some(ids: [1, 2]) { things(first: 100) { nodes { name } } } }",
    "fragments in fragments": "{ ...F0 } " + chained(5, "whole { @ }"),
}


@pytest.mark.parametrize("what", SMALL)
async def test_what_is_not_too_big_is_answered(server: httpx.AsyncClient, what: str) -> None:
    assert "errors" not in await ask(server, SMALL[what])


PAGED = "query ($n: Int) { things(first: $n) { nodes { things(first: $n) { nodes { name } } } } }"
ONE_PAGE = "query ($n: Int) { things(first: $n) { nodes { name } } }"
BY_DEFAULT = "query ($n: Int = 100) { things(first: $n) { nodes { things(first: $n) { nodes { name } } } } }"
LISTED = "query ($ids: [Int!]!) { some(ids: $ids) { things(first: 100) { nodes { name } } } }"


@pytest.mark.parametrize(
    ("query", "variables", "expected"),
    [
        (PAGED, {"n": 100}, ["TOO_COMPLEX"]),
        (PAGED, {"n": 10_000}, ["TOO_COMPLEX"]),
        (PAGED, {"n": 10}, []),
        (PAGED, {"n": -5}, []),
        (ONE_PAGE, {"n": 1_000_000}, []),  # refused for what it is by whoever makes pages
        (PAGED, {"n": None}, []),  # 25 each
        (PAGED, {}, []),
        (PAGED, {"n": "100"}, ["INVALID"]),
        (PAGED, {"n": True}, ["INVALID"]),
        (BY_DEFAULT, {}, ["TOO_COMPLEX"]),
        (BY_DEFAULT, {"n": 10}, []),
        (LISTED, {"ids": [1] * 30}, ["TOO_COMPLEX"]),
        (LISTED, {"ids": [1] * 3}, []),
        (LISTED, {"ids": 1}, []),
        (LISTED, {}, ["INVALID"]),
        (LISTED, {"ids": {}}, ["INVALID"]),
    ],
)
async def test_variables_count(
    server: httpx.AsyncClient, query: str, variables: dict[str, Any], expected: list[str]
) -> None:
    # twice: the document is remembered, its cost with other variables isn't
    await ask(server, query, {"n": 1, "ids": [1]})
    assert codes(await ask(server, query, variables)) == expected


async def test_each_operation_has_a_cost_of_its_own(server: httpx.AsyncClient) -> None:
    query = "query Small { name } query Big " + BIG["objects"]
    for name, expected in (("Small", []), ("Big", ["TOO_COMPLEX"])):
        response = await server.post("/graphql", json={"query": query, "operationName": name})
        assert codes(response.json()) == expected


async def test_introspection_works_within_the_default_limits_and_is_not_multiplied() -> None:
    query = get_introspection_query(input_value_deprecation=True, directive_is_repeatable=True)
    async with client(SCHEMA) as server:
        answer = await ask(server, query)
        assert "errors" not in answer
        assert "Thing" in {one["name"] for one in answer["data"]["__schema"]["types"]}
        many = " ".join(f"a{n}: __schema {{ types {{ fields {{ args {{ type {{ name }} }} }} }} }}" for n in range(50))
        assert codes(await ask(server, f"{{ {many} }}")) == ["TOO_COMPLEX"]


async def test_introspection_needs_no_more_depth_than_other_questions(server: httpx.AsyncClient) -> None:
    query = "{ __schema { types { fields { type { ofType { ofType { ofType { name } } } } } } } }"
    assert "errors" not in await ask(server, query)
    endless = "{ __schema { types { fields { type { " + "ofType { " * 150 + "name" + " }" * 155
    assert codes(await ask(server, endless)) == ["TOO_COMPLEX"]
