"""Lists in order of name, read from any place either way without looking at the whole of them."""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from typing import Generic, TypeVar

T = TypeVar("T")
Key = tuple[str, str]


class Ordered(Generic[T]):
    """The things of some numbers, in their order, as far as `keeps` (None: all of them).

    `key` is what they are in ascending order of, unique; `count` says how many there are, where that is known without
    going over them.
    """

    __slots__ = ("_count", "_is_whole", "_keeps", "_numbers", "_things", "key")

    def __init__(
        self,
        numbers: Sequence[int],
        things: Sequence[T],
        key: Callable[[T], Key],
        keeps: Callable[[int], bool] | None = None,
        count: Callable[[], int] | None = None,
    ) -> None:
        self._numbers = numbers
        self._things = things
        self._keeps = keeps
        self._count = count
        self._is_whole = keeps is None and isinstance(numbers, range)
        self.key = key

    @classmethod
    def of(cls, things: Sequence[T], key: Callable[[T], Key]) -> "Ordered[T]":
        """All of some things, which are in ascending order of `key`."""
        return cls(range(len(things)), things, key)

    def where(self, condition: Callable[[T], bool]) -> "Ordered[T]":
        """Those for which something holds."""
        things, keeps = self._things, self._keeps
        if keeps is None:
            return Ordered(self._numbers, things, self.key, lambda number: condition(things[number]))
        return Ordered(self._numbers, things, self.key, lambda number: keeps(number) and condition(things[number]))

    def __iter__(self) -> Iterator[T]:
        return self.forwards(0, len(self._numbers))

    def __len__(self) -> int:
        if self._keeps is None:
            return len(self._numbers)
        return sum(map(self._keeps, self._numbers)) if self._count is None else self._count()

    def start(self, after: Key | None) -> int:
        """The place behind a key; where all begins for None."""
        return 0 if after is None else bisect_right(self._numbers, after, key=self._key_of)

    def end(self, before: Key | None) -> int:
        """The place of a key; where all ends for None."""
        return len(self._numbers) if before is None else bisect_left(self._numbers, before, key=self._key_of)

    def first(self, most: int) -> Sequence[T]:
        """The first so many; what may be shared is not to be changed."""
        if self._is_whole:
            return self._things if len(self._things) <= most else self._things[:most]
        if self._keeps is None:
            things = self._things
            return [things[number] for number in self._numbers[:most]]
        return list(islice(self, most))

    def forwards(self, start: int, end: int) -> Iterator[T]:
        """What stands from one place up to another."""
        return self._at(range(start, end))

    def backwards(self, start: int, end: int) -> Iterator[T]:
        """The same, the last first."""
        return self._at(range(end - 1, start - 1, -1))

    def _at(self, places: range) -> Iterator[T]:
        numbers, things, keeps = self._numbers, self._things, self._keeps
        for place in places:
            number = numbers[place]
            if keeps is None or keeps(number):
                yield things[number]

    def _key_of(self, number: int) -> Key:
        return self.key(self._things[number])
