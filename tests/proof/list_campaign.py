"""`python -m tests.proof.list_campaign --worlds 100 --seed 1`: every list against the checks, over GraphQL.

Exit code 1 where they differ; each such world is printed, as small as it could be made, under the seed that made it.
"""

import argparse
import asyncio
import random
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

from app.db.migrate import upgrade
from app.policy.roles import BUILT_IN
from app.policy.vocabulary import BuiltInRole
from tests.fixtures.postgres import quick_folder
from tests.proof.assembly import OWNER
from tests.proof.lists.comparing import Difference, Outcome, compare
from tests.proof.lists.served import Files, ListWorld
from tests.proof.random_worlds import random_world
from tests.proof.smaller import smallest
from tests.proof.world import RandomWorld, describe

Kind = tuple[str, str]


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.proof.list_campaign", description=__doc__)
    parser.add_argument("--worlds", type=int, default=100, help="how many (default: 100)")
    parser.add_argument("--seed", type=int, default=1, help="that of the first world; each next has the next one")
    parser.add_argument("--size", type=int, default=5, help="a world has about four times as many resources")
    parser.add_argument("--askers", type=int, default=6, help="how many subjects of a world ask (default: 6)")
    parser.add_argument("--show", type=int, default=5, help="how many kinds of difference to print (default: 5)")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bailiwick-lists-", dir=quick_folder()) as folder:
        campaign = Campaign(Path(folder), arguments.size, arguments.askers, arguments.show)
        return campaign.run(arguments.seed, arguments.worlds)


class Campaign:
    """Goes through worlds; progress goes to stderr, counts and differences to stdout."""

    def __init__(self, folder: Path, size: int, askers: int, show: int) -> None:
        upgrade(f"sqlite:///{folder}/template.db")
        self._files = Files(folder, folder / "template.db")
        self._size = size
        self._askers = askers
        self._show = show
        self._kinds: Counter[Kind] = Counter()
        self._whole = Outcome()

    def run(self, seed: int, worlds: int) -> int:
        """Compare this many worlds. Gives the exit code."""
        began = time.monotonic()
        for number in range(worlds):
            world = random_world(random.Random(seed + number), self._size)
            outcome = self._compared(world, seed + number)
            self._whole.add(outcome)
            for kind in {found.kind for found in outcome.differences}:
                self._kinds[kind] += 1
                if self._kinds[kind] == 1 and len(self._kinds) <= self._show:
                    _say(f"seed {seed + number} size {self._size}\n{self._smallest(world, kind, outcome)}\n")
            self._progress(number + 1, worlds, began)
        self._report()
        return 1 if self._kinds else 0

    def _compared(self, world: RandomWorld, seed: int) -> Outcome:
        return asyncio.run(compare(self._files.serve, ListWorld(world), random.Random(seed), self._askers))

    def _smallest(self, world: RandomWorld, kind: Kind, outcome: Outcome) -> str:
        """The world as small as it can be with a difference of that kind, asked by that subject at that instant."""
        first = next(found for found in outcome.differences if found.kind == kind)

        def alike(smaller: RandomWorld) -> list[Difference]:
            if not _is_world(smaller):
                return []
            serve, only = self._files.serve, frozenset({first.coordinate})
            try:
                found = asyncio.run(compare(serve, ListWorld(smaller), random.Random(0), only=only))
            except AssertionError:
                return []  # it differs in something that the questions themselves are made of
            return [each for each in found.differences if each.kind == kind]

        alone = RandomWorld(world.facts, [world.subjects[first.number]], [first.at])
        if not alike(alone):
            return f"{describe(world)}\n\n{first}"
        small = smallest(alone, lambda smaller: bool(alike(smaller)))
        return f"{describe(small)}\n\n{alike(small)[0]}"

    def _progress(self, done: int, worlds: int, began: float) -> None:
        rate = done / (time.monotonic() - began)
        counts = f"{self._whole.lists.total()} lists, {self._whole.pages} pages"
        sys.stderr.write(f"\r{done} of {worlds} worlds, {rate:.1f} a second, {counts}, {len(self._kinds)} differences")
        sys.stderr.write("\n" if done == worlds else "")
        sys.stderr.flush()

    def _report(self) -> None:
        whole = self._whole
        for coordinate in sorted(whole.lists | whole.nulls):
            shown, nulls, entries = whole.lists[coordinate], whole.nulls[coordinate], whole.entries[coordinate]
            _say(f"{coordinate:32} {shown:7} lists of {entries:8} entries, {nulls:6} times null")
        _say(f"{whole.lists.total()} lists, {whole.nulls.total()} times null, {whole.pages} pages")
        for kind, count in self._kinds.most_common():
            _say(f"{count} worlds: {kind[0]}: {kind[1]}")


def _is_world(world: RandomWorld) -> bool:
    """Whether the owner is in charge, as a store sees to it: they are asked for what there is on record."""
    owners = world.facts.membership_on(OWNER, world.facts.organization.id)
    return owners is not None and BUILT_IN[BuiltInRole.ADMIN].id in owners.role_ids


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
