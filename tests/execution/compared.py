"""One operation by both executors, and what each said: data, key order, errors with their places and causes.

Differences that are meant, and are not compared:

- The order of errors, which the specification leaves open.
- Where several values fail that are waited for and below the same nullable place, which of their errors is told. Which
  comes first is chance, so those answers are compared by their data and by the places that errors made null (`places`).
  The same where values are put off, so that others have their turn.
- An awaitable that gives another awaitable: graphql-core's executor takes the second for a value and refuses it, ours
  awaits it too.
- An asynchronous iterable that raises after it gave items: ours has all of it before it completes any, so that no item
  has an error of its own.
- What is still waited for below a place that is null by now: graphql-core's executor lets it run beside what comes
  next, the next mutation even, and leaves out what it says. Ours waits for it first, and closes it where the whole
  answer is null.
"""

import asyncio
import inspect
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import DocumentNode, ExecutionResult, GraphQLSchema, OperationDefinitionNode, execute

from app.execution.operation import CompiledOperation, Workshop


@dataclass(frozen=True)
class Told:
    """An answer: `data` as text, with keys in their order; `errors` in one order."""

    data: str
    errors: tuple[str, ...]

    def __str__(self) -> str:
        return "\n".join([self.data, *self.errors])


def first_operation(document: DocumentNode) -> OperationDefinitionNode:
    return next(one for one in document.definitions if isinstance(one, OperationDefinitionNode))


def compiled(workshop: Workshop, document: DocumentNode) -> CompiledOperation:
    """The first operation of a document, for the executor of app/execution."""
    return workshop.operation(document, first_operation(document))


async def by_ours(operation: CompiledOperation, variables: Mapping[str, Any], context: Any, root: Any = None) -> Told:
    """What the compiled executor says."""
    found = operation.execute(context, variables, root)
    return told(await found if inspect.isawaitable(found) else found)


async def by_graphql_core(
    schema: GraphQLSchema,
    document: DocumentNode,
    variables: Mapping[str, Any],
    context: Any,
    root: Any = None,
    **more: Any,
) -> Told:
    """What graphql-core's own executor says. What it still does after that is waited for."""
    name = first_operation(document).name
    before = asyncio.all_tasks()
    found: Any = execute(schema, document, root, context, dict(variables), name.value if name else None, **more)
    result = told(await found if inspect.isawaitable(found) else found)
    after = asyncio.all_tasks() - before
    if after:
        await asyncio.gather(*after, return_exceptions=True)
    return result


def told(result: ExecutionResult) -> Told:
    errors = [
        json.dumps(
            [
                error.message,
                error.path,
                [(at.line, at.column) for at in error.locations or ()],
                error.extensions,
                type(error.original_error).__name__,
            ],
            default=str,
        )
        for error in result.errors or ()
    ]
    return Told(json.dumps(result.data, default=str), tuple(sorted(errors)))


def places(answer: Told) -> Told:
    """The same answer with nothing of its errors but which places they made null."""
    data = json.loads(answer.data)
    nulled = {_nulled(data, json.loads(error)[1]) for error in answer.errors}
    return Told(answer.data, tuple(sorted(nulled)))


def _nulled(data: Any, path: list[str | int] | None) -> str:
    """The first place on a path that is null."""
    at, gone = data, []
    for key in path or ():
        if at is None:
            break
        at = at[key]
        gone.append(key)
    return json.dumps(gone)


def apart(ours: Told, theirs: Told) -> str:
    """Where two answers differ, for people."""
    lines = [f"at {place}: ours {one}, graphql-core's {other}" for place, one, other in _apart(ours, theirs)]
    lines += [f"ours alone: {error}" for error in ours.errors if error not in theirs.errors]
    lines += [f"graphql-core's alone: {error}" for error in theirs.errors if error not in ours.errors]
    return "\n".join(lines)


def _apart(ours: Told, theirs: Told) -> Iterator[tuple[list[str | int], str, str]]:
    try:
        left = [([], json.loads(ours.data), json.loads(theirs.data))]
    except ValueError:  # ours raised
        yield [], ours.data, theirs.data
        return
    at: list[str | int]
    while left:
        at, one, other = left.pop()
        if isinstance(one, dict) and isinstance(other, dict) and list(one) == list(other):
            left += [([*at, key], one[key], other[key]) for key in one]
        elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
            left += [([*at, index], *both) for index, both in enumerate(zip(one, other, strict=True))]
        elif json.dumps(one) != json.dumps(other):
            yield at, json.dumps(one)[:200], json.dumps(other)[:200]
