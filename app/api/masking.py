"""The one door by which errors leave: expected ones as the contract has them, all others masked and logged whole."""

import asyncio
import logging
from collections.abc import Iterable
from typing import Any

from graphql import GraphQLError, ValueNode
from strawberry.exceptions import StrawberryInputCoercionError

from app.errors import BailiwickError
from app.policy.vocabulary import ErrorCode

log = logging.getLogger(__name__)

Entry = dict[str, Any]
"""One entry of `errors`, as JSON."""

_LONGEST_CHAIN = 20
_LONGEST = 1_000
"""Of GraphQL's messages, in characters: they quote names and members of enums whole, however long they were sent."""

_AT_A_TIME = 200
"""How many errors are described before others may use the event loop: a few milliseconds."""

_WHOLE = 5
"""How many different defects of one request are logged whole; the rest are counted."""


def describe(error: BailiwickError, request_id: str) -> Entry:
    """An expected failure as the contract has it: `permission` and `resourceId` with FORBIDDEN alone."""
    extensions: Entry = {"code": error.code, "requestId": request_id}
    if error.problems:
        extensions["problems"] = [
            {"path": one.path, "code": one.code, "message": one.message} for one in error.problems
        ]
    if error.code is ErrorCode.FORBIDDEN:
        extensions |= {"permission": error.permission, "resourceId": error.resource_id}
    if error.retry_after is not None:
        extensions["retryAfter"] = error.retry_after
    return {"message": error.message, "extensions": extensions}


async def mask(errors: Iterable[GraphQLError], request_id: str) -> list[Entry]:
    """GraphQL's errors as entries of `errors`, in their order.

    What GraphQL itself says about a document or its variables is INVALID with its message. Its suggestions stay: they
    are made from the schema, which everybody may read, never from data. Whatever nobody foresaw is INTERNAL and
    tells nothing but the request's id, by which it stands in the log. Of many, others have their turn meanwhile.
    """
    defects = _Defects(request_id)
    entries: list[Entry] = []
    for number, error in enumerate(errors, 1):
        entries.append(_entry(error, request_id, defects))
        if number % _AT_A_TIME == 0:
            await asyncio.sleep(0)
        _let_go(error)
    defects.conclude()
    return entries


def _let_go(error: BaseException | None) -> None:
    """Forget where an error was raised: the request is there that has it, and only the garbage collector could tell."""
    for _ in range(_LONGEST_CHAIN):
        if error is None:
            break
        error.__traceback__ = None
        error = error.original_error if isinstance(error, GraphQLError) else error.__cause__ or error.__context__


def _entry(error: GraphQLError, request_id: str, defects: "_Defects") -> Entry:
    cause = _cause(error)
    if isinstance(cause, BailiwickError):
        entry = describe(cause, request_id)
    elif _is_about_input(error, cause):
        entry = {"message": _message(error), "extensions": {"code": ErrorCode.INVALID, "requestId": request_id}}
    else:
        defects.note(cause, error)
        entry = {"message": "internal error", "extensions": {"code": ErrorCode.INTERNAL, "requestId": request_id}}
    if error.locations:
        entry["locations"] = [{"line": one.line, "column": one.column} for one in error.locations]
    if error.path:
        entry["path"] = error.path
    return entry


def _cause(error: GraphQLError) -> BaseException:
    """The expected failure in the chain of causes, if there is one; else what GraphQL wrapped, or its own error."""
    wrapped: BaseException = error
    while isinstance(wrapped, GraphQLError) and wrapped.original_error is not None:
        wrapped = wrapped.original_error
    one: BaseException | None = wrapped
    for _ in range(_LONGEST_CHAIN):
        if one is None or isinstance(one, BailiwickError):
            break
        one = one.__cause__
    return one if isinstance(one, BailiwickError) else wrapped


def _is_about_input(error: GraphQLError, cause: BaseException) -> bool:
    """Whether GraphQL refuses what was sent, and not what a resolver returned.

    Before execution an error has no path. During it, what is about an argument points at a value in the document, and
    what is about a result points at a field.
    """
    if isinstance(cause, StrawberryInputCoercionError):
        return True
    if not isinstance(cause, GraphQLError):
        return False
    return not error.path or any(isinstance(node, ValueNode) for node in cause.nodes or ())


def _message(error: GraphQLError) -> str:
    if "Maybe[" in error.message:  # Strawberry's words for null given to one are advice on Python
        return "null is not allowed here: leave it out to keep what there is"
    return error.message if len(error.message) <= _LONGEST else f"{error.message[:_LONGEST]}…"


class _Defects:
    """Logs the unforeseen failures of one request: each kind whole, once, however many fields it has felled."""

    def __init__(self, request_id: str) -> None:
        self._request_id = request_id
        self._count = 0
        self._known: set[tuple[type[BaseException], object]] = set()

    def note(self, cause: BaseException, error: GraphQLError) -> None:
        """Log a failure, unless one like it was logged for this request."""
        self._count += 1
        kind = type(cause), _place(cause)
        if kind in self._known or len(self._known) >= _WHOLE:
            return
        self._known.add(kind)
        extra = {"request_id": self._request_id, "field": ".".join(map(str, error.path or ()))}
        log.error("unforeseen failure", exc_info=cause, extra=extra)

    def conclude(self) -> None:
        """Say how many more there were."""
        more = self._count - len(self._known)
        if more:
            log.error("unforeseen failures of fields, %d more like these", more, extra={"request_id": self._request_id})


def _place(error: BaseException) -> object:
    """The line that raised it."""
    frame = error.__traceback__
    while frame is not None and frame.tb_next is not None:
        frame = frame.tb_next
    return None if frame is None else (frame.tb_frame.f_code, frame.tb_lineno)
