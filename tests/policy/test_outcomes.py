"""When a view goes over all environments once, so as to look answers up: how much was asked decides, nothing else."""

import random

import pytest

from app.policy import views
from app.policy.structure import Structure
from app.policy.views import View
from app.policy.vocabulary import ASKED_OF, Permission, ResourceKind
from tests.proof.random_worlds import RandomWorld, random_world

ASKED = (Permission.ENVIRONMENT_VIEW, Permission.ENVIRONMENT_DEPLOY)
UNKNOWN = "env_unknown"


@pytest.fixture
def world() -> RandomWorld:
    return next(w for w in map(random_world, map(random.Random, range(100))) if len(w.facts.environments) > 5)


def view_of(world: RandomWorld, number: int) -> View:
    return View(Structure(world.facts), world.subjects[number], world.instants[0])


def calls_until_all_are_gone_over(view: View, resource_id: str) -> int:
    """How many questions are answered one by one before; each call is about two."""
    for number in range(1_000):
        view.may_all(ASKED, [resource_id] * len(ASKED))
        if view._outcomes:
            return number
    return 1_000


def test_hidden_visible_and_unknown_ids_take_as_long(world: RandomWorld) -> None:
    seen: set[bool] = set()
    for number in range(len(world.subjects)):
        counts = set()
        for id in (*world.facts.environments, *world.facts.projects, UNKNOWN):
            view = view_of(world, number)
            seen.add(view.sees(id))
            counts.add(calls_until_all_are_gone_over(view, id))
        assert counts == {len(world.facts.environments) // len(ASKED) + 1}
    assert seen == {True, False}


def test_in_a_large_organization_they_never_are(world: RandomWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    environments = list(world.facts.environments)
    small = view_of(world, 0)
    monkeypatch.setattr(views, "SMALL", len(environments))
    assert calls_until_all_are_gone_over(small, environments[0]) < 1_000
    large = view_of(world, 0)
    monkeypatch.setattr(views, "SMALL", len(environments) - 1)
    assert calls_until_all_are_gone_over(large, environments[0]) == 1_000


def test_no_more_is_remembered_one_by_one_than_there_is_room_for(
    world: RandomWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of all permissions together, and nothing of those that environments aren't asked about."""
    monkeypatch.setattr(views, "MOST_KNOWN", 7)
    for number in range(len(world.subjects)):
        view, fresh = view_of(world, number), view_of(world, number)
        for _ in range(2):
            for id in (*world.facts.environments, UNKNOWN):
                for permission in Permission:
                    resource = view.structure.environment_number.get(id, view.structure.no_environment)
                    said = view.may_in_environment(permission, resource)
                    assert said is fresh.may_all([permission], [id])[0]
                    assert sum(map(len, view._known.values())) <= 7
        assert view._known.keys() <= {each for each in Permission if ResourceKind.ENVIRONMENT in ASKED_OF[each]}
