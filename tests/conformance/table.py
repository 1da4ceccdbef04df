"""`python -m tests.conformance.table`: which statement is shown by which tests, as they came out in a run just now."""

import sys
from typing import Any

import pytest
from rich.console import Console
from rich.table import Table

from tests.conformance.statements import MARK, Statement, read_statements


class Outcomes:
    """A pytest plugin that remembers, by statement, the tests that showed it and those that failed to."""

    def __init__(self) -> None:
        self.passed: dict[str, set[str]] = {}
        self.failed: dict[str, set[str]] = {}

    def pytest_runtest_logreport(self, report: Any) -> None:
        if report.when == "call" or report.failed:
            outcomes = self.failed if report.failed else self.passed
            test = report.nodeid.rpartition("/")[2].partition("[")[0]
            for name, id in report.user_properties:
                if name == MARK:
                    outcomes.setdefault(id, set()).add(test)


def state(statement: Statement, outcomes: Outcomes) -> str:
    """What to say of one statement."""
    if statement.not_applicable is not None:
        return f"not applicable: {statement.not_applicable}"
    if failed := outcomes.failed.get(statement.id):
        return f"FAILS: {', '.join(sorted(failed))}"
    return ", ".join(sorted(outcomes.passed.get(statement.id, ()))) or "NOT SHOWN"


def main(arguments: list[str]) -> int:
    """Run the conformance tests, print the table; 1 if a statement is neither shown nor not applicable."""
    outcomes = Outcomes()
    code = pytest.main(["-q", "tests/conformance", *arguments], plugins=[outcomes])
    statements = read_statements()
    table = Table("statement", "says", "shown by", title="Conformance")
    for statement in statements.values():
        table.add_row(statement.id, statement.says, state(statement, outcomes))
    console = Console(width=None if sys.stdout.isatty() else 200)
    console.print(table)
    shown = sum(bool(outcomes.passed.get(id)) and id not in outcomes.failed for id in statements)
    excused = sum(statement.not_applicable is not None for statement in statements.values())
    console.print(f"{shown} shown, {excused} not applicable, {len(statements) - shown - excused} neither")
    return 1 if code or shown + excused < len(statements) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
