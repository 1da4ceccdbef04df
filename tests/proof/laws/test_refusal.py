"""Laws of refusing: what nobody was given nobody has, and what goes wrong gives nothing."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.policy.facts import Facts
from app.policy.rule import decide
from app.policy.structure import Structure
from app.policy.views import View
from app.policy.vocabulary import ErrorCode, Gate, Permission
from tests.proof.laws.changed import WORLDS, changed
from tests.proof.laws.matrices import allowed, answers, law
from tests.proof.world import NOW, RandomWorld, unknown_id


@law
@given(WORLDS)
def test_default_is_refusal(world: RandomWorld) -> None:
    """Without memberships nobody may do anything, whatever grants name them, but instance administrators."""
    found = allowed(answers(changed(world, memberships={})))
    assert [q for q in found if not world.subjects[q.subject].person.is_instance_admin] == []


@law
@given(WORLDS)
def test_nobody_may_do_anything_with_what_never_was(world: RandomWorld) -> None:
    """An id that nothing ever had is refused to everybody."""
    assert [q for q in allowed(answers(world)) if q.resource_id == unknown_id()] == []


@law
@given(WORLDS)
def test_who_is_deactivated_may_do_nothing(world: RandomWorld) -> None:
    """Without being active nobody may do anything, with a key or without one."""
    assert [q for q in allowed(answers(world)) if not world.subjects[q.subject].person.is_active] == []


class UnreadableError(Exception):
    """A fact could not be read."""


class Failing:
    """Facts of which reading fails, once, after going well so many more times; without a number it never fails."""

    def __init__(self, facts: Facts, times: int | None = None) -> None:
        self._facts, self.left = facts, times

    def __getattr__(self, name: str) -> Any:
        if self.left is not None:
            self.left -= 1
            if self.left == -1:
                raise UnreadableError(name)
        return getattr(self._facts, name)


@law
@given(WORLDS, st.integers(0, 60))
def test_an_error_refuses(world: RandomWorld, times: int) -> None:
    """Where `decide` can't read a fact it refuses: NOT_FOUND, gate ERROR; what it needn't read is nothing to it."""
    for subject in world.subjects:
        for resource_id in world.asked_ids:
            for permission in Permission:
                facts: Any = Failing(world.facts, times)
                decision = decide(facts, subject, permission, resource_id, NOW)
                if facts.left < 0:
                    assert (decision.allowed, decision.code) == (False, ErrorCode.NOT_FOUND)
                    assert decision.reasons[-1].gate is Gate.ERROR
                    assert isinstance(decision.error, UnreadableError)
                else:
                    assert decision == decide(world.facts, subject, permission, resource_id, NOW)


@law
@given(WORLDS, st.integers(0, 3))
def test_an_error_in_a_view_gives_nothing(world: RandomWorld, times: int) -> None:
    """Where a view can't read a fact it fails, and what it says before and after is what it says when it can."""
    for subject in world.subjects:
        whole = View(Structure(world.facts), subject, NOW)
        facts: Any = Failing(world.facts)
        view = View(Structure(facts), subject, NOW)
        facts.left = times
        for resource_id in world.asked_ids:
            assert set(_readable(view, resource_id)) <= set(whole.permissions(resource_id))


def _readable(view: View, resource_id: str) -> list[Permission]:
    try:
        return view.permissions(resource_id)
    except UnreadableError:
        return []


@law
@given(WORLDS)
def test_who_has_no_credential_is_unauthenticated(world: RandomWorld) -> None:
    """Nobody at all may do nothing at all, and is told nothing of what is there."""
    for resource_id in world.asked_ids:
        for permission in Permission:
            assert decide(world.facts, None, permission, resource_id, NOW).code is ErrorCode.UNAUTHENTICATED
