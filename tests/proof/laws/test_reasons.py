"""Laws of reasons: what decides is among them. Of `decide` alone, since a view gives none."""

from collections.abc import Iterator
from dataclasses import replace

from hypothesis import given

from app.policy.decision import Decision
from app.policy.facts import Facts, Grant, Membership, Restriction
from app.policy.rule import decide
from app.policy.vocabulary import EnvironmentAccessMode, ErrorCode, Permission
from tests.proof.laws.changed import WORLDS, changed, switched, with_thing, without, without_grant, worlds_with
from tests.proof.laws.matrices import Question, tried
from tests.proof.world import NOW, RandomWorld

Decisions = dict[Question, Decision]


def _decisions(world: RandomWorld) -> Decisions:
    return {
        (number, permission, id): decide(world.facts, subject, permission, id, NOW)
        for number, subject in enumerate(world.subjects)
        for permission in Permission
        for id in world.asked_ids
    }


def _turned(allowed: RandomWorld, refused: RandomWorld) -> Iterator[tuple[Decision, Decision]]:
    """The decisions that are yes in the one and no in the other."""
    others = _decisions(refused)
    for question, decision in _decisions(allowed).items():
        if decision.allowed and not others[question].allowed:
            yield decision, others[question]


def _sources(decision: Decision, *, passed: bool) -> set[str]:
    return {source for reason in decision.reasons if reason.passed is passed for source in reason.sources}


@tried
@given(WORLDS)
def test_allowed_is_what_every_gate_passed(world: RandomWorld) -> None:
    """Where something is allowed no gate refused, and where it is refused at least one did."""
    for decision in _decisions(world).values():
        assert decision.reasons
        assert decision.allowed == all(reason.passed for reason in decision.reasons)
        assert decision.allowed == (decision.code is None)


def _restrictions(facts: Facts) -> Iterator[Restriction]:
    yield from facts.restrictions.values()


@tried
@given(worlds_with(_restrictions))
def test_a_restriction_that_refuses_is_among_the_reasons(chosen: tuple[RandomWorld, Restriction]) -> None:
    """Where something would be allowed but for one restriction, a refusing reason names that one."""
    world, restriction = chosen
    for _, refused in _turned(without(world, "restrictions", restriction.id), world):
        assert restriction.id in _sources(refused, passed=False)


def _of_organization(facts: Facts) -> Iterator[Membership]:
    yield from facts.memberships_on(facts.organization.id)


@tried
@given(worlds_with(_of_organization))
def test_a_list_that_refuses_is_among_the_reasons(chosen: tuple[RandomWorld, Membership]) -> None:
    """Where something would be allowed but for an access list, a refusing reason names the membership that has it."""
    world, membership = chosen
    limited = replace(membership, mode=EnvironmentAccessMode.LIMITED)
    full = replace(membership, mode=EnvironmentAccessMode.FULL)
    world = switched(world, enforced=True)
    for _, refused in _turned(with_thing(world, "memberships", full), with_thing(world, "memberships", limited)):
        assert membership.id in _sources(refused, passed=False)
        assert refused.code is ErrorCode.NOT_FOUND


def _grants(facts: Facts) -> Iterator[Grant]:
    yield from facts.grants.values()


@tried
@given(worlds_with(_grants))
def test_a_grant_that_allows_is_among_the_reasons(chosen: tuple[RandomWorld, Grant]) -> None:
    """Where something would be refused but for one grant, a passed reason names that one."""
    world, grant = chosen
    for allowed, _ in _turned(world, without_grant(world, grant)):
        assert grant.id in _sources(allowed, passed=True)


def _memberships(facts: Facts) -> Iterator[Membership]:
    yield from facts.memberships.values()


@tried
@given(worlds_with(_memberships))
def test_a_membership_that_allows_is_among_the_reasons(chosen: tuple[RandomWorld, Membership]) -> None:
    """Where something would be refused but for one membership, a passed reason names it or its team's invitation."""
    world, membership = chosen
    # Levels pass restrictions and show empty projects besides, and then grants and lists are the reasons.
    bare = switched(changed(world, restrictions={}), enforced=False)
    invitations = {invited.id for invited in world.facts.memberships_of(membership.node_id)}
    for allowed, _ in _turned(bare, without(bare, "memberships", membership.id)):
        assert _sources(allowed, passed=True) & {membership.id, *invitations}
