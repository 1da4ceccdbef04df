"""DateTime: RFC 3339 with a zone goes in, UTC comes out; whatever was taken can be told again."""

import datetime as dt
from collections.abc import AsyncIterator

import pytest
from graphql import GraphQLError
from hypothesis import given
from hypothesis import strategies as st

from app.api.scalars import format_instant, parse_instant
from tests.fixtures.client import Client, Draft, open_client

SECOND = 1_000_000
NOON = 1_768_478_400 * SECOND
FIRST, LAST = "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999999Z"

GOOD = {
    "2026-01-15T12:00:00Z": NOON,
    "2026-01-15t12:00:00z": NOON,
    "2026-01-15T12:00:00+00:00": NOON,
    "2026-01-15T12:00:00-00:00": NOON,
    "2026-01-15T14:30:00+02:30": NOON,
    "2026-01-15T00:00:00-12:00": NOON,
    "2026-01-15T12:00:00.5Z": NOON + SECOND // 2,
    "2026-01-15T12:00:00.000001Z": NOON + 1,
    "1970-01-01T00:00:00Z": 0,
    "1969-12-31T23:59:59.999999Z": -1,
    "2024-02-29T00:00:00Z": 1_709_164_800 * SECOND,
}
BAD = [
    "2026-01-15T12:00:00",
    "2026-01-15 12:00:00Z",
    "2026-01-15",
    "2026-01-15T12:00Z",
    "2026-01-15T12:00:00.Z",
    "2026-01-15T12:00:00,5Z",
    "2026-01-15T12:00:00+0200",
    "2026-01-15T12:00:00+02",
    "2026-01-15T12:00:00+24:00",
    "2026-01-15T12:00:00 Z",
    " 2026-01-15T12:00:00Z",
    "2026-01-15T12:00:00Z\n",
    "2026-01-15T24:00:00Z",
    "2026-01-15T12:60:00Z",
    "2026-01-15T12:00:61Z",
    "2026-13-15T12:00:00Z",
    "2025-02-29T12:00:00Z",
    "0000-01-01T00:00:00Z",
    "10000-01-01T00:00:00Z",
    "٢٠٢٦-01-15T12:00:00Z",
    "20260115T120000Z",
    "1768478400",
    "now",
    "",
]
BEYOND = ["9999-12-31T23:59:59-00:01", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+00:01"]
"""Instants that no UTC time of four digits tells."""


@pytest.mark.parametrize("text", GOOD)
def test_a_time_with_a_zone_is_its_instant(text: str) -> None:
    assert parse_instant(text) == GOOD[text]


@pytest.mark.parametrize("text", [*BAD, *BEYOND], ids=repr)
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(GraphQLError):
        parse_instant(text)


@pytest.mark.parametrize("value", [5, 5.0, True, None, [], {}, b"2026-01-15T12:00:00Z"], ids=repr)
def test_what_is_no_text_is_refused(value: object) -> None:
    with pytest.raises(GraphQLError):
        parse_instant(value)


@given(st.datetimes(timezones=st.timezones() | st.just(dt.UTC), allow_imaginary=False))
def test_every_time_that_is_taken_can_be_told_again(moment: dt.datetime) -> None:
    """And means the same instant, in UTC."""
    offset = moment.utcoffset()
    assert offset is not None
    if offset.seconds % 60 or offset.microseconds:
        return  # some zones once kept local mean time, which RFC 3339 has no word for
    text = moment.isoformat()
    try:
        instant = parse_instant(text)
    except GraphQLError:
        with pytest.raises(OverflowError):
            moment.astimezone(dt.UTC)
        return
    told = format_instant(instant)
    assert told.endswith("Z")
    assert parse_instant(told) == instant
    assert dt.datetime.fromisoformat(told) == moment.astimezone(dt.UTC)  # two zones never agree on an hour told twice


def test_instants_are_told_with_as_many_digits_as_they_have() -> None:
    assert [format_instant(NOON + more) for more in (0, 1, SECOND // 2)] == [
        "2026-01-15T12:00:00Z",
        "2026-01-15T12:00:00.000001Z",
        "2026-01-15T12:00:00.500000Z",
    ]
    for text in (FIRST, LAST):
        assert format_instant(parse_instant(text)) == text


@pytest.fixture
async def client(database_url: str) -> AsyncIterator[Client]:
    draft = Draft()
    draft.staff()
    async with open_client(draft, database_url) as opened:
        yield opened


AUDIT = 'query($since: DateTime) { organization(slug: "acme") { audit(since: $since) { totalCount } } }'


async def test_a_bad_time_is_invalid_as_a_variable_and_in_the_document(client: Client) -> None:
    for text in (*BAD[:3], *BEYOND):
        error = await client.refused("ada", AUDIT, since=text)
        assert error["extensions"]["code"] == "INVALID"
        written = await client.refused("ada", AUDIT.replace("($since: DateTime)", "").replace("$since", f'"{text}"'))
        assert written["extensions"]["code"] == "INVALID"


async def test_good_ones_are_not(client: Client) -> None:
    for text in (FIRST, LAST, *GOOD):
        assert "errors" not in await client.answer("ada", AUDIT, since=text)
