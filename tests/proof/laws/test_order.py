"""Laws of how facts are written down: in which order, and how often."""

from dataclasses import replace
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from app.policy.entities import Membership, Restriction
from tests.proof.laws.changed import WORLDS, changed
from tests.proof.laws.matrices import answers, differing, law
from tests.proof.world import RandomWorld

MAPPINGS = ("teams", "projects", "environments", "custom_roles", "memberships", "restrictions", "people")


@law
@given(WORLDS, st.randoms(use_true_random=False))
def test_the_order_of_facts_does_not_matter(world: RandomWorld, random: Any) -> None:
    """Facts, roles of a membership, grants and rules of a restriction may come in any order."""

    def shuffled(things: Any) -> list[Any]:
        return random.sample(list(things), len(things))

    mixed = {name: dict(shuffled(getattr(world.facts, name).items())) for name in MAPPINGS}
    for id, membership in mixed["memberships"].items():
        mixed["memberships"][id] = replace(membership, role_ids=tuple(shuffled(membership.role_ids)))
    for id, restriction in mixed["restrictions"].items():
        grants, rules = tuple(shuffled(restriction.grants)), tuple(shuffled(restriction.approval_rules))
        mixed["restrictions"][id] = replace(restriction, grants=grants, approval_rules=rules)
    assert differing(answers(world), answers(changed(world, **mixed))) == {}


@law
@given(WORLDS)
def test_duplicates_of_facts_do_not_matter(world: RandomWorld) -> None:
    """Saying a membership, role, restriction, grant or rule twice says no more than saying it once."""
    facts = world.facts
    memberships = {copy.id: copy for m in facts.memberships.values() for copy in (_twice(m), _again(m))}
    restrictions = {copy.id: copy for r in facts.restrictions.values() for copy in (r, _said_twice(r))}
    doubled = changed(world, memberships=memberships, restrictions=restrictions)
    assert differing(answers(world), answers(doubled)) == {}


def _twice(membership: Membership) -> Membership:
    return replace(membership, role_ids=membership.role_ids * 2)


def _again(membership: Membership) -> Membership:
    return replace(membership, id=f"{membership.id}2")


def _said_twice(restriction: Restriction) -> Restriction:
    id = f"{restriction.id}2"
    grants = tuple(replace(g, id=f"{g.id}{n}", restriction_id=id) for g in restriction.grants for n in (2, 3))
    rules = tuple(replace(r, id=f"{r.id}{n}", restriction_id=id) for r in restriction.approval_rules for n in (2, 3))
    return replace(restriction, id=id, grants=grants, approval_rules=rules)
