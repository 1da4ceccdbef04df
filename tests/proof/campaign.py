"""`python -m tests.proof.campaign --worlds 10000 --seed 1`: the rule against the reference, for as long as one likes.

Exit code 1 where they differ; each such world is printed, as small as it could be made, under the seed that made it,
and kept as a world file, which is an ordinary test from then on.
"""

import argparse
import random
import sys
import time
from collections import Counter
from pathlib import Path

from tests.fixtures.world import WORLDS
from tests.proof.agreement import Disagreement, disagreements, report
from tests.proof.kept import Asked, keep
from tests.proof.open_questions import is_open
from tests.proof.random_worlds import random_world
from tests.proof.reference import Reference
from tests.proof.smaller import smallest
from tests.proof.world import RandomWorld, short
from tests.proof.world_document import CantSayError, WorldDocument

Kind = tuple[str, str, str]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.proof.campaign", description=__doc__)
    parser.add_argument("--worlds", type=int, default=1000, help="how many (default: 1000)")
    parser.add_argument("--seed", type=int, default=1, help="that of the first world; each next has the next one")
    parser.add_argument("--size", type=int, default=5, help="a world has about four times as many resources")
    parser.add_argument("--show", type=int, default=5, help="how many kinds of difference to print (default: 5)")
    parser.add_argument("--strict", action="store_true", help="count what open_questions.py leaves open, too")
    parser.add_argument(
        "--keep", dest="folder", type=Path, default=WORLDS, help="the folder for world files (default: tests/worlds)"
    )
    arguments = parser.parse_args()
    return campaign(**vars(arguments))


def campaign(seed: int, worlds: int, size: int, show: int, strict: bool, folder: Path) -> int:
    """Compare this many worlds; progress goes to stderr, differences to stdout. Gives the exit code."""
    kinds: Counter[Kind] = Counter()
    compared = 0
    began = time.monotonic()
    for number in range(worlds):
        world = random_world(random.Random(seed + number), size)
        compared += comparisons(world)
        for kind in {found.kind for found in differences(world, strict)}:
            kinds[kind] += 1
            if kinds[kind] == 1 and len(kinds) <= show:
                small = smallest_of(world, kind, strict)
                _say(f"seed {seed + number} size {size}\n{report(small, alike(small, kind, strict), 1)}")
                _say(kept_in(folder, f"found_{seed + number}_{len(kinds)}", small, alike(small, kind, strict)) + "\n")
        _progress(number + 1, worlds, kinds.total(), began)
    _say(f"{compared:,} decisions of each form compared with the reference in {worlds:,} worlds, seeds from {seed}")
    for kind, count in kinds.most_common():
        _say(f"{count} worlds: {kind[0]} found {kind[1]}, the reference says {kind[2]}")
    return 1 if kinds else 0


def comparisons(world: RandomWorld) -> int:
    """How many decisions are compared: every subject, permission and resource, at every instant of the world."""
    reference = Reference(world, world.instants[0])
    return len(reference.verdicts) * len(world.instants)


def differences(world: RandomWorld, strict: bool) -> list[Disagreement]:
    """Those that count: all of them, or those that no open question covers."""
    return [found for found in disagreements(world) if strict or not is_open(found)]


def smallest_with(world: RandomWorld, kind: Kind, strict: bool) -> str:
    """Report on the world, made as small as it can be with a difference of that kind."""
    small = smallest_of(world, kind, strict)
    return report(small, alike(small, kind, strict), 1)


def smallest_of(world: RandomWorld, kind: Kind, strict: bool) -> RandomWorld:
    return smallest(world, lambda smaller: bool(alike(smaller, kind, strict)))


def alike(world: RandomWorld, kind: Kind, strict: bool) -> list[Disagreement]:
    """The differences of one kind."""
    return [found for found in differences(world, strict) if found.kind == kind]


def kept_in(folder: Path, name: str, world: RandomWorld, found: list[Disagreement]) -> str:
    """Write the world as a file that expects what the reference says of the resources that `found` is about.

    Says where it is, or why there is none.
    """
    about = {(each.subject, id) for each in found if (id := each.question.split()[-1]) in world.resource_ids}
    if not about:
        return "not kept: a world file says nothing of people, memberships and restrictions as such"
    person, first = WorldDocument(world).subject(found[0].subject), found[0]
    description = f"Found by a campaign: {person}, {short(first.question)}: {first.found} instead of {first.expected}."
    asked = [Asked(at, *each) for at in world.instants for each in about]
    try:
        return f"kept as {keep(world, asked, name, description, folder)}"
    except CantSayError as error:
        return f"not kept: {error}"


def _progress(done: int, worlds: int, differences: int, began: float) -> None:
    if done % 50 and done != worlds:
        return
    rate = done / (time.monotonic() - began)
    sys.stderr.write(f"\r{done} of {worlds} worlds, {rate:.0f} a second, {differences} differences")
    sys.stderr.write("\n" if done == worlds else "")
    sys.stderr.flush()


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
