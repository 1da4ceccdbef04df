"""`python -m tests.proof.twin_campaign --worlds 2000 --operations 50 --seed 1`: hidden can't be told from not there.

Exit code 1 where two twins answered differently; each is printed, with as few edits and operations as show it, under
the seed that made it. At the end: how many operations were compared, by what a hidden thing might show itself through.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from app.db.migrate import upgrade
from tests.fixtures.postgres import quick_folder
from tests.proof.twins.comparison import Outcome, Plan, compare, smallest
from tests.proof.twins.making import random_twins
from tests.proof.twins.report import report
from tests.proof.twins.serving import SameIds, Server
from tests.proof.twins.tally import Tally

PART = 100
"""How many worlds in a row one process compares."""


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.proof.twin_campaign", description=__doc__)
    parser.add_argument("--worlds", type=int, default=200, help="how many (default: 200)")
    parser.add_argument("--operations", type=int, default=50, help="in each (default: 50)")
    parser.add_argument("--seed", type=int, default=1, help="that of the first world; each next has the next one")
    parser.add_argument("--size", type=int, default=4, help="a world has about four times as many resources")
    parser.add_argument("--show", type=int, default=3, help="how many differences to print (default: 3)")
    parser.add_argument("--processes", type=int, default=1, help="how many at once (default: 1)")
    asked = parser.parse_args()
    last = asked.seed + asked.worlds
    parts = [range(first, min(first + PART, last)) for first in range(asked.seed, last, PART)]
    tally, began = Tally(), time.monotonic()
    with ProcessPoolExecutor(asked.processes, get_context("spawn")) as executor:
        for part in executor.map(partial(run, asked.operations, asked.size, asked.show), parts):
            tally.merge(part)
            rate = tally.tried / (time.monotonic() - began)
            sys.stderr.write(
                f"{tally.tried} of {asked.worlds} worlds, {rate:.1f} a second, {tally.operations} operations\n"
            )
    _say("\n".join(tally.lines()))
    return 1 if tally.differing or tally.failed else 0


def run(operations: int, size: int, show: int, seeds: range) -> Tally:
    """Compare the worlds of these seeds in this process."""
    with tempfile.TemporaryDirectory(prefix="bailiwick-twins-", dir=quick_folder()) as folder:
        upgrade(f"sqlite:///{folder}/template.db")
        campaign = Campaign(Path(folder), operations, size, show)
        asyncio.run(campaign.run(seeds))
    return campaign.tally


class Campaign:
    """Compares twins by seed; progress goes to stderr, differences to stdout as they are found."""

    def __init__(self, folder: Path, operations: int, size: int, show: int) -> None:
        self.tally = Tally()
        template = folder / "template.db"
        self._servers = Server(template, folder / "left.db"), Server(template, folder / "right.db")
        self._ids = SameIds()
        self._operations, self._size, self._show = operations, size, show

    async def run(self, seeds: range) -> None:
        with self._ids.everywhere():
            for seed in seeds:
                await self._compare(seed)
                if self.tally.tried % 10 == 0:
                    found = f"{self.tally.operations} operations, {len(self.tally.differing)} differences"
                    sys.stderr.write(f"seeds {seeds.start} to {seed}: {found}\n")

    async def _compare(self, seed: int) -> None:
        self.tally.tried += 1
        twins = random_twins(random.Random(seed), self._size)
        if twins is None:
            return
        plan = Plan(seed, self._operations)
        outcome = await compare(twins, plan, self._servers, self._ids)
        self.tally.add(twins, outcome)
        self._look_for_failures(seed, outcome)
        if outcome.difference is not None:
            self.tally.differing.append(seed)
            if len(self.tally.differing) <= self._show:
                small, _, found = await smallest(twins, plan, self._servers, self._ids, outcome.difference)
                _say(f"\nseed {seed}\n{report(small, found)}\n")

    def _look_for_failures(self, seed: int, outcome: Outcome) -> None:
        failed = [operation for operation, answer in outcome.compared if "INTERNAL" in answer.codes]
        if failed:
            self.tally.failed.append(seed)
            if len(self.tally.failed) <= self._show:
                _say(f"\nseed {seed}: INTERNAL\n{failed[0].document}\n{failed[0].variables}\n")


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
