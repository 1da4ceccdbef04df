"""Random worlds, small and dense in what the rule tells apart, that keep what the store guarantees."""

import random

from hypothesis import strategies as st

from tests.proof.assembly import Assembly
from tests.proof.draws import HypothesisDraws, RandomDraws
from tests.proof.plans import plan
from tests.proof.world import RandomWorld

__all__ = ["RandomWorld", "random_world", "worlds"]


def random_world(rng: random.Random, size: int = 5) -> RandomWorld:
    """About `4 * size` resources and `1.5 * size` subjects; the same generator gives the same world."""
    return Assembly(plan(RandomDraws(rng), size)).world()


@st.composite
def worlds(draw: st.DrawFn, size: int = 4) -> RandomWorld:
    """The same worlds for Hypothesis; they shrink to few, simple things."""
    return Assembly(plan(HypothesisDraws(draw), size)).world()
