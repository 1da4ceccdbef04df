"""The members of a node are listed as each of them is seen, in order of the names that the asker sees (section 4a)."""

import random
from pathlib import Path

import pytest

from app.policy.entities import Membership
from app.policy.facts import Facts
from app.policy.objects import Objects
from app.policy.structure import Structure
from app.policy.subject import Subject
from app.policy.views import View
from tests.fixtures.world import files, load
from tests.proof.random_worlds import random_world


@pytest.mark.parametrize("seed", range(25))
def test_members_are_those_that_are_seen_one_by_one(seed: int) -> None:
    world = random_world(random.Random(seed), 7)
    structure = Structure(world.facts)
    found = [members_listed(structure, subject, at) for subject in world.subjects for at in world.instants[:2]]
    assert sum(found)


@pytest.mark.parametrize("path", files(), ids=lambda path: path.stem)
def test_they_are_in_every_world(path: Path) -> None:
    world = load(path)
    for facts in world.organizations:
        structure = Structure(facts)
        for subject in world.subjects.values():
            for at in world.instants():
                members_listed(structure, subject, at)


def members_listed(structure: Structure, subject: Subject, at: int) -> int:
    """How many members of all nodes there are; each node's are those that are seen, and in order."""
    objects, found = Objects(View(structure, subject, at)), 0
    for node in structure.nodes:
        own = [each for each in structure.facts.memberships_on(node.id) if objects.sees_membership(each)]
        expected = sorted(own, key=lambda each: (name_of(objects, structure.facts, each), each.id))
        assert list(objects.members(node)) == expected
        found += len(expected)
    return found


def name_of(objects: Objects, facts: Facts, membership: Membership) -> str:
    subject = objects.person(membership.subject_id) or objects.node(membership.subject_id)
    return "" if subject is None else subject.name.casefold()
