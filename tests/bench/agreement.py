"""That all who are measured give the same answers, to everybody, before anything is measured."""

import re
from collections.abc import Iterable
from contextlib import AsyncExitStack

import orjson

from tests.bench.client import Answer, Connection, exchange, request
from tests.bench.operations import Operation, Question

_NEW_ID = re.compile(rb"gra_\w+")


class Disagreement(AssertionError):  # noqa: N818 - it says what happened
    """Two answers to the same question differ."""


def data_of(answer: Answer | None) -> bytes:
    """The `data` of an answer, its keys in their order; ids of grants, which each store draws itself, all alike.

    Raises Disagreement for an answer with errors, which none should have.
    """
    if answer is None:
        return b""
    if not answer.is_good:
        raise Disagreement(f"{answer.status}: {answer.body[:500].decode()}")
    return _NEW_ID.sub(b"gra_", orjson.dumps(orjson.loads(answer.body)["data"]))


async def data(connection: Connection, question: Question) -> bytes:
    """The data of all answers to one question."""
    return b"\n".join(map(data_of, await exchange(connection, question, request(question))))


async def agree(ports: dict[str, int], operations: Iterable[Operation], every: int = 1) -> int:
    """How many questions were asked of all servers, by name, and answered alike; of viewers only each `every`th.

    Raises Disagreement at the first that differs.
    """
    asked = 0
    async with AsyncExitStack() as stack:
        connections = {name: await stack.enter_async_context(Connection.open(port)) for name, port in ports.items()}
        for operation in operations:
            for question in operation.questions[::every]:
                answers = {name: await data(connection, question) for name, connection in connections.items()}
                _compare(f"`{operation.name}` asked by {question.asker}", answers)
                asked += 1
    return asked


def _compare(what: str, answers: dict[str, bytes]) -> None:
    (first, one), *others = answers.items()
    for name, other in others:
        if other != one:
            shown = (f"{who} says\n{text[:1000].decode()}" for who, text in ((first, one), (name, other)))
            raise Disagreement(f"{what}: {' and '.join(shown)}")
