"""`bailiwick settings`: what is set, and what it means."""

import click
from rich.console import Console
from rich.table import Table

from app.settings import Settings, load, unknown, variable


@click.command
def settings() -> None:
    """Print every setting with its value and meaning, secrets masked."""
    warn_of_unknown()
    rows = _rows(load())
    console = Console()
    if console.is_terminal:
        console.print(_table(rows))
        return
    widths = [max(len(row[column]) for row in rows) for column in (0, 1)]
    for name, value, meaning in rows:
        click.echo(f"{name:<{widths[0]}}  {value:<{widths[1]}}  {meaning}")


def warn_of_unknown() -> None:
    """Say on stderr which names of settings there aren't, a line each. Raises SettingsError as `unknown` does."""
    for name, meant in unknown().items():
        hint = f", did you mean `{meant}`?" if meant else ""
        click.echo(f"`{name}` is no setting and is ignored{hint}", err=True)


def _rows(current: Settings) -> list[tuple[str, str, str]]:
    return [
        (variable(name), current.shown(name), field.description or "") for name, field in Settings.model_fields.items()
    ]


def _table(rows: list[tuple[str, str, str]]) -> Table:
    table = Table()
    table.add_column("variable", no_wrap=True)
    table.add_column("value", overflow="fold")
    table.add_column("meaning")
    for name, value, meaning in rows:
        table.add_row(name, value, meaning)
    return table
