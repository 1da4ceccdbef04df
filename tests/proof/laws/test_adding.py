"""Laws of giving more: nobody loses by it. And of restricting more: nobody gains by it."""

from dataclasses import replace

from hypothesis import given

from app.policy.entities import Grant, Membership, Restriction
from app.policy.facts import Facts
from app.policy.vocabulary import DEPLOYMENT_ONLY, GrantSource, Inheritance, Permission
from tests.proof.laws.changed import WORLDS, subtree, with_grants, with_thing, without, without_grant
from tests.proof.laws.matrices import Question, allowed, answers, law
from tests.proof.world import RandomWorld

APPROVE = Permission.ENVIRONMENT_APPROVE


@law
@given(WORLDS)
def test_adding_a_membership_never_takes_anything_away(world: RandomWorld) -> None:
    """Who may do something may still after any membership is added, but approve by a rule whose own user is back."""
    may = allowed(answers(world))
    for membership in world.facts.memberships.values():
        lost = allowed(answers(without(world, "memberships", membership.id))) - may
        assert lost - _taken_back(world.facts, membership, lost) == set()


def _taken_back(facts: Facts, membership: Membership, lost: set[Question]) -> set[Question]:
    """A rule that fell to MAINTAINER of its scope goes back to the user it names (rule.md, section 8)."""
    of_organization = membership.node_id == facts.organization.id
    named = {rule.user_id for rule in facts.approval_rules.values()}
    return {q for q in lost if q.permission is APPROVE and of_organization and membership.subject_id in named}


@law
@given(WORLDS)
def test_adding_a_role_never_takes_anything_away(world: RandomWorld) -> None:
    """Permissions of one membership add up."""
    may = allowed(answers(world))
    for membership in world.facts.memberships.values():
        for dropped in membership.role_ids if len(membership.role_ids) > 1 else ():
            fewer = replace(membership, role_ids=tuple(id for id in membership.role_ids if id != dropped))
            assert allowed(answers(with_thing(world, "memberships", fewer))) <= may


@law
@given(WORLDS)
def test_adding_a_grant_never_takes_anything_away(world: RandomWorld) -> None:
    """Who may do something may still after any grant is added to any restriction."""
    may = allowed(answers(world))
    for grant in world.facts.grants.values():
        assert allowed(answers(without_grant(world, grant))) <= may
    for restriction in world.facts.restrictions.values():
        more = [_to_user(restriction, person) for person in world.facts.people]
        assert may <= allowed(answers(with_grants(world, restriction, *restriction.grants, *more)))


@law
@given(WORLDS)
def test_adding_a_restriction_never_gives_anything(world: RandomWorld) -> None:
    """A restriction without team grants and approval rules lets nobody do anything new, though it name everybody."""
    facts = world.facts
    for restriction in facts.restrictions.values():
        grants = [_to_user(restriction, person) for person in facts.people]
        named = with_grants(world, replace(restriction, approval_rules=()), *grants)
        assert allowed(answers(named)) <= allowed(answers(without(world, "restrictions", restriction.id)))


def _to_user(restriction: Restriction, user_id: str) -> Grant:
    given = GrantSource.EXPLICIT
    id, organization_id = f"gra_{user_id}", restriction.organization_id
    return Grant(id, organization_id, restriction.id, user_id, None, None, Inheritance.DIRECT, given, None, None)


@law
@given(WORLDS)
def test_adding_a_restriction_gives_no_more_than_deployment_only_access(world: RandomWorld) -> None:
    """Its team grants give DEPLOY and PROMOTE, its approval rules APPROVE, on environments below its scope alone."""
    may = allowed(answers(world))
    for restriction in world.facts.restrictions.values():
        gained = may - allowed(answers(without(world, "restrictions", restriction.id)))
        assert {q.permission for q in gained} <= DEPLOYMENT_ONLY | {APPROVE}
        assert {q.resource_id for q in gained} <= subtree(world.facts, restriction.scope_id)
