"""What may be changed of a world that a viewer can't see: each edit draws one hidden thing and says what it did.

An edit may still turn out to be seen, as when a hidden team's membership gives the viewer a role; then it is not kept
(see alike.py). None of them asks whether that is so.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

from tests.proof.twins import people_edits, restriction_edits, tree_edits
from tests.proof.twins.draft import Draft
from tests.proof.twins.hidden import Applied

EDITS: dict[str, Callable[[Draft, random.Random], Applied]] = {
    edit.__name__: edit
    for edit in (
        tree_edits.rename_node,
        tree_edits.remove_node,
        tree_edits.switch_node,
        tree_edits.add_team,
        tree_edits.add_project,
        tree_edits.add_environment,
        tree_edits.change_environment,
        tree_edits.remove_environment,
        people_edits.rename_person,
        people_edits.switch_person,
        people_edits.remove_person,
        people_edits.add_person,
        people_edits.add_membership,
        people_edits.change_membership,
        people_edits.time_membership,
        people_edits.remove_membership,
        people_edits.change_access_list,
        restriction_edits.change_restriction,
        restriction_edits.remove_restriction,
        restriction_edits.add_restriction,
        restriction_edits.change_grants,
        restriction_edits.hide_another,
        tree_edits.change_rows,
        tree_edits.add_deployment,
        tree_edits.change_settings,
        people_edits.remove_key,
        people_edits.change_elsewhere,
    )
}
"""By name."""


@dataclass(frozen=True)
class Edit:
    """One edit; it draws the same from the same world, whatever edits come before it."""

    kind: str
    number: int
    seed: int

    def apply(self, draft: Draft) -> Applied:
        draft.begin(self.number)
        return EDITS[self.kind](draft, random.Random(self.seed))


def random_edits(rng: random.Random, most: int = 8) -> list[Edit]:
    """Two or more, of which not all will be kept."""
    kinds = list(EDITS)
    return [Edit(rng.choice(kinds), number, rng.getrandbits(32)) for number in range(rng.randint(2, most))]
