"""What was measured: every round's figures, and what is made of them. Kept as JSON."""

import statistics
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

Data = dict[str, Any]


@dataclass(slots=True)
class Series:
    """One entrant's figures for one operation, a round each; times in µs, per question."""

    cpu: list[float] = field(default_factory=list)
    half: list[float] = field(default_factory=list)
    """The wall time that half of the questions stayed below."""
    most: list[float] = field(default_factory=list)
    """The wall time that 99 of 100 stayed below."""
    asked: int = 0
    failed: int = 0
    dropped: int = 0


@dataclass(frozen=True, slots=True)
class Spread:
    """The median, and the quartiles around it."""

    median: float
    low: float
    high: float


def spread(values: Sequence[float]) -> Spread:
    """The median and quartiles of at least one value."""
    if len(values) < 2:
        return Spread(values[0], values[0], values[0])
    low, median, high = statistics.quantiles(values, n=4, method="inclusive")
    return Spread(median, low, high)


def percentile(values: Sequence[float], hundredths: int) -> float:
    """The value that so many of 100 stay below or at."""
    ordered = sorted(values)
    return ordered[min(len(ordered) * hundredths // 100, len(ordered) - 1)]


def ratios(series: Sequence[float], ceiling: Sequence[float]) -> list[float]:
    """How many times the ceiling's figure of the same round."""
    return [one / other for one, other in zip(series, ceiling, strict=True)]


def as_json(series: Series) -> Data:
    """A series as it is kept."""
    return {name: _rounded(value) for name, value in asdict(series).items()}


def _rounded(value: Any) -> Any:
    return [round(each, 2) for each in value] if isinstance(value, list) else value
