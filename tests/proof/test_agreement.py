"""The rule, its set form and the reference say the same of worlds that nobody thought of.

A failure prints the world as small as it could be made. For longer: `python -m tests.proof.campaign --worlds 10000`.
"""

import random

import pytest
from hypothesis import HealthCheck, given, settings

from app.policy.rule import decide
from app.policy.subject import Subject
from app.policy.vocabulary import ErrorCode, Permission
from tests.proof.agreement import disagreements, report
from tests.proof.campaign import differences, smallest_with
from tests.proof.random_worlds import random_world, worlds
from tests.proof.sketch import ORG, Sketch
from tests.proof.world import NOW, RandomWorld


@pytest.mark.parametrize("seed", range(20))
def test_random_worlds(seed: int) -> None:
    world = random_world(random.Random(seed), 5)
    if found := differences(world, strict=False):
        pytest.fail(f"seed {seed}\n{smallest_with(world, found[0].kind, strict=False)}")


@settings(max_examples=20, deadline=None, print_blob=True, suppress_health_check=[HealthCheck.too_slow])
@given(worlds())
def test_worlds_that_shrink(world: RandomWorld) -> None:
    found = differences(world, strict=False)
    assert not found, report(world, found)


def test_a_team_s_membership_does_not_show_an_empty_project_to_whom_a_list_limits() -> None:
    """Too rare in random worlds: section 4, step 5, "who holds a membership on that very project"."""
    sketch = Sketch(lists_enforced=True)
    sketch.team("ops", ORG)
    sketch.project("empty")
    sketch.user("u", "VIEWER", listed=())
    sketch.member("u", "ops", "VIEWER")
    sketch.member("ops", "empty", "VIEWER")
    world = sketch.world(Subject(sketch.people["u"]))
    assert sketch.ask("u", Permission.PROJECT_VIEW, "empty") is ErrorCode.NOT_FOUND
    assert not list(disagreements(world))


def test_nobody_is_unauthenticated() -> None:
    world = random_world(random.Random(1), 3)
    for resource_id in world.asked_ids:
        decision = decide(world.facts, None, Permission.PROJECT_VIEW, resource_id, NOW)
        assert (decision.allowed, decision.code) == (False, ErrorCode.UNAUTHENTICATED)
