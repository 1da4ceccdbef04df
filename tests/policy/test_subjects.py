"""Who may do something, asked at once of everybody, is who may when each is asked about (section 4)."""

import random

import pytest

from app.policy.rule import decide
from app.policy.subject import Subject
from app.policy.subjects import who_may
from app.policy.vocabulary import Permission
from tests.proof.random_worlds import random_world


@pytest.mark.parametrize("seed", range(25))
def test_everybody_at_once_is_one_by_one(seed: int) -> None:
    world = random_world(random.Random(seed), 7)
    facts = world.facts
    people = list(facts.people.values())
    allowed = 0
    for at in world.instants[:2]:
        for resource_id in (facts.organization.id, *facts.teams, *facts.projects, *facts.environments, "unknown"):
            for permission in Permission:
                alone = [p for p in people if decide(facts, Subject(p), permission, resource_id, at)]
                assert list(who_may(facts, people, permission, resource_id, at)) == alone, (permission, resource_id)
                allowed += len(alone)
    assert allowed > 100
