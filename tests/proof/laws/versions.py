"""One version after another, each sharing with the one before what it can, as a process keeps them in memory."""

from app.policy.facts import Facts
from app.policy.renewal import followed
from app.policy.structure import Structure
from app.policy.views import View
from tests.proof.laws.changed import MAPPINGS, changed
from tests.proof.laws.matrices import Matrix, answers, differing, told
from tests.proof.world import NOW, RandomWorld


def answers_after(first: RandomWorld, *following: RandomWorld, at: int = NOW) -> Matrix:
    """What is answered of the last of these worlds, after all was asked of each that came before.

    Fails where a version answers otherwise than it would with nothing before it.
    """
    structure = Structure(first.facts).complete()
    views = [View(structure, subject, at) for subject in first.subjects]
    found = told(first, views)
    for following_world in following:
        world = changed(following_world)  # facts of its own, for what is shared with the version before
        world.facts.take_over(structure.facts, _differing(structure.facts, world.facts))
        structure = followed(structure, world.facts)
        views = [view.followed_by(structure, at) or View(structure, view.subject, at) for view in views]
        found = told(world, views)
        assert differing(found, answers(following_world, at)) == {}
    return found


def _differing(one: Facts, other: Facts) -> dict[str, set[str]]:
    """By mapping: the ids of what came, went or changed."""
    pairs = ((name, getattr(one, name), getattr(other, name)) for name in MAPPINGS)
    return {name: {id for id in was.keys() | now.keys() if was.get(id) != now.get(id)} for name, was, now in pairs}
