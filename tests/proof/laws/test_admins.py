"""The law of ADMINs who are no more: what passed by being one passes no longer, and nothing of it stays."""

from collections.abc import Iterator
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from app.policy.entities import Membership, Restriction
from app.policy.facts import Facts
from app.policy.implicit import implicit_admins
from app.policy.roles import BUILT_IN
from app.policy.subject import Subject
from app.policy.vocabulary import BuiltInRole
from tests.proof.laws.changed import changed, with_thing, without, worlds_with
from tests.proof.laws.matrices import Matrix, answers, law
from tests.proof.laws.versions import answers_after
from tests.proof.world import NOW, RandomWorld

ADMIN = BUILT_IN[BuiltInRole.ADMIN].id
OTHERS = [BUILT_IN[role].id for role in BuiltInRole if role is not BuiltInRole.ADMIN]
TWIN = "2"
"""Behind the id of a person or fact: that of their twin."""


def _own(facts: Facts) -> Iterator[Membership]:
    yield from (m for m in facts.memberships.values() if not m.subject_is_team)


@law
@given(worlds_with(_own), st.sets(st.sampled_from(OTHERS), min_size=1))
def test_a_demoted_admin_equals_one_who_never_was(chosen: tuple[RandomWorld, Membership], roles: set[str]) -> None:
    """Given other roles, an ADMIN may do what somebody may who always had those, and is listed where they are."""
    world, membership = chosen
    pair = _pair(world, replace(membership, role_ids=tuple(roles), starts_at=None, expires_at=None))
    admin = with_thing(pair, "memberships", replace(membership, role_ids=(ADMIN,), starts_at=None, expires_at=None))
    _check(pair, membership.subject_id, answers_after(admin, pair))


def _own_below(facts: Facts) -> Iterator[Membership]:
    yield from (m for m in _own(facts) if m.node_id != facts.organization.id)


@law
@given(worlds_with(_own_below))
def test_an_admin_whose_time_is_over_equals_one_who_never_was(chosen: tuple[RandomWorld, Membership]) -> None:
    """When it has ended, a membership as ADMIN is like one that never was."""
    world, membership = chosen
    ended = replace(membership, role_ids=(ADMIN,), starts_at=None, expires_at=NOW)
    pair = without(_pair(world, ended), "memberships", membership.id + TWIN)
    _check(pair, membership.subject_id, answers(pair))


def _check(pair: RandomWorld, user_id: str, found: Matrix) -> None:
    assert {q: code for q, code in found.items() if q.subject == 0 and code != found[q._replace(subject=1)]} == {}
    for restriction in pair.facts.restrictions.values():
        listed = {grant.user_id for grant in implicit_admins(pair.facts, restriction, NOW)}
        assert (user_id in listed) == (user_id + TWIN in listed)


def _pair(world: RandomWorld, membership: Membership) -> RandomWorld:
    """With this membership, and a twin of its subject who has all that they have; these two ask."""
    facts, user_id = world.facts, membership.subject_id
    person = facts.people[user_id]
    twin = replace(person, id=user_id + TWIN)
    memberships = {**facts.memberships, membership.id: membership}
    copies = [replace(m, id=m.id + TWIN, subject_id=twin.id) for m in memberships.values() if m.subject_id == user_id]
    people = {**facts.people, twin.id: twin}
    restrictions = {r.id: _naming_both(r, user_id) for r in facts.restrictions.values()}
    both = changed(world, people=people, memberships=memberships | {m.id: m for m in copies}, restrictions=restrictions)
    return replace(both, subjects=[Subject(person), Subject(twin)])


def _naming_both(restriction: Restriction, user_id: str) -> Restriction:
    """Whoever names the user names their twin, too."""
    grants, rules = restriction.grants, restriction.approval_rules
    for_twin = [replace(g, id=g.id + TWIN, user_id=user_id + TWIN) for g in grants if g.user_id == user_id]
    by_twin = [replace(r, id=r.id + TWIN, user_id=user_id + TWIN) for r in rules if r.user_id == user_id]
    return replace(restriction, grants=(*grants, *for_twin), approval_rules=(*rules, *by_twin))
