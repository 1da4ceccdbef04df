"""What a run has to say: in a terminal, and as README.md has it."""

from typing import Any

from rich.console import Console

from tests.bench.growth_table import growth_markdown, growth_terminal
from tests.bench.table import markdown, measured, place, terminal

Data = dict[str, Any]


def readme(results: Data) -> str:
    """The tables in Markdown, with what has to be known to read them."""
    parts = [markdown(results), measured(results) + "\n"] if "operations" in results else []
    if "growth" in results:
        parts.append(growth_markdown(results["growth"]))
    return "\n".join([*parts, place(results) + "\n"])


def show(results: Data, console: Console) -> None:
    """The same in a terminal."""
    if "operations" in results:
        console.print(terminal(results))
        console.print(measured(results), highlight=False)
    if "growth" in results:
        console.print(growth_terminal(results["growth"]))
    console.print(place(results), highlight=False, markup=False)
