"""`python -m tests.proof.law_campaign --examples 200 --seed 1`: the laws of tests/proof/laws, each in many more worlds.

Exit code 1 where one doesn't hold; Hypothesis prints the smallest world in which it found that, and tries it first the
next time.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

LAWS = Path(__file__).parent / "laws"


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.proof.law_campaign", description=__doc__)
    parser.add_argument("--examples", type=int, default=200, help="worlds for each law (default: 200)")
    parser.add_argument("--seed", type=int, default=1, help="that of all of them together")
    parser.add_argument("--processes", type=int, default=1, help="how many at once (default: 1)")
    arguments = parser.parse_args()
    return campaign(arguments.examples, arguments.seed, arguments.processes)


def campaign(examples: int, seed: int, processes: int) -> int:
    """Try every law in this many worlds, whole matrices of each. Gives pytest's exit code, 0 where all hold."""
    options = ["-q", "--db", "sqlite", "--numprocesses", str(processes), "--hypothesis-seed", str(seed)]
    environment = {**os.environ, "LAW_EXAMPLES": str(examples)}
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, str(LAWS)], env=environment, check=False
    ).returncode


if __name__ == "__main__":
    sys.exit(main())
