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
from pathlib import Path

from app.db.migrate import upgrade
from tests.fixtures.postgres import quick_folder
from tests.proof.twins.comparison import Plan, compare, smallest
from tests.proof.twins.making import random_twins
from tests.proof.twins.report import report
from tests.proof.twins.serving import SameIds, Server
from tests.proof.twins.tally import Tally


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.proof.twin_campaign", description=__doc__)
    parser.add_argument("--worlds", type=int, default=200, help="how many (default: 200)")
    parser.add_argument("--operations", type=int, default=50, help="in each (default: 50)")
    parser.add_argument("--seed", type=int, default=1, help="that of the first world; each next has the next one")
    parser.add_argument("--size", type=int, default=4, help="a world has about four times as many resources")
    parser.add_argument("--show", type=int, default=3, help="how many differences to print (default: 3)")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bailiwick-twins-", dir=quick_folder()) as folder:
        upgrade(f"sqlite:///{folder}/template.db")
        campaign = Campaign(Path(folder), asked.operations, asked.size, asked.show)
        asyncio.run(campaign.run(range(asked.seed, asked.seed + asked.worlds)))
    _say("\n".join(campaign.tally.lines()))
    return 1 if campaign.tally.differing else 0


class Campaign:
    """Compares twins by seed; progress goes to stderr, differences to stdout as they are found."""

    def __init__(self, folder: Path, operations: int, size: int, show: int) -> None:
        self.tally = Tally()
        template = folder / "template.db"
        self._servers = Server(template, folder / "left.db"), Server(template, folder / "right.db")
        self._ids = SameIds()
        self._operations, self._size, self._show = operations, size, show
        self._began = time.monotonic()

    async def run(self, seeds: range) -> None:
        with self._ids.everywhere():
            for seed in seeds:
                await self._compare(seed)
                self._progress(len(seeds))

    async def _compare(self, seed: int) -> None:
        self.tally.tried += 1
        twins = random_twins(random.Random(seed), self._size)
        if twins is None:
            return
        plan = Plan(seed, self._operations)
        outcome = await compare(twins, plan, self._servers, self._ids)
        self.tally.add(twins, outcome)
        if outcome.difference is not None:
            self.tally.differing.append(seed)
            if len(self.tally.differing) <= self._show:
                small, _, found = await smallest(twins, plan, self._servers, self._ids, outcome.difference)
                _say(f"\nseed {seed}\n{report(small, found)}\n")

    def _progress(self, worlds: int) -> None:
        tally = self.tally
        if tally.tried % 10 and tally.tried != worlds:
            return
        rate = tally.tried / (time.monotonic() - self._began)
        found = f"{tally.operations} operations, {len(tally.differing)} differences"
        sys.stderr.write(f"\r{tally.tried} of {worlds} worlds, {rate:.1f} a second, {found}")
        sys.stderr.write("\n" if tally.tried == worlds else "")
        sys.stderr.flush()


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
