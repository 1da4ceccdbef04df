"""`python -m tests.mutants`: does some test fail for each seeded fault? Prints a table; 1 where one survived."""

import argparse
import sys
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress
from rich.table import Table

from tests.mutants.mutant import BadMutantError, Mutant, read_mutants
from tests.mutants.trial import Trial, TrialError, copied, failing, tried

ROOT = Path(__file__).parent.parent.parent
SURVIVED, BAD = 1, 2


def main(arguments: Sequence[str]) -> int:
    """Try the mutants that are asked for; 1 where one survived, 2 where one is stale or tests can't be run."""
    asked = _parsed(arguments)
    sys.stdout.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # progress shows in a file as well
    console = Console(width=None if sys.stdout.isatty() else 200)
    try:
        mutants = _chosen(read_mutants(), asked.only)
        if asked.list:
            _list(console, mutants)
            return 0
        with copied(ROOT) as tree:  # what others write meanwhile changes nothing
            for mutant in mutants:
                mutant.mutated(tree)
            trials = _try_all(console, mutants, tree, asked)
            return _conclude(console, trials, tree)
    except (BadMutantError, TrialError) as error:
        console.print(escape(str(error)), style="red")
        return BAD


def _parsed(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m tests.mutants", description=__doc__)
    parser.add_argument("--list", action="store_true", help="print the mutants and what each would mean, try none")
    parser.add_argument("--only", action="append", metavar="NAME", help="try those with this in their name or file")
    parser.add_argument("--quick", action="store_true", help="run the tests that each names, never all of them")
    parser.add_argument("--processes", type=int, choices=(1, 2), default=2, help="how many at once (default: 2)")
    return parser.parse_args(arguments)


def _chosen(mutants: list[Mutant], only: list[str] | None) -> list[Mutant]:
    chosen = [each for each in mutants if only is None or any(part in f"{each.name} {each.file}" for part in only)]
    if not chosen:
        raise BadMutantError(f"there is no mutant like {only}")
    return chosen


def _list(console: Console, mutants: list[Mutant]) -> None:
    table = Table("mutant", "file", "what it would mean", title="Mutants")
    for mutant in mutants:
        table.add_row(mutant.name, mutant.file, escape(mutant.means))
    console.print(table)


def _try_all(console: Console, mutants: list[Mutant], tree: Path, asked: argparse.Namespace) -> list[Trial]:
    """Every mutant once, in the order in which they are kept."""
    found: dict[str, Trial] = {}
    with (
        ThreadPoolExecutor(asked.processes) as pool,
        Progress(console=console, disable=not console.is_terminal, transient=True) as progress,
    ):
        bar = progress.add_task("mutants", total=len(mutants))
        waiting = [pool.submit(tried, mutant, tree, quick=asked.quick) for mutant in mutants]
        try:
            for done in as_completed(waiting):
                trial = found[done.result().mutant.name] = done.result()
                what = f"killed by {trial.killed_by}" if trial.killed_by else "SURVIVED"
                line = f"{len(found)}/{len(mutants)} {trial.mutant.name}: {what} ({trial.seconds:.0f} s)"
                console.print(line, markup=False, highlight=False, soft_wrap=True)
                progress.advance(bar)
        finally:
            pool.shutdown(cancel_futures=True)
    return [found[mutant.name] for mutant in mutants]


def _conclude(console: Console, trials: list[Trial], tree: Path) -> int:
    """The table; and whether the tests that failed pass without the faults, else they would say nothing."""
    table = Table("mutant", "file", "killed by", "seconds", title="Mutants")
    for each in trials:
        killed_by = "[bold red]SURVIVED[/]" if each.killed_by is None else escape(each.killed_by)
        table.add_row(each.mutant.name, each.mutant.file, killed_by, f"{each.seconds:.1f}")
    console.print(table)
    killers = sorted({each.killed_by for each in trials if each.killed_by is not None and "::" in each.killed_by})
    fails_anyway = failing(tree, killers) if killers else None
    if fails_anyway is not None:
        raise TrialError(f"{fails_anyway} fails without any fault, so it kills nothing")
    survivors = sum(each.killed_by is None for each in trials)
    console.print(f"{len(trials)} mutants, {len(trials) - survivors} killed, {survivors} survived")
    console.print(f"the {len(killers)} tests that killed them pass without them")
    return SURVIVED if survivors else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
