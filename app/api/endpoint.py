"""GraphQL over HTTP: one request in, one answer out (GraphQL over HTTP specification, "Request" and "Response").

Statuses: 200 whenever the operation was executed, whatever fields failed. A request that isn't well-formed is refused
with an HTTPException, for whoever serves us to answer. A well-formed one that can't be executed is 400 in
`application/graphql-response+json`, and 200 in `application/json`, where clients can't know who sent another status.
"""

import json
from collections.abc import Callable
from typing import Generic, Protocol, TypeVar

import orjson
import strawberry
from graphql import ExecutionResult, OperationType
from starlette.exceptions import HTTPException
from starlette.types import Receive, Scope, Send

from app.api.documents import DocumentError, Documents, Operation
from app.api.limits import Limits
from app.api.masking import Entry, describe, mask
from app.api.negotiation import JSON, OFFERED, answer_type, expect_json
from app.api.parameters import Parameters, from_body, from_query_string
from app.eager import Rest, Soon
from app.errors import BailiwickError, invalid
from app.policy.vocabulary import ErrorCode

C = TypeVar("C")
C_contra = TypeVar("C_contra", contravariant=True)

_CONTENT_TYPES = {media_type: f"{media_type}; charset=utf-8".encode() for media_type in OFFERED}


class Keeper(Protocol[C_contra]):
    """Answers that may be given again: to the same context in all that matters, and the same body."""

    def find(self, context: C_contra, body: bytes) -> bytes | None: ...

    def keep(self, context: C_contra, body: bytes, answer: bytes) -> None: ...


class GraphQLEndpoint(Generic[C]):
    """An ASGI application for one path.

    `context` makes what resolvers get as `info.context`, and `read_body` reads the body; either raises HTTPException
    for a request that is not to be answered. `after` is called once the answer has left; what it raises is passed on,
    too late to change anything. `kept` has what was answered to a body before. Expects `request_id` and `headers` in
    the scope's state, and leaves `media_type` there for whoever answers an HTTPException.
    """

    def __init__(
        self,
        schema: strawberry.Schema,
        limits: Limits,
        *,
        context: Callable[[Scope], Soon[C]],
        read_body: Callable[[Scope, Receive], Soon[bytes]],
        after: Callable[[C], Soon[None]] | None = None,
        kept: Keeper[C] | None = None,
        allow_get: bool = False,
    ) -> None:
        self._limits = limits
        self._context = context
        self._read_body = read_body
        self._after = after
        self._kept = kept
        self._methods = ("GET", "POST") if allow_get else ("POST",)
        self._documents = Documents(schema, limits)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        method, state = scope["method"], scope["state"]
        if method not in self._methods:
            raise _wrong_method(self._methods)
        is_post = method == "POST"
        media_type = state["media_type"] = answer_type(state["headers"])
        if is_post:
            expect_json(state["headers"])
        made = self._context(scope)
        context = await made if isinstance(made, Rest) else made
        read = self._read_body(scope, receive) if is_post else scope["query_string"]
        question = await read if isinstance(read, Rest) else read
        kept = self._kept if is_post else None
        status, body = 200, None if kept is None else kept.find(context, question)
        if body is None:
            parameters = from_body(question) if is_post else from_query_string(question)
            answer, may_keep = await self._answer(parameters, context, state["request_id"], reading=not is_post)
            status, body = _status(answer, media_type), _written(answer)
            if kept is not None and may_keep:
                kept.keep(context, question, body)
        headers = [(b"content-length", b"%d" % len(body)), (b"content-type", _CONTENT_TYPES[media_type])]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
        if self._after is not None:
            left = self._after(context)
            if isinstance(left, Rest):
                await left

    async def _answer(
        self, parameters: Parameters, context: C, request_id: str, *, reading: bool
    ) -> tuple[Entry, bool]:
        """The answer, and whether it is one that could be given again: of a query, without errors."""
        try:
            operation = self._documents.known(parameters.query, parameters.operation_name)
            if operation is None:
                operation = await self._documents.operation(parameters.query, parameters.operation_name)
            self._check(operation, parameters, reading=reading)
            result = operation.compiled.execute(context, parameters.variables)
            if not isinstance(result, ExecutionResult):
                result = await result
        except DocumentError as refused:
            return {"errors": await mask(refused.errors, request_id)}, False
        except BailiwickError as error:
            return {"errors": [describe(error, request_id)]}, False
        if not result.errors:
            return {"data": result.data}, operation.type is OperationType.QUERY
        errors = await mask(result.errors, request_id)
        if result.data is None and not any(error.path for error in result.errors):
            return {"errors": errors}, False  # it was not executed: variables, for example
        return {"errors": errors, "data": result.data}, False

    def _check(self, operation: Operation, parameters: Parameters, *, reading: bool) -> None:
        """Let pass what may be asked. Raises BailiwickError and HTTPException."""
        if operation.type is OperationType.SUBSCRIPTION:
            raise invalid("subscriptions are not answered here, only queries and mutations")
        if reading and operation.type is not OperationType.QUERY:
            raise _wrong_method(("POST",))
        operation.cost.check(parameters.variables, self._limits.objects)


def _written(answer: Entry) -> bytes:
    try:
        return orjson.dumps(answer)
    except orjson.JSONEncodeError:  # stored JSON may have larger integers and nest deeper than this one can write
        return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode()


def _status(answer: Entry, media_type: str) -> int:
    if "data" in answer or media_type == JSON:
        return 200
    return 500 if any(one["extensions"]["code"] is ErrorCode.INTERNAL for one in answer["errors"]) else 400


def _wrong_method(allowed: tuple[str, ...]) -> HTTPException:
    message = f"this can only be asked by {' or '.join(allowed)}"
    return HTTPException(405, message, {"Allow": ", ".join(allowed)})
