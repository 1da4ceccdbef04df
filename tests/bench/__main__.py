"""`python -m tests.bench`: measure Bailiwick against the same answers made by hand, and keep what was found."""

import argparse
import asyncio
import os
from contextlib import ExitStack
from pathlib import Path
from tempfile import TemporaryDirectory

from rich.console import Console

from app.services.demo.large.size import Size
from tests.bench.agreement import agree
from tests.bench.entrants import ENTRANTS
from tests.bench.operations import operations
from tests.bench.organization import read_organization
from tests.bench.processes import cores, serving
from tests.bench.progress import progress
from tests.bench.results import FOLDER, Data, gathered, keep, kept
from tests.bench.rounds import QUICK, Plan, Say, measure
from tests.bench.store import copy_of, make_store
from tests.bench.table import markdown, notes, terminal

SAMPLE = 4
"""Of so many viewers one is asked whether all servers answer alike."""


def main() -> None:
    """Measure, or show what was measured last."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="fewer rounds, so that it takes less than two minutes")
    parser.add_argument("--show", action="store_true", help="measure nothing: the last table, as README.md has it")
    given = parser.parse_args()
    if given.show:
        print(markdown(kept()), end="")  # noqa: T201
        return
    console = Console()
    FOLDER.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=FOLDER) as folder, progress(console) as say:
        results = table_of_operations(Path(folder), QUICK if given.quick else Plan(), given.quick, say)
    path = keep(results)
    console.print(terminal(results))
    for line in notes(results):
        console.print(line, highlight=False)
    console.print(f"kept in {path}", highlight=False)


def table_of_operations(folder: Path, plan: Plan, quick: bool, say: Say) -> Data:
    """Every operation by every entrant."""
    size = Size()
    say("making the organization")
    store = make_store(folder / "bailiwick.db", size, lambda facts: say(f"making the organization: {facts:,} facts"))
    asked = operations(read_organization(store, size))
    with ExitStack() as stack:
        say("starting the servers")
        processes = [
            stack.enter_context(serving(entrant, copy_of(store, folder / entrant.name), size)) for entrant in ENTRANTS
        ]
        os.sched_setaffinity(0, cores()[1])
        say("comparing the answers")
        asyncio.run(agree({process.entrant.name: process.port for process in processes}, asked, SAMPLE))
        found = measure(processes, asked, plan, say)
    return gathered(found, asked, ENTRANTS, size, plan, "make bench QUICK=1" if quick else "make bench")


if __name__ == "__main__":
    main()
