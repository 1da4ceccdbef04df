"""Random worlds in which few things meet often: a law is seldom about a thing alone."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeVar

from hypothesis import strategies as st

from tests.proof.assembly import Assembly
from tests.proof.draws import Draws, HypothesisDraws
from tests.proof.plans import Plan, plan
from tests.proof.world import RandomWorld

T = TypeVar("T")

SIZE = 2


class DenseDraws(HypothesisDraws):
    """Lists are nearly as long as they may be."""

    def several(self, make: Callable[[Draws], T], low: int, high: int) -> list[T]:
        return super().several(make, max(low, high - 1 if high > 2 else high), high)

    def some(self, options: Sequence[T], percent: int) -> frozenset[T]:
        """One number, a bit an option: forty draws would take most of the time there is."""
        chosen = self.integer(0, (1 << len(options)) - 1)
        return frozenset(option for number, option in enumerate(options) if chosen >> number & 1)


@st.composite
def dense_worlds(draw: st.DrawFn, size: int = SIZE) -> RandomWorld:
    """About a dozen resources and five subjects; what would keep others from mattering is often left out."""
    draws = DenseDraws(draw)
    drawn = _without_keys(plan(draws, size))
    for step in draws.one((STEPS, STEPS[:2], STEPS[2:], ())):
        drawn = step(drawn)
    return Assembly(drawn).world()


def _without_keys(drawn: Plan) -> Plan:
    """What a key may do follows from its user, and has a law of its own."""
    return replace(drawn, people=[replace(person, keys=[]) for person in drawn.people])


def _without_walls(drawn: Plan) -> Plan:
    teams = [replace(team, isolated=False) for team in drawn.teams]
    return replace(drawn, teams=teams, projects=[replace(project, restricted=False) for project in drawn.projects])


def _without_lists(drawn: Plan) -> Plan:
    return replace(drawn, lists_enforced=False)


def _all_members(drawn: Plan) -> Plan:
    """Who would only be a GUEST of the organization is a MEMBER, so that restrictions keep something from them."""
    instead = {"GUEST": "MEMBER"}
    people = [replace(person, roles=[instead.get(role, role) for role in person.roles]) for person in drawn.people]
    return replace(drawn, people=people)


def _everywhere(drawn: Plan) -> Plan:
    """Restrictions cover all there is, so that several cover one environment, and each is passed by a grant alone."""
    patterns = ["*" * number for number in range(1, len(drawn.restrictions) + 1)]  # alike, and yet not one target
    pairs = zip(drawn.restrictions, patterns, strict=True)
    changed = [replace(r, scope=0, target="name", pattern=pattern, admin_bypass=False) for r, pattern in pairs]
    return replace(drawn, restrictions=changed)


def _unhidden(drawn: Plan) -> Plan:
    return replace(drawn, restrictions=[replace(r, hides=False, enabled=True) for r in drawn.restrictions])


STEPS = (_without_walls, _without_lists, _all_members, _everywhere, _unhidden)
"""What lets more things matter."""
