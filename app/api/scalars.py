"""DateTime and JSON as the contract has them."""

import datetime as dt
import re
from typing import Any, NewType

import strawberry
from graphql import GraphQLError

DateTime = NewType("DateTime", int)
"""An instant: µs since the epoch inside, RFC 3339 in UTC outside."""

JSON = NewType("JSON", object)
"""Any JSON value."""

_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
_MICROSECOND = dt.timedelta(microseconds=1)
_RFC_3339 = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,6})?([Zz]|[+-]\d\d:\d\d)")


def format_instant(instant: int) -> str:
    """RFC 3339 in UTC, with as many digits of a second as the instant (µs) has."""
    moment = _EPOCH + instant * _MICROSECOND
    return moment.replace(tzinfo=None).isoformat() + "Z"


def parse_instant(text: object) -> int:
    """The instant (µs) of an RFC 3339 text with a zone. Raises GraphQLError for anything else."""
    if not isinstance(text, str) or not _RFC_3339.fullmatch(text):
        raise GraphQLError("a time is written like `2026-01-31T12:00:00Z`, with its zone")
    try:
        # In UTC first: a time that lies beyond the years 1 to 9999 there could not be told again.
        return (dt.datetime.fromisoformat(text.upper()).astimezone(dt.UTC) - _EPOCH) // _MICROSECOND
    except (ValueError, OverflowError):
        raise GraphQLError(f"there is no time `{text}`") from None


def _identity(value: Any) -> Any:
    return value


SCALARS: dict[object, Any] = {
    DateTime: strawberry.scalar(
        name="DateTime",
        description="An instant in RFC 3339 with a zone; answers are in UTC.",
        specified_by_url="https://scalars.graphql.org/andimarek/date-time.html",
        serialize=format_instant,
        parse_value=parse_instant,
    ),
    JSON: strawberry.scalar(
        name="JSON", description="Any JSON value, as it is stored.", serialize=_identity, parse_value=_identity
    ),
}
"""How strawberry knows them."""
