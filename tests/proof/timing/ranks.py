"""Two samples of times, compared by their ranks."""

from dataclasses import dataclass
from statistics import median

from scipy.stats import mannwhitneyu

MOST_APART = 0.03
"""How far the chance that a hidden one takes longer may be from a half before it counts as told apart."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What two samples of times (ns) have to do with each other.

    `chance`: that one of the first takes longer than one of the second, ties counting half; a half where nothing can
    be told. `p`: how often chance alone would bring as great a difference (Mann and Whitney, two-sided).
    """

    name: str
    pairs: int
    hidden_us: float
    unknown_us: float
    chance: float
    p: float

    @property
    def is_told_apart(self) -> bool:
        """A difference that is no accident, and large enough to be of use to somebody."""
        return abs(self.chance - 0.5) > MOST_APART and self.p < 0.001


def compare(name: str, hidden: list[int], unknown: list[int]) -> Compared:
    """Compare the times of two samples of one length."""
    found = mannwhitneyu(hidden, unknown)
    chance = float(found.statistic) / (len(hidden) * len(unknown))
    return Compared(name, len(hidden), median(hidden) / 1000, median(unknown) / 1000, chance, float(found.pvalue))
