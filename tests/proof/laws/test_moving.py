"""Laws of moving a team or project with all below it."""

from collections.abc import Iterator
from dataclasses import replace

from hypothesis import assume, given
from hypothesis import strategies as st

from app.policy.entities import Project, Restriction, Team
from app.policy.facts import Facts
from app.policy.vocabulary import Inheritance
from tests.proof.laws.changed import changed, subtree, with_thing, worlds_with
from tests.proof.laws.matrices import answers, differing, law
from tests.proof.laws.versions import answers_after
from tests.proof.world import RandomWorld


def _below(facts: Facts) -> Iterator[Team | Project]:
    yield from facts.teams.values()
    yield from facts.projects.values()


def _moved(world: RandomWorld, node: Team | Project, parent_id: str) -> RandomWorld:
    return with_thing(world, "teams" if isinstance(node, Team) else "projects", replace(node, parent_id=parent_id))


def _places(facts: Facts, node: Team | Project) -> list[str]:
    """Every other node that it may be moved to."""
    inside = subtree(facts, node.id) | {node.parent_id}
    return [id for id in (facts.organization.id, *facts.teams) if id not in inside]


@law
@given(worlds_with(_below), st.integers(0, 100))
def test_moving_a_subtree_there_and_back_is_the_identity(
    chosen: tuple[RandomWorld, Team | Project], number: int
) -> None:
    """What held before holds after, and nothing of what held there stays."""
    world, node = chosen
    places = _places(world.facts, node)
    assume(places)
    there = _moved(world, node, places[number % len(places)])
    assert differing(answers(world), answers_after(world, there, _moved(there, node, node.parent_id))) == {}


@law
@given(worlds_with(_below), st.integers(0, 100))
def test_moving_a_subtree_changes_nothing_outside_it(chosen: tuple[RandomWorld, Team | Project], number: int) -> None:
    """Who may do what elsewhere stays, where no grant names the people that a moved team inherits from above."""
    world, node = chosen
    places = _places(world.facts, node)
    assume(places)
    world = changed(world, restrictions={r.id: _direct(r) for r in world.facts.restrictions.values()})
    inside = subtree(world.facts, node.id)
    keyless = replace(world, subjects=[s for s in world.subjects if s.key is None or s.key.resource_id is None])
    found = differing(answers(keyless), answers(_moved(keyless, node, places[number % len(places)])))
    assert {q: codes for q, codes in found.items() if q.resource_id not in inside} == {}


def _direct(restriction: Restriction) -> Restriction:
    grants = tuple(replace(grant, inheritance=Inheritance.DIRECT) for grant in restriction.grants)
    rules = tuple(replace(rule, inheritance=Inheritance.DIRECT) for rule in restriction.approval_rules)
    return replace(restriction, grants=grants, approval_rules=rules)
