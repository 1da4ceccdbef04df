"""What is asked once for all who are alike is what is found by asking each: ADMINs who pass, and who may approve."""

import random

import pytest

from app.policy.entities import ApprovalRule, Person, Restriction
from app.policy.facts import Facts
from app.policy.holding import belonging, held_roles
from app.policy.implicit import implicit_admins
from app.policy.restrictions import approves_by
from app.policy.rule import decide
from app.policy.structure import Structure
from app.policy.subject import Subject
from app.policy.vocabulary import Permission
from app.services.grantees import count_approvers
from tests.proof.random_worlds import random_world

SEEDS = range(60)


@pytest.mark.parametrize("seed", SEEDS)
def test_admins_who_pass_are_found_as_one_by_one(seed: int) -> None:
    """BAS-35 to BAS-38."""
    world = random_world(random.Random(seed), 7)
    for at in world.instants:
        for restriction in world.facts.restrictions.values():
            found = [row.user_id for row in implicit_admins(world.facts, restriction, at)]
            people = world.facts.people.values()
            assert found == [person.id for person in people if _passes(world.facts, person, restriction, at)]


@pytest.mark.parametrize("seed", SEEDS)
def test_approvers_are_counted_as_one_by_one(seed: int) -> None:
    """GL-23."""
    world = random_world(random.Random(seed), 7)
    structure = Structure(world.facts)
    for at in world.instants:
        for restriction in world.facts.restrictions.values():
            about = [structure.environments[number].id for number in structure.targets(restriction)]
            environments = [structure.environments[number] for number in structure.targets(restriction)]
            for rule in restriction.approval_rules:
                people = world.facts.people.values()
                all_ = sum(_approves(world.facts, person, rule, restriction, about, at) for person in people)
                found = count_approvers(world.facts, restriction.scope_id, rule, environments, at)
                assert found == min(all_, rule.required_approvals)


def _passes(facts: Facts, person: Person, restriction: Restriction, at: int) -> bool:
    if not restriction.admin_bypass or person.is_instance_admin or not person.is_active:
        return False
    held = held_roles(facts, person.id, restriction.scope_id, at)
    return belonging(facts, person.id, at) is not None and any(each.role.is_admin for each in held)


def _approves(
    facts: Facts, person: Person, rule: ApprovalRule, restriction: Restriction, about: list[str], at: int
) -> bool:
    subject = Subject(person)
    if not person.is_active or person.is_service_account or belonging(facts, person.id, at) is None:
        return False
    if not approves_by(facts, subject, rule, restriction.scope_id, at):
        return False
    return not about or any(decide(facts, subject, Permission.ENVIRONMENT_VIEW, id, at) for id in about)


def test_the_worlds_have_what_is_asked_for() -> None:
    worlds = [random_world(random.Random(seed), 7) for seed in SEEDS]
    rules = [rule for world in worlds for each in world.facts.restrictions.values() for rule in each.approval_rules]
    assert {rule.required_approvals for rule in rules} >= {1, 2}
    assert any(rule.team_id for rule in rules)
    assert any(rule.user_id for rule in rules)
    assert any(rule.level for rule in rules)
    rows = [
        row
        for world in worlds
        for each in world.facts.restrictions.values()
        for row in implicit_admins(world.facts, each, world.instants[0])
    ]
    assert len(rows) > 20
