"""The table of growth: a column for each size of the organization."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from rich.box import SIMPLE
from rich.table import Table

from tests.bench.large import LARGE

Data = dict[str, Any]


def _held(name: str) -> Callable[[Data], str]:
    return lambda one: f"{one['large'][name]['held_ms']:.0f} ms"


ROWS: Sequence[tuple[str, str, Callable[[Data], str]]] = (
    ("people, nested teams", "", lambda one: f"{one['size']['people']:,}, {one['size']['teams']:,}"),
    ("a page, for one who sees half", "2 times", lambda one: _ms(one["page_half_us"])),
    ("a page, for one who sees about 20", "2 times", lambda one: _ms(one["page_few_us"])),
    ("a check, for one who sees half", "2 times", lambda one: _ms(one["check_half_us"])),
    ("a check, for one who sees about 20", "2 times", lambda one: _ms(one["check_few_us"])),
    ("first load", "5 s", lambda one: f"{one['load']['seconds']:.1f} s"),
    ("memory, beyond the idle server", "400 MB", lambda one: f"{one['load']['mb']:,.0f} MB"),
    ("others wait for a first load", "100 ms", lambda one: f"{one['load']['held_ms']:.0f} ms"),
    ("a page after a pause", "", lambda one: _ms(one["after_us"]["half"]["nothing"])),
    ("the next page after a grant", "5 times", lambda one: _after(one, "grant")),
    ("the next page after a new environment", "5 times", lambda one: _after(one, "environment")),
    ("the next page after one was deleted", "5 times", lambda one: _after(one, "deletion")),
    ("the next page after a new project", "5 times", lambda one: _after(one, "project")),
    ("the next page after a new restriction", "5 times", lambda one: _after(one, "restriction")),
    ("others wait for any of these writes and pages", "", lambda one: f"{one['write_held_ms']:.0f} ms"),
    ("to make a grant", "", lambda one: _ms(one["write_us"]["grant"])),
    ("to create an environment", "", lambda one: _ms(one["write_us"]["environment"])),
    ("to delete one", "", lambda one: _ms(one["write_us"]["deletion"])),
    ("to create a project", "", lambda one: _ms(one["write_us"]["project"])),
    ("to restrict environments", "", lambda one: _ms(one["write_us"]["restriction"])),
    ("a subject's view, half of them below", "5 ms", lambda one: _ms(one["view_us"]["median"])),
    ("a subject's view, the slowest", "5 ms", lambda one: _ms(one["view_us"]["most"])),
    ("who may deploy to an environment", "50 ms", lambda one: _ms(one["subjects_us"])),
    *((f"others wait for {each.title}", "", _held(each.name)) for each in LARGE),
    ("after so many people had a page", "", lambda one: f"{one['active']['people']:,}"),
    ("the server has grown by", "", lambda one: f"{one['active']['mb']:,.0f} MB"),
)
"""What is shown of each size: a title, what it may be at most, and how it is told."""


def header(growth: Sequence[Data]) -> list[str]:
    """What stands above the columns."""
    return ["environments", "at most", *(f"{one['size']['environments']:,}" for one in growth)]


def rows(growth: Sequence[Data]) -> Iterator[list[str]]:
    """The rows of the table."""
    for title, most, told in ROWS:
        yield [title, most, *map(told, growth)]


def growth_markdown(growth: Sequence[Data]) -> str:
    """The table as README.md has it."""
    head = header(growth)
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}", *(f"| {' | '.join(row)} |" for row in rows(growth))]
    return "\n".join(lines) + "\n"


def growth_terminal(growth: Sequence[Data]) -> Table:
    """The same, to be printed."""
    table = Table(box=SIMPLE, title="Growth", title_justify="left")
    for place, name in enumerate(header(growth)):
        table.add_column(name, justify="left" if place == 0 else "right")
    for row in rows(growth):
        table.add_row(*row)
    return table


def _ms(microseconds: float) -> str:
    return f"{microseconds:.0f} µs" if microseconds < 1_000 else f"{microseconds / 1_000:,.1f} ms"


def _after(one: Data, write: str) -> str:
    """Of who sees half or few, whoever pays more; as a multiple of their idle page after the same pause, too."""
    costs = ((each[write] / each["nothing"], each[write]) for each in one["after_us"].values())
    times, cost = max(costs)
    return f"{_ms(cost)}, {times:.1f} times"
