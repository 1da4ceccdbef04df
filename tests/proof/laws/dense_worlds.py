"""Random worlds in which few things meet often: a law is seldom about a thing alone."""

from collections.abc import Callable
from dataclasses import replace
from typing import TypeVar

from hypothesis import strategies as st

from tests.proof.assembly import Assembly
from tests.proof.draws import Draws, HypothesisDraws
from tests.proof.plans import Plan, plan
from tests.proof.world import RandomWorld

T = TypeVar("T")

SIZE = 3


class DenseDraws(HypothesisDraws):
    """Lists are mostly long, as those that a seed draws are; they shrink as others do."""

    def several(self, make: Callable[[Draws], T], low: int, high: int) -> list[T]:
        at_least = low if self.chance(10) else max(low, (high + 1) // 2)
        return super().several(make, at_least, high)


@st.composite
def dense_worlds(draw: st.DrawFn, size: int = SIZE) -> RandomWorld:
    """About a dozen resources and five subjects; what would keep others from mattering is often left out."""
    draws = DenseDraws(draw)
    drawn = plan(draws, size)
    for step in (_without_walls, _without_lists, _all_viewers, _everywhere, _unhidden):
        if draws.chance(60):
            drawn = step(drawn)
    return Assembly(drawn).world()


def _without_walls(drawn: Plan) -> Plan:
    teams = [replace(team, isolated=False) for team in drawn.teams]
    return replace(drawn, teams=teams, projects=[replace(project, restricted=False) for project in drawn.projects])


def _without_lists(drawn: Plan) -> Plan:
    return replace(drawn, lists_enforced=False)


def _all_viewers(drawn: Plan) -> Plan:
    """Who would only be a GUEST of the organization is a VIEWER, and so sees what they may do something with."""
    seeing = {"GUEST": "VIEWER"}
    people = [replace(person, roles=[seeing.get(role, role) for role in person.roles]) for person in drawn.people]
    return replace(drawn, people=people)


def _everywhere(drawn: Plan) -> Plan:
    """Restrictions cover all there is below their scope, so that several cover one environment."""
    return replace(drawn, restrictions=[replace(r, target="name", pattern="*") for r in drawn.restrictions])


def _unhidden(drawn: Plan) -> Plan:
    return replace(drawn, restrictions=[replace(r, hides=False, enabled=True) for r in drawn.restrictions])
