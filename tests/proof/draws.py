"""Where the choices in a random world come from: a seeded generator, or Hypothesis, which can make them smaller."""

import random
from collections.abc import Callable, Sequence
from typing import Protocol, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")


class Draws(Protocol):
    """Choices. What comes first in a sequence, the low end, False and the short list are the simple ones."""

    def integer(self, low: int, high: int) -> int:
        """Both ends included."""

    def one(self, options: Sequence[T]) -> T: ...

    def some(self, options: Sequence[T], percent: int) -> frozenset[T]:
        """Each of the options with about this probability."""

    def chance(self, percent: int) -> bool: ...

    def several(self, make: "Callable[[Draws], T]", low: int, high: int) -> list[T]:
        """Between `low` and `high` things, each made from choices of its own."""


class RandomDraws:
    """Choices that a seed repeats."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng

    def integer(self, low: int, high: int) -> int:
        return self._rng.randint(low, high)

    def one(self, options: Sequence[T]) -> T:
        return self._rng.choice(options)

    def some(self, options: Sequence[T], percent: int) -> frozenset[T]:
        return frozenset(option for option in options if self.chance(percent))

    def chance(self, percent: int) -> bool:
        return self._rng.randrange(100) < percent

    def several(self, make: Callable[[Draws], T], low: int, high: int) -> list[T]:
        # Mostly many: a thing alone shows little of what the rule tells apart.
        low = max(low, high // 2) if self.chance(85) else low
        return [make(self) for _ in range(self._rng.randint(low, high))]


class HypothesisDraws:
    """Choices that Hypothesis makes, remembers and shrinks: lists element by element, all else towards the simple."""

    def __init__(self, draw: st.DrawFn) -> None:
        self._draw = draw

    def integer(self, low: int, high: int) -> int:
        return self._draw(st.integers(low, high))

    def one(self, options: Sequence[T]) -> T:
        return self._draw(st.sampled_from(options))

    def some(self, options: Sequence[T], percent: int) -> frozenset[T]:
        return self._draw(st.frozensets(st.sampled_from(options), max_size=1 + 2 * len(options) * percent // 100))

    def chance(self, percent: int) -> bool:
        return self._draw(st.integers(0, 99)) >= 100 - percent

    def several(self, make: Callable[[Draws], T], low: int, high: int) -> list[T]:
        return self._draw(st.lists(_made(make), min_size=low, max_size=high))


@st.composite
def _made(draw: st.DrawFn, make: Callable[[Draws], T]) -> T:
    return make(HypothesisDraws(draw))
