"""The table of operations, for a terminal and for README.md, from what was kept."""

from collections.abc import Iterator, Sequence
from typing import Any

from rich.box import SIMPLE
from rich.table import Table

from tests.bench.entrants import CEILING, OURS
from tests.bench.figures import Spread, ratios, spread

Data = dict[str, Any]


def markdown(results: Data) -> str:
    """The table as README.md has it."""
    head = header(results)
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *(f"| {' | '.join(row)} |" for row in rows(results))]
    return "\n".join(lines) + "\n"


def terminal(results: Data) -> Table:
    """The same, to be printed."""
    table = Table(box=SIMPLE, title="CPU per operation", title_justify="left")
    for place, name in enumerate(header(results)):
        table.add_column(name, justify="left" if place == 0 else "right", min_width=10)
    for row in rows(results):
        table.add_row(*row)
    return table


def header(results: Data) -> list[str]:
    """What stands above the columns."""
    others = [title for name, title in results["entrants"].items() if name != CEILING]
    return ["operation", "at most", *others, results["entrants"][CEILING]]


def rows(results: Data) -> Iterator[list[str]]:
    """A row an operation: the CPU as a multiple of the ceiling, and what a multiple of 1 is in µs."""
    for operation in results["operations"]:
        series: Data = operation["entrants"]
        ceiling = series[CEILING]["cpu"]
        others = [_multiple(series[name]["cpu"], ceiling) for name in results["entrants"] if name != CEILING]
        yield [operation["title"], f"{operation['most']:g}", *others, _microseconds(spread(ceiling))]


def within(results: Data) -> dict[str, bool]:
    """By operation: whether Bailiwick stays below its multiple of the ceiling."""
    found = {}
    for operation in results["operations"]:
        series = operation["entrants"]
        found[operation["name"]] = (
            spread(ratios(series[OURS]["cpu"], series[CEILING]["cpu"])).median <= operation["most"]
        )
    return found


def measured(results: Data) -> str:
    """What has to be known to read the table."""
    size = results["size"]
    everybody = [each for operation in results["operations"] for each in operation["entrants"].values()]
    asked, lost = sum(each["asked"] for each in everybody), sum(each["failed"] + each["dropped"] for each in everybody)
    return (
        f"Medians of {results['rounds']} rounds, quartiles in brackets: CPU of the server process, by the operating "
        "system's accounting, as a multiple of the ceiling's in the same round. Over HTTP with keep-alive and API keys "
        f"of {size['keys']} people in turn, one process on one core, no answers kept except where it says so; "
        f"{size['environments']:,} environments, {size['projects']:,} projects, {size['teams']:,} teams, "
        f"{size['people']:,} people. Of {asked:,} questions {lost:,} were dropped or failed."
    )


def place(results: Data) -> str:
    """Where it was measured, on what, and how."""
    machine = results["machine"]
    return (
        f"`{results['command']}` on {machine['processor']}, {machine['memory']}, {machine['system']}, "
        f"Python {machine['python']}, SQLite {machine['sqlite']}, commit {machine['commit']}, {machine['day']}."
    )


def _multiple(own: Sequence[float], ceiling: Sequence[float]) -> str:
    found = spread(ratios(own, ceiling))
    return f"{_short(found.median)} ({_short(found.low)} to {_short(found.high)})"


def _microseconds(found: Spread) -> str:
    return f"{found.median:,.0f} µs ({found.low:,.0f} to {found.high:,.0f})"


def _short(number: float) -> str:
    return f"{number:.1f}" if number < 20 else f"{number:,.0f}"
