"""Laws of time (rule.md, sections 3 and 9): `startsAt` is included, `expiresAt` is not, and nothing else decides."""

from collections.abc import Iterator
from dataclasses import replace

from hypothesis import assume, given

from app.policy.entities import Grant, Membership
from app.policy.facts import Facts
from app.policy.subject import KeyScope, Subject
from tests.proof.laws.changed import WORLDS, with_grants, with_thing, without, without_grant, worlds_with
from tests.proof.laws.matrices import allowed, answers, differing, law
from tests.proof.world import NOW, RandomWorld


def _memberships(facts: Facts) -> Iterator[Membership]:
    yield from facts.memberships.values()


def _grants(facts: Facts) -> Iterator[Grant]:
    yield from facts.grants.values()


def _check(always: RandomWorld, ending: RandomWorld, beginning: RandomWorld, never: RandomWorld) -> None:
    assert differing(answers(ending, NOW - 1), answers(always, NOW - 1)) == {}
    assert differing(answers(ending, NOW), answers(never, NOW)) == {}
    assert differing(answers(beginning, NOW - 1), answers(never, NOW - 1)) == {}
    assert differing(answers(beginning, NOW), answers(always, NOW)) == {}


@law
@given(worlds_with(_memberships))
def test_a_membership_ends_at_the_instant_not_after_it(chosen: tuple[RandomWorld, Membership]) -> None:
    """Until a microsecond before its end it is like one without end, and from its end like none; so at its start."""
    world, membership = chosen
    always, ending, beginning = (
        with_thing(world, "memberships", replace(membership, starts_at=start, expires_at=end))
        for start, end in ((None, None), (None, NOW), (NOW, None))
    )
    _check(always, ending, beginning, without(world, "memberships", membership.id))


@law
@given(worlds_with(_grants))
def test_a_grant_ends_at_the_instant_not_after_it(chosen: tuple[RandomWorld, Grant]) -> None:
    """Until a microsecond before its end it is like one without end, and from its end like none; so at its start."""
    world, grant = chosen
    restriction = world.facts.restrictions[grant.restriction_id]
    others = [other for other in restriction.grants if other is not grant]
    always, ending, beginning = (
        with_grants(world, restriction, *others, replace(grant, starts_at=start, expires_at=end))
        for start, end in ((None, None), (None, NOW), (NOW, None))
    )
    _check(always, ending, beginning, without_grant(world, grant))


@law
@given(WORLDS)
def test_a_key_ends_at_the_instant_not_after_it(world: RandomWorld) -> None:
    """Until a microsecond before its end a key is like its user, and from its end it may do nothing."""
    assume(any(subject.person.is_active for subject in world.subjects))
    users = replace(world, subjects=[Subject(subject.person) for subject in world.subjects])
    scope = KeyScope("key", expires_at=NOW)
    keys = replace(world, subjects=[Subject(subject.person, scope) for subject in world.subjects])
    assert differing(answers(keys, NOW - 1), answers(users, NOW - 1)) == {}
    assert allowed(answers(keys, NOW)) == set()
