"""From the `Authorization` header to whoever asks."""

import re
from collections.abc import Awaitable, Callable

from starlette.exceptions import HTTPException
from starlette.types import Scope

from app.errors import BailiwickError
from app.policy.vocabulary import ErrorCode
from app.services.reader import Reader

ReaderOf = Callable[[str], Awaitable[Reader]]
"""The reader of whoever holds a key; raises UNAUTHENTICATED for a key that is no good."""

_BEARER = re.compile(rb"bearer +([A-Za-z0-9_]{1,128})", re.IGNORECASE)
_MESSAGE = "this credential is no good: send `Authorization: Bearer blw_…` with a key in force, or no such header"


async def authenticate(scope: Scope, reader_of: ReaderOf) -> Reader | None:
    """The reader of whoever sent the request; None where it has no credential.

    Expects `headers` in the scope's state, and leaves the subject's id there, for the log. Raises one and the same
    HTTPException 401 for any bad credential: malformed, of another scheme, given twice, unknown, expired, revoked, of
    somebody deactivated.
    """
    state = scope["state"]
    given = state["headers"].get(b"authorization")
    if given is None:
        return None
    bearer = _BEARER.fullmatch(given)
    if bearer is None:
        raise _refused()
    try:
        reader = await reader_of(bearer[1].decode())
    except BailiwickError as error:
        if error.code is ErrorCode.UNAUTHENTICATED:
            raise _refused() from None
        raise
    state["subject_id"] = reader.subject.id
    return reader


def _refused() -> HTTPException:
    return HTTPException(401, _MESSAGE, {"WWW-Authenticate": "Bearer"})
