"""Lists of input objects, made field by field: whatever is in them, resolvers get what graphql-core gives them."""

from collections.abc import Sequence
from enum import Enum
from typing import Any

import pytest
import strawberry
from graphql import parse

from app.execution.columns import Columns, column, distinct
from app.execution.operation import Workshop
from tests.execution.compared import by_graphql_core, by_ours, compiled


@strawberry.enum
class Shade(Enum):
    """How dark."""

    LIGHT = "light"
    DARK = "dark"


@strawberry.input
class Below:
    """An input in an input."""

    number: int


@strawberry.input
class Part:
    """An input with required fields of all kinds."""

    id: strawberry.ID
    is_good: bool
    shade: Shade
    below: Below
    many: list[str]
    note: str | None = "none"
    list_of: list[int] = strawberry.field(default_factory=list)


FIELDS = ("id", "is_good", "shade", "below", "many", "note", "list_of")
SEEN: list[object] = []
"""What the resolver was given, as fields of all and object by object."""


@strawberry.type
class Query:
    """Shows what it is given."""

    @strawberry.field
    def shown(self, parts: list[Part]) -> str:
        fields = {name: list(column(parts, name)) for name in FIELDS}
        for name, values in fields.items():
            told = distinct(parts, name)
            assert all(value in told for value in values)
            assert all(value in values for value in told)
        SEEN.append(type(parts))
        assert [vars(one) for one in parts] == [
            dict(zip(FIELDS, each, strict=True)) for each in zip(*fields.values(), strict=True)
        ]
        return repr((fields, list(parts), len(parts), list(parts[1:])))


WRITTEN = strawberry.Schema(Query)
SCHEMA = WRITTEN._schema
TEXT = "query($parts: [Part!]!) { shown(parts: $parts) }"
GOOD: dict[str, Any] = {"id": "a", "isGood": True, "shade": "DARK", "below": {"number": 1}, "many": ["x"]}


async def shown(parts: Sequence[Any]) -> tuple[Any, Any]:
    """What the compiled executor says to a list, and what graphql-core's does."""
    document, variables = parse(TEXT), {"parts": parts}
    said = await by_ours(compiled(Workshop(SCHEMA, WRITTEN), document), variables, None, None)
    return said, await by_graphql_core(SCHEMA, document, variables, None, None)


@pytest.mark.parametrize("count", [0, 1, 3])
async def test_a_list_is_held_field_by_field(count: int) -> None:
    said, expected = await shown([{**GOOD, "id": str(number)} for number in range(count)])
    assert said == expected
    assert said.errors == ()
    assert SEEN[-2:] == [Columns if count else list, list]


ODD = [
    {**GOOD, "note": "said"},
    {**GOOD, "note": None},
    {**GOOD, "listOf": [1]},
    {**GOOD, "other": 1},
    {name: value for name, value in GOOD.items() if name != "id"},
    {name: value for name, value in GOOD.items() if name != "many"} | {"note": "said"},
    *({**GOOD, "id": value} for value in (5, 1.5, None, True, ["a"])),
    *({**GOOD, "isGood": value} for value in (1, "true", None)),
    *({**GOOD, "shade": value} for value in ("light", "NONE", None, 1, ["DARK"], {})),
    *({**GOOD, "below": value} for value in (None, {}, {"number": "1"}, {"number": 1, "x": 2}, [])),
    *({**GOOD, "many": value} for value in (None, [], "one", [None], [1])),
    None,
    "a",
    [],
]


@pytest.mark.parametrize("odd", ODD)
async def test_one_that_is_not_like_the_others(odd: Any) -> None:
    """An odd one alone, and among good ones; good or bad is for graphql-core to say."""
    for parts in ([odd], [GOOD, odd], [odd, GOOD, odd]):
        said, expected = await shown(parts)
        assert said == expected
