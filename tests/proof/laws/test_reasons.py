"""Laws of reasons: what decides is among them. Of `decide` alone, since a view gives none."""

from collections.abc import Iterator
from dataclasses import replace

from hypothesis import given

from app.policy.decision import Decision
from app.policy.vocabulary import EnvironmentAccessMode, ErrorCode
from tests.proof.laws.changed import WORLDS, changed, switched, without, without_grant
from tests.proof.laws.matrices import Question, decided, law
from tests.proof.world import RandomWorld

Decisions = dict[Question, Decision]


def _turned(allowed: Decisions, refused: Decisions) -> Iterator[tuple[Decision, Decision]]:
    """The decisions that are yes in the one and no in the other."""
    for question, decision in allowed.items():
        if decision.allowed and not refused[question].allowed:
            yield decision, refused[question]


def _sources(decision: Decision, *, passed: bool) -> set[str]:
    return {source for reason in decision.reasons if reason.passed is passed for source in reason.sources}


@law
@given(WORLDS)
def test_allowed_is_what_every_gate_passed(world: RandomWorld) -> None:
    """Where something is allowed no gate refused, and where it is refused at least one did."""
    for _, decision in decided(world):
        assert decision.reasons
        assert decision.allowed == all(reason.passed for reason in decision.reasons)
        assert decision.allowed == (decision.code is None)


@law
@given(WORLDS)
def test_a_restriction_that_refuses_is_among_the_reasons(world: RandomWorld) -> None:
    """Where something would be allowed but for one restriction, a refusing reason names that one."""
    decisions = dict(decided(world))
    for id in world.facts.restrictions:
        for _, refused in _turned(dict(decided(without(world, "restrictions", id))), decisions):
            assert id in _sources(refused, passed=False)


@law
@given(WORLDS)
def test_a_list_that_refuses_is_among_the_reasons(world: RandomWorld) -> None:
    """Where something would be allowed but for an access list, a refusing reason names the membership that has it."""
    world = switched(world, enforced=True)
    facts = world.facts
    limited = {m.id: replace(m, mode=EnvironmentAccessMode.LIMITED) for m in facts.memberships.values()}
    unlimited = dict(decided(switched(world, enforced=False)))
    for _, refused in _turned(unlimited, dict(decided(changed(world, memberships=limited)))):
        own = facts.membership_on(refused.subject_id or "", facts.organization.id)
        assert own is not None
        assert own.id in _sources(refused, passed=False)
        assert refused.code is ErrorCode.NOT_FOUND


@law
@given(WORLDS)
def test_a_grant_that_allows_is_among_the_reasons(world: RandomWorld) -> None:
    """Where something would be refused but for one grant, a passed reason names that one."""
    decisions = dict(decided(world))
    for grant in world.facts.grants.values():
        for allowed, _ in _turned(decisions, dict(decided(without_grant(world, grant)))):
            assert grant.id in _sources(allowed, passed=True)


@law
@given(WORLDS)
def test_a_membership_that_allows_is_among_the_reasons(world: RandomWorld) -> None:
    """Where something would be refused but for one membership, a passed reason names it or its team's invitation."""
    # Levels pass restrictions and show empty projects besides, and then grants and lists are the reasons.
    bare = switched(changed(world, restrictions={}), enforced=False)
    decisions = dict(decided(bare))
    for membership in bare.facts.memberships.values():
        invitations = {invited.id for invited in bare.facts.memberships_of(membership.node_id)}
        for allowed, _ in _turned(decisions, dict(decided(without(bare, "memberships", membership.id)))):
            assert _sources(allowed, passed=True) & {membership.id, *invitations}
