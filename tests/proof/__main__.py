"""`python -m tests.proof`: everything that the tests show in small, at length, one campaign after the other.

Each prints its progress, its seeds and what it found; at the end a table says which held. Exit code 1 unless all do.
"""

import argparse
import subprocess
import sys
import time
from dataclasses import dataclass

from rich.console import Console
from rich.table import Table


@dataclass(frozen=True, slots=True)
class Campaign:
    """One of them: what it shows, and its command at length and in short."""

    name: str
    shows: str
    long: tuple[str, ...]
    quick: tuple[str, ...]

    def command(self, *, quick: bool, seed: int) -> list[str]:
        return [sys.executable, "-m", self.name, *(self.quick if quick else self.long), "--seed", str(seed)]


CAMPAIGNS = (
    Campaign(
        "tests.proof.campaign",
        "the rule, its set form and the reference agree",
        ("--worlds", "1000"),
        ("--worlds", "50"),
    ),
    Campaign(
        "tests.proof.cedar_campaign",
        "so does Cedar, as far as its language goes",
        ("--worlds", "300"),
        ("--worlds", "20"),
    ),
    Campaign(
        "tests.proof.law_campaign",
        "both forms of the rule keep its laws",
        ("--examples", "60", "--processes", "2"),
        ("--examples", "30", "--processes", "2"),
    ),
    Campaign(
        "tests.proof.list_campaign",
        "lists hold what checks say, whatever the page size",
        ("--worlds", "100"),
        ("--worlds", "5"),
    ),
    Campaign(
        "tests.proof.twin_campaign",
        "hidden can't be told from not there by any answer",
        ("--worlds", "2000", "--operations", "50", "--processes", "2"),
        ("--worlds", "40", "--operations", "50", "--processes", "2"),
    ),
    Campaign(
        "tests.proof.timing_campaign",
        "nor by the time that it takes",
        ("--pairs", "5000"),
        ("--pairs", "500"),
    ),
    Campaign(
        "tests.execution.campaign",
        "operations are executed as graphql-core does",
        ("--documents", "4000"),
        ("--documents", "150"),
    ),
    Campaign(
        "tests.execution.contract_campaign",
        "so are those of our schema, mutations included",
        ("--operations", "2500"),
        ("--operations", "150"),
    ),
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.proof", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="minutes instead of an hour")
    parser.add_argument("--seed", type=int, default=1, help="that of the first world of each; each next has the next")
    parser.add_argument("--only", metavar="WORD", default="", help="those whose name has this word in it")
    arguments = parser.parse_args()
    console = Console()
    table = Table("campaign", "shows that", "result", "seconds", title="Proof")
    failed = False
    for campaign in CAMPAIGNS:
        if arguments.only not in campaign.name:
            continue
        command = campaign.command(quick=arguments.quick, seed=arguments.seed)
        console.rule(" ".join(["python", *command[1:]]))
        began = time.monotonic()
        holds = subprocess.run(command, check=False).returncode == 0
        failed = failed or not holds
        result = "[green]holds[/]" if holds else "[red]does not hold[/]"
        table.add_row(campaign.name, campaign.shows, result, f"{time.monotonic() - began:.0f}")
    console.print(table)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
