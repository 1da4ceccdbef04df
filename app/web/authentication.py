"""From the `Authorization` header to whoever asks."""

import logging
import re
from typing import Protocol

from starlette.exceptions import HTTPException
from starlette.types import Scope

from app.eager import Soon, begin
from app.errors import BailiwickError
from app.policy.vocabulary import ErrorCode
from app.services.reader import Reader

_log = logging.getLogger(__name__)


class Readers(Protocol):
    """Who knows the holders of keys. Both raise UNAUTHENTICATED for a key that is no good."""

    def reader_at_once(self, key: str) -> Reader | None:
        """The reader of whoever holds a key, where that is known without waiting; None: `reader` is to be asked."""

    async def reader(self, key: str) -> Reader:
        """The reader of whoever holds a key."""
        ...


_BEARER = re.compile(rb"bearer +([A-Za-z0-9_]{1,128})", re.IGNORECASE)
_MESSAGE = "this credential is no good: send `Authorization: Bearer blw_…` with a key in force, or no such header"


def authenticate(scope: Scope, readers: Readers) -> Soon[Reader | None]:
    """The reader of whoever sent the request; None where it has no credential.

    Expects `headers` in the scope's state, and leaves the subject's id there, for the log. Raises one and the same
    HTTPException 401 for any bad credential: malformed, of another scheme, given twice, unknown, expired, revoked, of
    somebody deactivated; and 503 where the store can't be reached.
    """
    state = scope["state"]
    given = state["headers"].get(b"authorization")
    if given is None:
        return None
    bearer = _BEARER.fullmatch(given)
    if bearer is None:
        raise _refused()
    key = bearer[1].decode()
    try:
        reader = readers.reader_at_once(key)
    except BailiwickError as error:
        raise _refusal(error) from None
    if reader is None:
        return begin(_awaited(scope, readers, key))
    state["subject_id"] = reader.subject.id
    return reader


async def _awaited(scope: Scope, readers: Readers, key: str) -> Reader:
    try:
        reader = await readers.reader(key)
    except BailiwickError as error:
        raise _refusal(error) from None
    except OSError as error:  # what the network says of a database that is elsewhere
        _log.error("the store can't be reached: %s", error)
        raise HTTPException(503, "the store can't be reached just now: try again") from None
    scope["state"]["subject_id"] = reader.subject.id
    return reader


def _refusal(error: BailiwickError) -> Exception:
    return _refused() if error.code is ErrorCode.UNAUTHENTICATED else error


def _refused() -> HTTPException:
    return HTTPException(401, _MESSAGE, {"WWW-Authenticate": "Bearer"})
