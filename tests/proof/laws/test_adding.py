"""Laws of giving more: nobody loses by it. And of restricting more: nobody gains by it."""

from collections.abc import Iterator
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from app.policy.facts import Facts, Grant, Membership, Restriction
from app.policy.vocabulary import DEPLOYMENT_ONLY, Permission
from tests.proof.laws.changed import subtree, with_grants, with_thing, without, without_grant, worlds_with
from tests.proof.laws.matrices import Form, Question, allowed, law
from tests.proof.world import RandomWorld

APPROVE = Permission.ENVIRONMENT_APPROVE


def _memberships(facts: Facts) -> Iterator[Membership]:
    yield from facts.memberships.values()


def _of_several_roles(facts: Facts) -> Iterator[Membership]:
    yield from (m for m in facts.memberships.values() if len(m.role_ids) > 1)


def _grants(facts: Facts) -> Iterator[Grant]:
    yield from facts.grants.values()


def _restrictions(facts: Facts) -> Iterator[Restriction]:
    yield from facts.restrictions.values()


@law
@given(worlds_with(_memberships))
def test_adding_a_membership_never_takes_anything_away(form: Form, chosen: tuple[RandomWorld, Membership]) -> None:
    """Who may do something may still after any membership is added, but approve by a rule whose own user is back."""
    world, membership = chosen
    lost = allowed(form(without(world, "memberships", membership.id))) - allowed(form(world))
    assert lost - _taken_back(world.facts, membership, lost) == set()


def _taken_back(facts: Facts, membership: Membership, lost: set[Question]) -> set[Question]:
    """A rule that fell to MAINTAINER of its scope goes back to the user it names (rule.md, section 8)."""
    of_organization = membership.node_id == facts.organization.id
    named = {rule.user_id for rule in facts.approval_rules.values()}
    return {q for q in lost if q[1] is APPROVE and of_organization and membership.subject_id in named}


@law
@given(worlds_with(_of_several_roles), st.integers(0, 3))
def test_adding_a_role_never_takes_anything_away(
    form: Form, chosen: tuple[RandomWorld, Membership], number: int
) -> None:
    """Permissions of one membership add up."""
    world, membership = chosen
    dropped = membership.role_ids[number % len(membership.role_ids)]
    fewer = replace(membership, role_ids=tuple(id for id in membership.role_ids if id != dropped))
    assert allowed(form(with_thing(world, "memberships", fewer))) <= allowed(form(world))


@law
@given(worlds_with(_grants))
def test_adding_a_grant_never_takes_anything_away(form: Form, chosen: tuple[RandomWorld, Grant]) -> None:
    """Who may do something may still after any grant is added to any restriction."""
    world, grant = chosen
    assert allowed(form(without_grant(world, grant))) <= allowed(form(world))


@law
@given(worlds_with(_restrictions))
def test_adding_a_restriction_never_gives_anything(form: Form, chosen: tuple[RandomWorld, Restriction]) -> None:
    """A restriction without team grants and approval rules lets nobody do anything new, not even who passes it."""
    world, restriction = chosen
    bare = replace(restriction, approval_rules=())
    added = with_grants(world, bare, *(grant for grant in restriction.grants if grant.team_id is None))
    assert allowed(form(added)) <= allowed(form(without(world, "restrictions", restriction.id)))


@law
@given(worlds_with(_restrictions))
def test_adding_a_restriction_gives_no_more_than_deployment_only_access(
    form: Form, chosen: tuple[RandomWorld, Restriction]
) -> None:
    """Its team grants give DEPLOY and PROMOTE, its approval rules APPROVE, on environments below its scope alone."""
    world, restriction = chosen
    below = subtree(world.facts, restriction.scope_id)
    gained = allowed(form(world)) - allowed(form(without(world, "restrictions", restriction.id)))
    assert {permission for _, permission, _ in gained} <= DEPLOYMENT_ONLY | {APPROVE}
    assert {resource_id for _, _, resource_id in gained} <= below
