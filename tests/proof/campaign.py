"""`python -m tests.proof.campaign --worlds 10000 --seed 1`: the rule against the reference, for as long as one likes.

Exit code 1 where they differ; each such world is printed, as small as it could be made, under the seed that made it.
"""

import argparse
import random
import sys
import time
from collections import Counter

from tests.proof.agreement import Disagreement, disagreements, report
from tests.proof.open_questions import is_open
from tests.proof.random_worlds import random_world
from tests.proof.reference import Reference
from tests.proof.smaller import smallest
from tests.proof.world import RandomWorld


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.proof.campaign", description=__doc__)
    parser.add_argument("--worlds", type=int, default=1000, help="how many (default: 1000)")
    parser.add_argument("--seed", type=int, default=1, help="that of the first world; each next has the next one")
    parser.add_argument("--size", type=int, default=5, help="a world has about four times as many resources")
    parser.add_argument("--show", type=int, default=5, help="how many kinds of difference to print (default: 5)")
    parser.add_argument("--strict", action="store_true", help="count what open_questions.py leaves open, too")
    arguments = parser.parse_args()
    return campaign(arguments.seed, arguments.worlds, arguments.size, arguments.show, arguments.strict)


def campaign(seed: int, worlds: int, size: int, show: int, strict: bool) -> int:
    """Compare this many worlds; progress goes to stderr, differences to stdout. Gives the exit code."""
    kinds: Counter[tuple[str, str, str]] = Counter()
    compared = 0
    began = time.monotonic()
    for number in range(worlds):
        world = random_world(random.Random(seed + number), size)
        compared += comparisons(world)
        for kind in {found.kind for found in differences(world, strict)}:
            kinds[kind] += 1
            if kinds[kind] == 1 and len(kinds) <= show:
                _say(f"seed {seed + number} size {size}\n{smallest_with(world, kind, strict)}\n")
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


def smallest_with(world: RandomWorld, kind: tuple[str, str, str], strict: bool) -> str:
    """Report on the world, made as small as it can be with a difference of that kind."""

    def alike(smaller: RandomWorld) -> list[Disagreement]:
        return [found for found in differences(smaller, strict) if found.kind == kind]

    small = smallest(world, lambda smaller: bool(alike(smaller)))
    return report(small, alike(small), 1)


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
