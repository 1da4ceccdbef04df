"""Who may do something, asked at once of everybody, is who may when each is asked about (section 4)."""

import random
from collections.abc import Iterable
from pathlib import Path

import pytest

from app.policy.facts import Facts
from app.policy.rule import decide
from app.policy.subject import Subject
from app.policy.subjects import who_may
from app.policy.vocabulary import Inheritance, Permission
from tests.fixtures.world import files, load
from tests.fixtures.world_builder import Named, WorldBuilder
from tests.proof.random_worlds import random_world

NOW = 1_770_000_000_000_000


@pytest.mark.parametrize("seed", range(25))
def test_everybody_at_once_is_one_by_one(seed: int) -> None:
    world = random_world(random.Random(seed), 7)
    assert allowed(world.facts, world.instants[:2]) > 100


@pytest.mark.parametrize("path", files(), ids=lambda path: path.stem)
def test_it_is_in_every_world(path: Path) -> None:
    world = load(path)
    assert sum(allowed(facts, world.instants()) for facts in world.organizations)


def test_a_level_above_a_team_that_a_rule_names_tells_people_apart() -> None:
    """ann and bob are alike but for bob's level on vault, by which he is in all of vault/qa."""
    at = WorldBuilder()
    at.team("vault", isolated=True)
    at.team("vault/qa")
    at.project("web")
    prod = at.environment("web", "prod")
    for name in ("ann", "bob"):
        at.people.add(name)
        at.member(name, "acme", "MEMBER")
    at.member("bob", "vault", "VIEWER")
    at.restrict("web", name="prod", grants=[Named(team="vault/qa", inheritance=Inheritance.ALL)])
    facts, people = at.facts(), [at.people["ann"], at.people["bob"]]
    for are_all in (False, True):
        may = list(who_may(facts, people, Permission.ENVIRONMENT_STOP, prod.id, NOW, are_all=are_all))
        assert [person.name for person in may] == ["bob"]


def allowed(facts: Facts, instants: Iterable[int]) -> int:
    """How often somebody may do something; who may at once is who may one by one."""
    people, found = list(facts.people.values()), 0
    for at in instants:
        for resource_id in (facts.organization.id, *facts.teams, *facts.projects, *facts.environments, "unknown"):
            for permission in Permission:
                alone = [p for p in people if decide(facts, Subject(p), permission, resource_id, at)]
                for are_all in (False, True):
                    found_at_once = list(who_may(facts, people, permission, resource_id, at, are_all=are_all))
                    assert found_at_once == alone, (permission, resource_id, are_all)
                found += len(alone)
    return found
