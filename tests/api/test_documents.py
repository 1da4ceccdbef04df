"""Documents that are remembered: made once for each text, in the background, and no more of them than have room."""

import asyncio
import gc
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest
import strawberry
from graphql import GraphQLError, Token

from app.api import documents
from app.api.documents import Documents, Limits, Operation
from app.errors import BailiwickError, not_found
from app.execution.run import Run
from tests.fixtures.graphql_server import ask, client, codes


@strawberry.type
class Query:
    @strawberry.field
    def greeting(self, name: str = "you") -> str:
        return f"hello {name}"

    @strawberry.field
    def failing(self) -> int | None:
        raise not_found()

    @strawberry.field
    def same(self) -> "Query":
        return Query()


SCHEMA = strawberry.Schema(Query)
LIMITS = Limits(tokens=1_000, depth=10, objects=100)


@pytest.fixture
def kept() -> Documents:
    return Documents(SCHEMA, LIMITS)


async def test_a_document_is_parsed_and_validated_once(monkeypatch: pytest.MonkeyPatch) -> None:
    calls: list[str] = []

    def counted(original: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            calls.append(original.__name__)
            return original(*arguments, **named)

        return call

    for name in ("parse", "validate"):
        monkeypatch.setattr(documents, name, counted(getattr(documents, name)))
    async with client(SCHEMA) as server:
        for name in ("a", "b"):
            answer = await ask(server, "query ($name: String!) { greeting(name: $name) }", {"name": name})
            assert answer == {"data": {"greeting": f"hello {name}"}}
    assert calls == ["parse", "validate"]


async def test_many_who_send_the_same_at_once_have_it_made_once(
    kept: Documents, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[str] = []
    parse = documents.parse

    def slow(text: str, **limits: Any) -> Any:
        parsed.append(threading.current_thread().name)
        time.sleep(0.05)
        return parse(text, **limits)

    monkeypatch.setattr(documents, "parse", slow)
    asked = [asyncio.ensure_future(kept.operation("{ greeting }", None)) for _ in range(5)]
    await asyncio.sleep(0.01)
    asked.pop().cancel()  # who goes away takes it from nobody else
    first, *others = await asyncio.gather(*asked)
    assert all(other is first for other in others)
    assert [name.startswith("documents") for name in parsed] == [True]
    assert kept.known("{ greeting }", None) is first


async def test_the_event_loop_goes_on_while_a_large_document_is_made(kept: Documents) -> None:
    """Counted in turns, not in time: with all of it on the loop there would be none."""
    turns = 0
    text = "{ same { " + " ".join(f"a{number}: greeting" for number in range(300)) + " } }"
    made = asyncio.ensure_future(kept.operation(text, None))
    while not made.done():
        turns += 1
        await asyncio.sleep(0)
    assert turns > 1
    operation = made.result()
    executed = asyncio.ensure_future(_executed(operation))
    turns = 0
    while not executed.done():
        turns += 1
        await asyncio.sleep(0)
    assert turns > 1
    assert len(executed.result().data["same"]) == 300
    assert not asyncio.isfuture(operation.compiled.execute(None, {}))


async def _executed(operation: Operation) -> Any:
    result: Any = operation.compiled.execute(None, {})
    return await result


async def test_of_many_operations_only_the_one_that_is_asked_for_is_made(
    kept: Documents, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each takes going over the whole document, which may have hundreds of them."""
    made: list[str | None] = []

    class Noted(Operation):
        def __init__(self, node: Any, cost: Any, compiled: Any) -> None:
            super().__init__(node, cost, compiled)
            made.append(self.name)

    monkeypatch.setattr(documents, "Operation", Noted)
    text = " ".join(f"query q{number} {{ greeting }}" for number in range(50))
    for _ in range(2):
        with pytest.raises(BailiwickError, match="has several operations"):
            await kept.operation(text, None)
        with pytest.raises(BailiwickError, match="has no operation `q50`"):
            await kept.operation(text, "q50")
    assert made == []
    assert await kept.operation(text, "q7") is kept.known(text, "q7") is await kept.operation(text, "q7")
    assert kept.known(text, "q8") is None
    assert (await kept.operation(text, "q8")).name == "q8"
    assert made == ["q7", "q8"]


async def test_documents_with_choices_count_once_for_each_that_is_kept(
    kept: Documents, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "KEPT_CHARACTERS", 300)
    plain, choosing = "{ a: greeting }", "query ($v: Boolean!) { a: greeting @skip(if: $v) }"
    await kept.operation(plain, None)
    await kept.operation(choosing, None)
    assert kept._characters == len(plain) + documents.MOST_VARIANTS * len(choosing)
    await kept.operation(choosing.replace("a:", "b:"), None)
    assert list(kept._known) == [choosing.replace("a:", "b:")]
    assert kept._characters == documents.MOST_VARIANTS * len(choosing)


async def test_documents_that_are_remembered_are_bounded_and_refused_ones_are_not_among_them(
    kept: Documents, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(documents, "KEPT_CHARACTERS", 100)
    first = await kept.operation("{ greeting }", None)
    for number in range(20):
        with pytest.raises(documents.DocumentError):
            await kept.operation(f"{{ missing{number} }}", None)
    for number in range(20):
        assert kept.known("{ greeting }", None) is first  # in use, so it stays
        await kept.operation(f"{{ b{number}: greeting }}", None)
    for number in range(20):
        await kept.operation(f"{{ a{number}: greeting }}", None)
        assert kept._characters == sum(map(len, kept._known)) <= 100
    assert kept.known("{ greeting }", None) is None


async def test_no_word_of_a_document_holds_all_the_others(kept: Documents) -> None:
    """The garbage collector goes over all that is kept, and holds everybody meanwhile."""
    await kept.operation('query Odd { oddly: greeting(name: "odd") }', None)
    tokens = [one for one in gc.get_objects() if isinstance(one, Token) and one.value in {"oddly", "odd", "Odd"}]
    assert tokens
    assert all(token.next is None is token.prev for token in tokens)


@pytest.mark.parametrize(
    "text",
    [
        "{ a: greeting same { same { b: greeting } } }",
        "query ($name: String!, $yes: Boolean!) { greeting(name: $name) same @skip(if: $yes) { greeting } }",
    ],
)
async def test_a_document_that_leaves_takes_with_it_all_that_was_made_of_it(kept: Documents, text: str) -> None:
    """Nothing is left for the garbage collector, which does not look at what stayed long (app/cli/server.py)."""

    async def ask() -> None:
        operation = await kept.operation(text, None)
        result: Any = operation.compiled.execute(None, {"name": "you", "yes": False})
        assert (await result).errors is None

    await ask()
    await asyncio.sleep(0.01)
    gc.collect()
    gc.disable()
    try:
        kept._known.clear()
        assert gc.collect() == 0
    finally:
        gc.enable()


async def test_an_error_that_was_told_leaves_nothing_of_its_request_behind() -> None:
    def there() -> list[object]:
        return [one for one in gc.get_objects() if isinstance(one, Run | GraphQLError)]

    text = "query ($name: String!) { greeting(name: $name) failing }"
    async with client(SCHEMA) as server:
        await ask(server, text, {"name": "you"})
        await asyncio.sleep(0.05)  # until the background has let go of what it worked for
        gc.collect()
        gc.disable()
        try:
            others = there()
            answer = await ask(server, text, {"name": "you"})
            left = [one for one in there() if not any(one is other for other in others)]
        finally:
            gc.enable()
    assert codes(answer) == ["NOT_FOUND"]
    assert answer["data"] == {"greeting": "hello you", "failing": None}
    assert left == []
