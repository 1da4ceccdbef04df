"""A random world, written as a world file and read again, is the same world; and a campaign keeps what it finds so."""

import random
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from app.policy.decision import Decision
from app.policy.rule import decide
from app.policy.vocabulary import ErrorCode, Permission
from tests.fixtures.world import World, load
from tests.proof import agreement
from tests.proof.campaign import campaign
from tests.proof.kept import Asked, keep
from tests.proof.random_worlds import random_world
from tests.proof.sketch import Sketch
from tests.proof.world import NOW, RandomWorld
from tests.proof.world_document import CantSayError, WorldDocument

SAYABLE = [seed for seed in range(13) if seed != 6]
"""Not the one with an instance administrator who is deactivated."""

DESCRIPTION = "a random world that was written as a file and read again"


def everything(world: RandomWorld) -> list[Asked]:
    subjects = range(len(world.subjects))
    return [Asked(at, number, id) for at in world.instants for number in subjects for id in world.resource_ids]


def read_again(world: RandomWorld, folder: Path) -> World:
    return load(keep(world, everything(world), "again", DESCRIPTION, folder))


@pytest.mark.parametrize("seed", SAYABLE)
def test_a_world_read_again_gives_the_same_verdicts(seed: int, tmp_path: Path) -> None:
    """Every subject, permission and resource, at every instant; and the file expects what the reference says."""
    world = random_world(random.Random(seed), 4)
    again, words = read_again(world, tmp_path), WorldDocument(world)
    expected = {(e.at, e.person, e.path, e.permission): e.code for e in again.expectations}
    for at, number, id in everything(world):
        name, path = words.subject(number), words.path(id)
        for permission in Permission:
            before = decide(world.facts, world.subjects[number], permission, id, at).code
            after = decide(again.facts, again.subjects[name], permission, again.id(path), at).code
            assert before == after == expected[at, name, path, permission], (name, permission, path, at - NOW)


def test_what_a_file_has_no_words_for_is_not_written(tmp_path: Path) -> None:
    sketch = Sketch()
    sketch.user("root", instance_admin=True, active=False)
    with pytest.raises(CantSayError):
        read_again(sketch.world(), tmp_path)
    assert not list(tmp_path.iterdir())


def too_kind(*question: Any) -> Decision:
    """The rule with a fault: who may not call an environment may."""
    decision = decide(*question)
    if decision.permission is Permission.ENVIRONMENT_INVOKE and decision.code is ErrorCode.FORBIDDEN:
        return replace(decision, allowed=True, code=None)
    return decision


def test_a_campaign_keeps_the_world_that_shows_a_fault(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The file is small, and expects what the fault gets wrong."""
    monkeypatch.setattr(agreement, "decide", too_kind)
    assert campaign(seed=4, worlds=1, size=3, show=1, strict=False, folder=tmp_path) == 1
    (path,) = tmp_path.iterdir()
    world = load(path)
    wrong = {
        expected.permission
        for expected in world.expectations
        for question in [(world.facts, world.subject(expected.person), expected.permission, world.id(expected.path))]
        if too_kind(*question, expected.at).code != expected.code
    }
    assert wrong == {Permission.ENVIRONMENT_INVOKE}
    assert all(
        decide(world.facts, world.subject(e.person), e.permission, world.id(e.path), e.at).code is e.code
        for e in world.expectations
    )
    assert len(world.facts.memberships) <= 4
