"""The one shape of every HTTP answer that says no: JSON, with a code and the request's id, and nothing from inside."""

from collections.abc import Mapping
from http import HTTPStatus

import orjson
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

from app.policy.vocabulary import ErrorCode

JSON = "application/json"

_CODES = {401: ErrorCode.UNAUTHENTICATED, 404: ErrorCode.NOT_FOUND, 429: ErrorCode.RATE_LIMITED}
_MESSAGES = {
    404: "there is nothing at this path",
    405: "this method is not allowed here",
}


def refusal(scope: Scope, status: int, message: str, headers: Mapping[str, str] | None = None) -> Response:
    """The answer with this status: `errors` as GraphQL has them, so that a client needs one way to read them.

    Its media type is the one that the endpoint settled on (`media_type` in the scope's state), else plain JSON.
    """
    state = scope.get("state", {})
    error = {"message": message, "extensions": {"code": _code(status), "requestId": state.get("request_id", "")}}
    media_type = state.get("media_type", JSON)
    return Response(
        orjson.dumps({"errors": [error]}), status, {**(headers or {}), "Content-Type": f"{media_type}; charset=utf-8"}
    )


def refuse(request: Request, error: Exception) -> Response:
    """Starlette's handler for HTTPException. A detail that somebody here wrote is shown, a reason phrase is not."""
    assert isinstance(error, HTTPException)
    return refusal(request.scope, error.status_code, _message(error), error.headers)


def _message(error: HTTPException) -> str:
    phrase = HTTPStatus(error.status_code).phrase
    return _MESSAGES.get(error.status_code, phrase) if error.detail == phrase else error.detail


def _code(status: int) -> ErrorCode:
    return _CODES.get(status, ErrorCode.INTERNAL if status >= 500 else ErrorCode.INVALID)
