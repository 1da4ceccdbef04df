"""Laws of environment access lists (rule.md, section 7)."""

from dataclasses import replace

from hypothesis import given

from app.policy.entities import Membership
from app.policy.vocabulary import EnvironmentAccessMode
from tests.proof.laws.changed import WORLDS, changed, switched
from tests.proof.laws.matrices import allowed, answers, differing, law
from tests.proof.laws.versions import answers_after
from tests.proof.world import RandomWorld


@law
@given(WORLDS)
def test_switching_access_lists_off_and_on_is_the_identity(world: RandomWorld) -> None:
    """The switch touches no list, so what held while it was on holds when it is on again, and off likewise."""
    for first in (True, False):
        before, between = switched(world, enforced=first), switched(world, enforced=not first)
        assert differing(answers(before), answers_after(before, between, switched(between, enforced=first))) == {}


@law
@given(WORLDS)
def test_while_switched_off_lists_say_nothing(world: RandomWorld) -> None:
    """Without the switch everybody is as if their mode were FULL."""
    off = switched(world, enforced=False)
    full = {
        m.id: replace(m, mode=EnvironmentAccessMode.FULL, environment_ids=frozenset())
        for m in world.facts.memberships.values()
    }
    assert differing(answers(off), answers(changed(switched(world, enforced=True), memberships=full))) == {}


@law
@given(WORLDS)
def test_a_list_only_takes_away(world: RandomWorld) -> None:
    """Nobody may do more while lists are enforced than while they are not, though all environments be listed."""
    every = frozenset(world.facts.environments)
    limited = {m.id: _limited(m, every) for m in world.facts.memberships.values()}
    world = changed(world, memberships=limited)
    assert allowed(answers(switched(world, enforced=True))) <= allowed(answers(switched(world, enforced=False)))


def _limited(membership: Membership, environment_ids: frozenset[str]) -> Membership:
    """To these environments, where it isn't to others."""
    if membership.mode is EnvironmentAccessMode.LIMITED:
        return membership
    return replace(membership, mode=EnvironmentAccessMode.LIMITED, environment_ids=environment_ids)
