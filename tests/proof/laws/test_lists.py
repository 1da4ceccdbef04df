"""Laws of environment access lists (rule.md, section 7)."""

from dataclasses import replace

from hypothesis import given

from app.policy.vocabulary import EnvironmentAccessMode
from tests.proof.laws.changed import WORLDS, changed, switched
from tests.proof.laws.matrices import Form, allowed, differing, law
from tests.proof.world import RandomWorld


@law
@given(WORLDS)
def test_switching_access_lists_off_and_on_is_the_identity(form: Form, world: RandomWorld) -> None:
    """The switch touches no list, so what held while it was on holds when it is on again, and off likewise."""
    for first in (True, False):
        before = switched(world, enforced=first)
        answers = form(before)
        between = switched(before, enforced=not first)
        form(between)
        assert differing(answers, form(switched(between, enforced=first))) == {}


@law
@given(WORLDS)
def test_while_switched_off_lists_say_nothing(form: Form, world: RandomWorld) -> None:
    """Without the switch everybody is as if their mode were FULL."""
    off = switched(world, enforced=False)
    full = {
        m.id: replace(m, mode=EnvironmentAccessMode.FULL, environment_ids=frozenset())
        for m in world.facts.memberships.values()
    }
    assert differing(form(off), form(changed(switched(world, enforced=True), memberships=full))) == {}


@law
@given(WORLDS)
def test_a_list_only_takes_away(form: Form, world: RandomWorld) -> None:
    """Nobody may do more while lists are enforced than while they are not."""
    assert allowed(form(switched(world, enforced=True))) <= allowed(form(switched(world, enforced=False)))
