"""`python -m tests.proof.cedar_campaign --worlds 200 --seed 1`: the rule against an engine nobody here wrote.

Exit code 1 where they differ; such a world is printed under the seed that made it. What Cedar is not asked is said in
tests/proof/cedar/comparing.py.
"""

import argparse
import random
import sys
import time

from tests.proof.cedar.comparing import compare
from tests.proof.random_worlds import random_world
from tests.proof.world import describe, short


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.proof.cedar_campaign", description=__doc__)
    parser.add_argument("--worlds", type=int, default=200, help="how many (default: 200)")
    parser.add_argument("--seed", type=int, default=1, help="that of the first world; each next has the next one")
    parser.add_argument("--size", type=int, default=5, help="a world has about four times as many resources")
    arguments = parser.parse_args()
    return campaign(arguments.seed, arguments.worlds, arguments.size)


def campaign(seed: int, worlds: int, size: int) -> int:
    """Compare this many worlds; progress goes to stderr, what was found to stdout. Gives the exit code."""
    compared = differing = 0
    began = time.monotonic()
    for number in range(worlds):
        world = random_world(random.Random(seed + number), size)
        count, differences = compare(world)
        compared += count
        if differences:
            differing += 1
            shown = [short(str(each)) for each in differences[:5]]
            sys.stdout.write("\n".join([f"seed {seed + number} size {size}", describe(world), *shown, ""]))
        if (number + 1) % 20 == 0 or number + 1 == worlds:
            rate = (number + 1) / (time.monotonic() - began)
            sys.stderr.write(f"\r{number + 1} of {worlds} worlds, {rate:.1f} a second, {differing} differ")
    sys.stderr.write("\n")
    sys.stdout.write(f"{compared:,} decisions compared with Cedar in {worlds:,} worlds, {differing} of them differ\n")
    return int(differing > 0)


if __name__ == "__main__":
    sys.exit(main())
