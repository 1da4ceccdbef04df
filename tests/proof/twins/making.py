"""Pairs of worlds that differ, for one viewer, in nothing but what is hidden from them."""

import random
from collections.abc import Sequence
from dataclasses import dataclass

from app.policy.subject import Subject
from app.policy.vocabulary import Permission
from tests.proof.random_worlds import random_world
from tests.proof.twins.alike import sight_of, unlike
from tests.proof.twins.draft import Draft
from tests.proof.twins.dressing import dress
from tests.proof.twins.edits import Edit, random_edits
from tests.proof.twins.sight import Sight
from tests.proof.twins.whole import Whole

ATTEMPTS, PATIENCE = 12, 4
"""How many viewers are tried in one world; so many at first only if they may change something."""
CHANGING = (
    Permission.MEMBERS_MANAGE,
    Permission.TEAM_UPDATE,
    Permission.PROJECT_UPDATE,
    Permission.ENVIRONMENT_UPDATE_SETTINGS,
)


@dataclass(frozen=True)
class Twins:
    """Two worlds, one viewer with the name of their key, and what was done to the right one."""

    left: Whole
    right: Whole
    viewer: Subject
    key_name: str
    at: int
    edits: tuple[Edit, ...]
    done: tuple[str, ...]
    sight: Sight

    def without(self, edit: Edit) -> "Twins | None":
        """The same with one edit less; None where they would be twins no longer."""
        return twins_of(
            self.left, self.viewer, self.key_name, self.at, self.sight, [e for e in self.edits if e != edit]
        )


def random_twins(rng: random.Random, size: int = 4) -> Twins | None:
    """Twins that differ in something; None where no edit of this world could be hidden from anybody drawn."""
    world = random_world(rng, size)
    whole = dress(world, rng)
    at = rng.choice(world.instants)
    names = {id(s): f"key {n}" for n, s in enumerate(world.subjects)}
    for attempt in range(ATTEMPTS):
        subject = rng.choice(world.subjects)
        if not _is_good(whole, subject, at):
            continue
        person = whole.people[subject.id]
        name = person.name if subject.key is None else names[id(subject)]
        viewer = Subject(person, subject.key and whole.keys[name].key)
        sight = sight_of(whole, viewer, at)
        if attempt < PATIENCE and not sight.may_somewhere(*CHANGING):
            continue
        found = _edited(whole, viewer, name, at, sight, rng)
        if found is not None:
            return found
    return None


def _is_good(whole: Whole, subject: Subject, at: int) -> bool:
    """Who may come in and from whom something can be hidden."""
    key, person = subject.key, subject.person
    in_force = key is None or key.expires_at is None or key.expires_at > at
    return person.is_active and in_force and not person.is_instance_admin and person.id in whole.facts.people


def _edited(whole: Whole, viewer: Subject, name: str, at: int, sight: Sight, rng: random.Random) -> Twins | None:
    """As many of some random edits as can be kept: all at once, or else one by one."""
    edits = random_edits(rng)
    together = twins_of(whole, viewer, name, at, sight, edits)
    if together is not None:
        return together
    kept: list[Edit] = []
    found = None
    for edit in edits:
        one_more = twins_of(whole, viewer, name, at, sight, [*kept, edit])
        if one_more is not None:
            kept, found = [*kept, edit], one_more
    return found


def twins_of(whole: Whole, viewer: Subject, name: str, at: int, sight: Sight, edits: Sequence[Edit]) -> Twins | None:
    """The world and what these edits make of it, if the viewer can't tell; None too where nothing was done."""
    draft = Draft(whole, sight)
    done = [(edit, edit.apply(draft)) for edit in edits]
    effective = [(edit, said) for edit, said in done if said is not None]
    right = draft.whole()
    if not effective or unlike(whole, right, viewer, at) is not None:
        return None
    applied, said = zip(*effective, strict=True)
    return Twins(whole, right, viewer, name, at, applied, tuple(map(str, said)), sight)
