"""`python -m tests.bench`: measure Bailiwick against the same answers made by hand, and keep what was found."""

import argparse
import asyncio
import sys
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from app.services.demo.large.size import GROWTH, Size
from tests.bench.agreement import agree
from tests.bench.entrants import ENTRANTS
from tests.bench.growth import grow
from tests.bench.operations import operations
from tests.bench.organization import read_organization
from tests.bench.plots import draw
from tests.bench.processes import serving, stay_on_clients_core
from tests.bench.progress import progress
from tests.bench.report import readme, show
from tests.bench.results import FOLDER, Data, about, gathered, keep, kept
from tests.bench.rounds import QUICK, Plan, Say, measure
from tests.bench.store import copy_of, make_store

SAMPLE = 4
"""Of so many viewers one is asked whether all servers answer alike."""

PATIENCE, QUICK_PATIENCE = 120, 5
"""Seconds in which as many people as can have a page at each size."""

WIDTH = 150
"""Columns of a table that goes to no terminal."""

PARTS = ("operations", "growth")


def main() -> None:
    """Measure, or show what was measured last."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds and no 100,000 environments")
    parser.add_argument("--only", choices=PARTS, help="measure one of the two alone")
    parser.add_argument("--readme", action="store_true", help="measure nothing: the last tables as README.md has them")
    given = parser.parse_args()
    if given.readme:
        print(readme(kept()), end="")  # noqa: T201
        return
    console = Console(width=None if sys.stdout.isatty() else WIDTH)
    FOLDER.mkdir(parents=True, exist_ok=True)
    with progress(console) as say:
        results = _measured(given.quick, [given.only] if given.only else PARTS, say)
    files = [keep(results), *draw(results, FOLDER)]
    show(results, console)
    console.print(f"kept in {', '.join(str(path) for path in files)}", highlight=False)


def _measured(quick: bool, parts: Sequence[str], say: Say) -> Data:
    stay_on_clients_core()
    results = about(" ".join(["make bench", *(["QUICK=1"] if quick else [])]))
    if "operations" in parts:
        with TemporaryDirectory(dir=FOLDER) as folder:
            results |= table_of_operations(Path(folder), QUICK if quick else Plan(), say)
    if "growth" in parts:
        sizes, patience = (GROWTH[:-1], QUICK_PATIENCE) if quick else (GROWTH, PATIENCE)
        with TemporaryDirectory(dir=FOLDER) as folder:
            results["growth"] = grow(sizes, Path(folder), patience, say)
    return results


def table_of_operations(folder: Path, plan: Plan, say: Say) -> Data:
    """Every operation by every entrant."""
    size = Size()
    say("making the organization")
    store = make_store(folder / "bailiwick.db", size)
    asked = operations(read_organization(store, size))
    with ExitStack() as stack:
        say("starting the servers")
        processes = [
            stack.enter_context(serving(entrant, copy_of(store, folder / entrant.name), size)) for entrant in ENTRANTS
        ]
        say("comparing the answers")
        asyncio.run(agree({process.entrant.name: process.port for process in processes}, asked, SAMPLE))
        return gathered(measure(processes, asked, plan, say), asked, ENTRANTS, size, plan)


if __name__ == "__main__":
    if sys.platform != "linux":
        sys.exit("this reads the CPU time of processes as Linux tells it")
    main()
