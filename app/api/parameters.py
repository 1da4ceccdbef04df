"""What a GraphQL request is made of, from a body or a query string (GraphQL over HTTP, "Request Parameters")."""

from typing import Any, NamedTuple, NoReturn
from urllib.parse import parse_qsl

import orjson
from starlette.exceptions import HTTPException

_MOST_FIELDS = 20


class Parameters(NamedTuple):
    """One well-formed request; whether its document parses is another question."""

    query: str
    operation_name: str | None
    variables: dict[str, Any]


def from_body(body: bytes) -> Parameters:
    """The parameters in a JSON body. Members that we don't know are ignored, null is as good as left out.

    Raises HTTPException 400, saying what is wrong, for anything that is not a request.
    """
    return _parameters(_json(body, "the body"))


def from_query_string(query_string: bytes) -> Parameters:
    """The same for GET, where `variables` and `extensions` are JSON and no operation name is an empty one."""
    try:
        pairs = parse_qsl(
            query_string.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS
        )
    except ValueError:
        _refuse("the query string can't be read: it should be URL-encoded UTF-8")
    members: dict[str, Any] = dict(pairs)
    for name in ("variables", "extensions"):
        if members.get(name):
            members[name] = _json(members[name].encode(), f"`{name}`")
        else:
            members.pop(name, None)
    return _parameters(members)


def _parameters(members: object) -> Parameters:
    if isinstance(members, list):
        _refuse("batches are not answered: send one object, which may ask for several fields")
    if not isinstance(members, dict):
        _refuse("the body should be a JSON object with `query`")
    query, name, variables = members.get("query"), members.get("operationName"), members.get("variables")
    if query is None:
        _refuse("`query` is missing: it holds the GraphQL document")
    if not isinstance(query, str):
        _refuse("`query` should be a string")
    if name is not None and not isinstance(name, str):
        _refuse("`operationName` should be a string or null")
    for member, value in (("variables", variables), ("extensions", members.get("extensions"))):
        if value is not None and not isinstance(value, dict):
            _refuse(f"`{member}` should be an object or null")
    return Parameters(query, name or None, variables or {})


def _json(text: bytes, what: str) -> object:
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError as error:
        # Its own words would only be about its insides.
        _refuse(f"{what} is not valid JSON, see line {error.lineno}, column {error.colno}")


def _refuse(message: str) -> NoReturn:
    raise HTTPException(400, message)
