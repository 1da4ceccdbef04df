"""What random documents seldom hit, each answered by both executors."""

import asyncio
from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace
from typing import Any

import pytest
from graphql import (
    GraphQLArgument,
    GraphQLBoolean,
    GraphQLField,
    GraphQLInt,
    GraphQLInterfaceType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    GraphQLString,
    OperationDefinitionNode,
    get_introspection_query,
    parse,
    validate,
)

from app.execution.operation import MOST_VARIANTS, Workshop
from app.execution.run import AT_A_TIME
from tests.execution import written
from tests.execution.compared import Told, by_graphql_core, by_ours, compiled, places
from tests.proof.twins.documents import SCHEMA as OURS

Resolver = Callable[..., Any]


def schema(mutation: bool = False, **fields: GraphQLField) -> GraphQLSchema:
    """A schema whose root has these fields."""
    query = GraphQLObjectType("Query", fields or {"a": GraphQLField(GraphQLInt)})
    return GraphQLSchema(query, GraphQLObjectType("Mutation", fields) if mutation else None)


def field(kind: Any, resolve: Resolver | None = None, **arguments: Any) -> GraphQLField:
    args = {name: GraphQLArgument(one) for name, one in arguments.items()}
    return GraphQLField(kind, args, resolve=resolve)


def giving(value: Any) -> Resolver:
    return lambda *_args, **_arguments: value


async def same(of: GraphQLSchema, text: str, root: Any = None, times: int = 2, **variables: Any) -> Told:
    """What both say, ours each of some times."""
    document = parse(text)
    assert validate(of, document) == []
    operation = compiled(Workshop(of), document)
    expected = await by_graphql_core(of, document, variables, None, root)
    for _ in range(times):
        assert await by_ours(operation, variables, None, root) == expected
    return expected


NAMED = GraphQLInterfaceType("Named", {"name": GraphQLField(GraphQLString)}, resolve_type=giving("Thing"))
THING = GraphQLObjectType("Thing", {"name": GraphQLField(GraphQLString), "n": GraphQLField(GraphQLInt)}, [NAMED])


MADE = GraphQLInterfaceType("IsMade", {"of": GraphQLField(THING)}, resolve_type=giving("Made"))


async def test_the_whole_of_an_introspection() -> None:
    assert (await same(OURS, get_introspection_query(input_value_deprecation=True))).errors == ()


async def test_values_of_a_root_without_resolvers() -> None:
    of = schema(n=field(GraphQLInt), called=field(GraphQLString, x=GraphQLInt), thing=field(THING))
    root = {"n": 1, "called": lambda _info, x=None: f"with {x}", "thing": {"name": "t", "n": "no number"}}
    told = await same(of, "query($x: Int) { n called(x: $x) thing { name n } }", root, x=3)
    assert '"with 3"' in told.data
    assert len(told.errors) == 1


async def test_what_skips_is_null_below_an_interface() -> None:
    """The error belongs to the object whose fields can't be known, not to the one that is compiled just then."""
    made = GraphQLObjectType("Made", {"of": field(THING, giving({}))}, [MADE])
    of = GraphQLSchema(GraphQLObjectType("Query", {"made": field(MADE, giving({}))}), types=[made])
    told = await same(
        of, "query($no: Boolean = false) { made { ... on Made { of { name @skip(if: $no) } } } }", no=None
    )
    assert '["made", "of"]' in told.errors[0]


@pytest.mark.parametrize(
    "fields",
    [
        "owner { name @skip(if: $no) } label",
        "parts { sure @include(if: $no) name } spare { name }",
        "named { name @skip(if: $no) } either { ... on Part { size @skip(if: $no) } ... on Owner { name } }",
        "maker { name @skip(if: $no) }",
    ],
)
async def test_what_skips_is_null_in_lists(fields: str) -> None:
    """All else is made as ever, and fast."""
    text = f"query($no: Boolean = false) {{ parts {{ name {fields} }} part {{ sure }} }}"
    document = parse(text)
    operation = compiled(Workshop(written.SCHEMA, written.written), document)
    for number in range(12):
        for no in (None, True, None, False):
            context = written.Tree(number)
            expected = await by_graphql_core(written.SCHEMA, document, {"no": no}, context)
            assert await by_ours(operation, {"no": no}, context) == expected, (number, no)


async def test_more_choices_than_are_kept() -> None:
    names = [f"v{number}" for number in range(4)]
    assert 2 ** len(names) > MOST_VARIANTS
    fields = " ".join(f"{name}: a @include(if: ${name})" for name in names)
    document = parse(f"query({', '.join(f'${name}: Boolean!' for name in names)}) {{ a {fields} }}")
    of = schema(a=field(GraphQLInt, giving(1)))
    operation = compiled(Workshop(of), document)
    for number in [*range(16), *range(16)]:
        variables = {name: bool(number & 2**place) for place, name in enumerate(names)}
        expected = await by_graphql_core(of, document, variables, None)
        assert await by_ours(operation, variables, None) == expected


async def test_any_operation_of_a_document() -> None:
    of = schema(a=field(GraphQLInt, giving(1), x=GraphQLInt))
    document = parse("query A { a } query B($yes: Boolean!) { b: a @include(if: $yes) } fragment F on Query { a }")
    second = [one for one in document.definitions if isinstance(one, OperationDefinitionNode)][1]
    operation = Workshop(of).operation(document, second)
    assert (await by_ours(operation, {"yes": True}, None)).data == '{"b": 1}'


async def test_directives_that_are_left_to_graphql_core() -> None:
    of = schema(a=field(GraphQLNonNull(GraphQLInt), giving(None)), b=field(GraphQLInt, giving(1)))
    document = parse("query @experimental_disableErrorPropagation { a b }")
    expected = await by_graphql_core(of, document, {}, None)
    assert await by_ours(compiled(Workshop(of), document), {}, None) == expected
    assert expected.data == '{"a": null, "b": 1}'


async def test_an_answer_that_is_null_as_a_whole_leaves_no_coroutine_behind() -> None:
    """Python would warn, and warnings fail here."""
    begun: list[str] = []

    async def late(*_: Any) -> int:
        begun.append("late")
        return 1

    of = schema(
        a=field(GraphQLInt, lambda *_: late()),
        items=field(GraphQLNonNull(GraphQLList(GraphQLNonNull(GraphQLInt))), lambda *_: [late(), None, late()]),
    )
    ours = await by_ours(compiled(Workshop(of), parse("{ a items }")), {}, None)
    assert begun == []
    assert ours == await by_graphql_core(of, parse("{ a items }"), {}, None)


async def test_mutations_one_after_the_other() -> None:
    """Each is done, whatever has to be waited for below it, before the next is begun; none after one that fails."""
    done: list[str] = []

    def change(_source: Any, _info: Any, name: str) -> dict[str, Any]:
        async def after(*_: Any) -> str:
            await asyncio.sleep(0)
            done.append(f"after {name}")
            return name

        done.append(name)
        return {"name": after}

    fails = field(GraphQLNonNull(GraphQLInt), giving(None))
    of = schema(mutation=True, change=field(THING, change, name=GraphQLString), fails=fails)
    text = (
        'mutation { a: change(name: "a") { name } b: change(name: "b") { name } fails c: change(name: "c") { name } }'
    )
    expected = ["a", "after a", "b", "after b"]
    await by_ours(compiled(Workshop(of), parse(text)), {}, None)
    assert done == expected
    done.clear()
    await same(of, text, times=1)
    assert done == expected * 2


async def test_others_have_their_turn_during_long_lists() -> None:
    turns: list[int] = []
    rows = [{"name": str(number), "n": number} for number in range(AT_A_TIME + 5)]

    async def others() -> None:
        for turn in range(3):
            turns.append(turn)
            await asyncio.sleep(0)

    row = GraphQLObjectType("Row", lambda: {"n": field(GraphQLInt), "rows": field(GraphQLList(THING), giving(rows))})
    of = schema(rows=field(GraphQLList(row), giving(rows[:3])))
    beside = asyncio.ensure_future(others())
    ours = await by_ours(compiled(Workshop(of), parse("{ rows { n rows { name } } }")), {}, None)
    assert turns, "nobody else was let"
    await beside
    assert ours == await by_graphql_core(of, parse("{ rows { n rows { name } } }"), {}, None)


async def test_a_list_that_an_error_made_null_stays_so_though_more_of_it_was_to_follow() -> None:
    async def failing() -> int:
        raise ValueError("no")

    async def late(number: int) -> int:
        return number

    items = field(GraphQLList(GraphQLNonNull(GraphQLInt)), lambda *_: [failing(), 1, late(2), 3, late(4)])
    of = schema(items=items, a=field(GraphQLInt, giving(1)))
    expected = await by_graphql_core(of, parse("{ items a }"), {}, None)
    assert expected.data == '{"items": null, "a": 1}'
    for at_a_time in (1, 2, 3):
        assert await by_ours(compiled(Workshop(of, at_a_time=at_a_time), parse("{ items a }")), {}, None) == expected


@pytest.mark.parametrize("many", [list, tuple])
@pytest.mark.parametrize(("field", "least"), [("weight", 15), ("secret", 100), ("later", 1_000), ("maker { name }", 3)])
async def test_others_have_their_turn_between_the_values_of_many_fields(field: str, least: int, many: Any) -> None:
    """Of those had together, of those that take long, of those waited for, and of plain ones."""
    turns: list[int] = []
    owner = written.OwnerValue(name="x")
    parts = [written.PartValue(name=str(n), weight=n, label="x", size=1, secret="x", maker=owner) for n in range(30)]

    async def others() -> None:
        for turn in range(least):
            await asyncio.sleep(0)
            turns.append(turn)

    context = SimpleNamespace(parts=many(parts))
    text = f"{{ parts {{ {' '.join(f'w{n}: {field}' for n in range(120))} }} }}"
    operation = compiled(Workshop(written.SCHEMA, written.written, at_a_time=1_000), parse(text))
    beside = asyncio.ensure_future(others())
    said = await by_ours(operation, {}, context)
    assert len(turns) == least, "others hardly had a turn"
    await beside
    assert said == await by_graphql_core(written.SCHEMA, parse(text), {}, context)


async def test_an_asynchronous_iterable_that_raises() -> None:
    async def items() -> AsyncIterator[int]:
        raise KeyError("gone")
        yield 1

    told = await same(schema(items=field(GraphQLList(GraphQLInt), lambda *_: items())), "{ items }")
    assert "\"'gone'\"" in told.errors[0]


async def test_arguments_that_a_resolver_changes_are_new_each_time() -> None:
    def resolve(_source: Any, _info: Any, numbers: list[int]) -> int:
        numbers.append(1)
        return len(numbers)

    of = schema(a=field(GraphQLInt, resolve, numbers=GraphQLList(GraphQLInt)))
    assert (await same(of, "{ a(numbers: [5]) }", times=3)).data == '{"a": 2}'


async def test_a_default_is_not_what_null_is() -> None:
    shown = field(GraphQLString, lambda *_args, **given: str(given), x=GraphQLInt, y=GraphQLBoolean)
    shown.args["x"] = GraphQLArgument(GraphQLInt, default_value=3)
    text = "query($x: Int, $y: Boolean = true) { a: shown(x: $x, y: $y) b: shown c: shown(x: null) }"
    for variables in ({}, {"x": None}, {"x": 1, "y": None}, {"x": "1"}):
        await same(schema(shown=shown), text, **variables)


@pytest.mark.parametrize("value", [float("nan"), 2**31, "x", [], object])
async def test_numbers_that_are_none(value: Any) -> None:
    fields = {"a": field(GraphQLInt, giving(value)), "b": field(GraphQLNonNull(GraphQLInt), giving(value))}
    assert (await same(schema(**fields), "{ a b }")).data == "null"


def test_answers_are_compared_by_places_that_errors_made_null() -> None:
    """Two that tell another error of the same null are the same; two with another null are not."""
    error = '["m", ["a", {}], [[1, 3]], {}, "E"]'
    one, other, third = (
        Told(data, (error.replace("{}", last, 1),))
        for data, last in (('{"a": null}', '"b"'), ('{"a": null}', '"c"'), ('{"a": {"b": null}}', '"b"'))
    )
    assert one != other
    assert places(one) == places(other) != places(third)


@pytest.mark.parametrize("parts", [None, [None], [[]], 5])
@pytest.mark.parametrize("field", ["parts", "spare"])
async def test_what_is_no_list_among_lists(field: str, parts: Any) -> None:
    """Lists that are made all at once: of a null, or what holds one, the answer is as if each was made alone."""
    good = [written.PartValue(name="a", parts=[], spare=[]) for _ in range(2)]
    text = f"{{ parts {{ name {field} {{ name }} }} }}"
    operation = compiled(Workshop(written.SCHEMA, written.written), parse(text))
    for odd in (good, [*good, written.PartValue(name="b", parts=parts, spare=parts), *good]):
        context = SimpleNamespace(parts=odd)
        expected = await by_graphql_core(written.SCHEMA, parse(text), {}, context)
        for _ in range(3):
            assert await by_ours(operation, {}, context) == expected
