"""Answers that are given again as they are: to the same key and body, while nothing that they speak of can change.

Only answers of queries without errors are kept, and only those made of facts alone: what is read from the store beside
the facts may change without a revision. An answer stands as long as the key leads to the same person and the same
revisions, and until the first instant at which time alone could change anything that its asker sees.
"""

from collections import OrderedDict
from dataclasses import dataclass

from app.api.context import Context
from app.services.reader import Reader
from app.store.moment import Arrival

OVERHEAD = 500
"""What an answer takes beside its own bytes and those of the question, about."""

Key = tuple[str, bytes]
"""The hash of the asker's key, and the body that they sent."""


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer, as whom it was given, and from when until when (µs, excluded; None: for ever) it stands."""

    answer: bytes
    arrival: Arrival
    since: int
    until: int | None

    def stands(self, reader: Reader) -> bool:
        """Whether it would be made again just so."""
        instant = reader.instant
        is_in_time = self.since <= instant and (self.until is None or instant < self.until)
        return is_in_time and (self.arrival is reader.arrival or self.arrival == reader.arrival)


class KeptAnswers:
    """The answers of late; the least recently given leave where they are too large together."""

    def __init__(self, most_bytes: int) -> None:
        self._most = most_bytes
        self._bytes = 0
        self._kept: OrderedDict[Key, Kept] = OrderedDict()

    def find(self, context: Context, body: bytes) -> bytes | None:
        """The answer to a body, if it is kept and still stands."""
        if context.reader is None:
            return None
        key = context.reader.key_hash, body
        kept = self._kept.get(key)
        if kept is None:
            return None
        if not kept.stands(context.reader):
            self._drop(key)
            return None
        self._kept.move_to_end(key)
        return kept.answer

    def keep(self, context: Context, body: bytes, answer: bytes) -> None:
        """Keep the answer that a query without errors had, if it may be."""
        reader = context.reader
        if reader is None or reader.has_read or OVERHEAD + len(body) + len(answer) > self._most:
            return
        key = reader.key_hash, body
        if key in self._kept:
            self._drop(key)
        self._kept[key] = Kept(answer, reader.arrival, reader.instant, reader.ends_at)
        self._bytes += _size(key, answer)
        while self._bytes > self._most:
            self._drop(next(iter(self._kept)))

    def clear(self) -> None:
        """Let go of all: the store that they were read from is closed, and the next may be another."""
        self._kept.clear()
        self._bytes = 0

    def _drop(self, key: Key) -> None:
        self._bytes -= _size(key, self._kept.pop(key).answer)


def _size(key: Key, answer: bytes) -> int:
    return OVERHEAD + len(key[1]) + len(answer)
