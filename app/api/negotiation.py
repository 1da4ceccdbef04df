"""Which media types come in and go out (GraphQL over HTTP, "Media Types" and "Accept")."""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from starlette.exceptions import HTTPException

JSON = "application/json"
GRAPHQL = "application/graphql-response+json"

OFFERED = (GRAPHQL, JSON)
"""What answers can be, what we like best first."""

Headers = Mapping[bytes, bytes]
"""By names in small letters; those sent several times joined by commas."""

_UTF_8 = ("utf-8", "utf8")


def answer_type(headers: Headers) -> str:
    """The media type to answer with: the one of ours that `Accept` puts highest, ours alone to say without one.

    Raises HTTPException 406 where none of ours is accepted.
    """
    accepted = headers.get(b"accept")
    if accepted is None:
        return GRAPHQL
    chosen = _choose(accepted)
    if chosen is None:
        raise HTTPException(406, f"answers are `{GRAPHQL}` or `{JSON}`: accept one of them")
    return chosen


def expect_json(headers: Headers) -> None:
    """Raise HTTPException 415 for a body that doesn't say it is JSON in UTF-8, uncompressed.

    That it must be said keeps pages of other sites from asking by a form, which browsers send without a question.
    """
    if not _is_json(headers.get(b"content-type", b"")):
        raise HTTPException(415, f"send the body as JSON in UTF-8: `Content-Type: {JSON}`")
    encoding = headers.get(b"content-encoding")
    if encoding is not None and encoding.lower() != b"identity":
        raise HTTPException(415, "send the body as it is, without `Content-Encoding`", {"Accept-Encoding": "identity"})


@lru_cache(maxsize=64)
def _is_json(content_type: bytes) -> bool:
    kind, parameters = _media_type(content_type.decode("latin-1"))
    return kind == JSON and parameters.get("charset", "utf-8") in _UTF_8


@lru_cache(maxsize=64)
def _choose(accept: bytes) -> str | None:
    ranges = [_media_type(part) for part in accept.decode("latin-1").split(",")]
    ranked = [(*_rank(offer, ranges), -place, offer) for place, offer in enumerate(OFFERED)]
    quality, _, _, offer = max(ranked)
    return offer if quality > 0 else None


def _rank(offer: str, ranges: Sequence[tuple[str, Mapping[str, str]]]) -> tuple[float, int]:
    """How much a media type is wanted: its quality, then how early it is named. The most specific range counts."""
    for wanted in (offer, f"{offer.partition('/')[0]}/*", "*/*"):
        for place, (kind, parameters) in enumerate(ranges):
            if kind == wanted and parameters.get("charset", "utf-8") in _UTF_8:
                return _quality(parameters.get("q", "1")), -place
    return 0, 0


def _quality(text: str) -> float:
    try:
        quality = float(text)
    except ValueError:
        return 0
    return quality if 0 <= quality <= 1 else 0


def _media_type(text: str) -> tuple[str, dict[str, str]]:
    """A media type or range, and its parameters, in small letters: none of those we look at is sensitive to case."""
    kind, *rest = (part.strip() for part in text.lower().split(";"))
    pairs = (part.partition("=") for part in rest)
    return kind, {name.strip(): value.strip().strip('"') for name, _, value in pairs}
