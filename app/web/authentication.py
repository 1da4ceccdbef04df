"""From the `Authorization` header to whoever asks."""

import re
from collections.abc import Awaitable, Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request

from app.errors import BailiwickError
from app.policy.vocabulary import ErrorCode
from app.services.reader import Reader

ReaderOf = Callable[[str], Awaitable[Reader]]
"""The reader of whoever holds a key; raises UNAUTHENTICATED for a key that is no good."""

_BEARER = re.compile(r"bearer +([A-Za-z0-9_]{1,128})", re.IGNORECASE)
_MESSAGE = "this credential is no good: send `Authorization: Bearer blw_…` with a key in force, or no such header"


async def authenticate(request: Request, reader_of: ReaderOf) -> Reader | None:
    """The reader of whoever sent the request; None where it has no credential.

    Raises one and the same HTTPException 401 for any bad credential: malformed, of another scheme, given twice,
    unknown, expired, revoked, of somebody deactivated. Leaves the subject's id in the scope's state, for the log.
    """
    values = request.headers.getlist("authorization")
    if not values:
        return None
    bearer = _BEARER.fullmatch(values[0])
    if bearer is None or len(values) > 1:
        raise _refused()
    try:
        reader = await reader_of(bearer[1])
    except BailiwickError as error:
        if error.code is ErrorCode.UNAUTHENTICATED:
            raise _refused() from None
        raise
    request.scope["state"]["subject_id"] = reader.subject.id
    return reader


def _refused() -> HTTPException:
    return HTTPException(401, _MESSAGE, {"WWW-Authenticate": "Bearer"})
