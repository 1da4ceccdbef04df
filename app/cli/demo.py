"""`bailiwick demo`: four demo organizations and the people to ask as."""

import asyncio

import click
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from app.db.engine import Database
from app.db.migrate import is_current, upgrade
from app.services.demo.load import is_demo, load_demo
from app.services.demo.people import DemoPerson, demo_people
from app.services.instance import now_us
from app.settings import Settings, load


@click.command
def demo() -> None:
    """Load the demo organizations into an empty store, and print the keys of its people."""
    settings = load()
    if not prepare(settings):
        raise click.ClickException("the store holds something else: the demo goes into an empty one")
    show(demo_people(settings.pepper()))


def prepare(settings: Settings) -> bool:
    """See to it that the demo is in the store, if it is empty; whether it is there."""
    if not is_current(settings.database_url):
        upgrade(settings.database_url)
    return asyncio.run(_load(settings))


async def _load(settings: Settings) -> bool:
    database = Database.open(settings.database_url)
    try:
        pepper = settings.pepper()
        return await load_demo(database, pepper, now_us) or await database.read(lambda c: is_demo(c, pepper))
    finally:
        await database.close()


def show(people: list[DemoPerson]) -> None:
    """The demo's people with their keys: a table in a terminal, lines elsewhere."""
    console = Console()
    if not console.is_terminal:
        for person in people:
            click.echo(f"{person.name:9} {person.key}  {person.about}")
        return
    table = Table(title="Ask as", title_justify="left", box=SIMPLE)
    table.add_column("who", style="bold")
    table.add_column("key", no_wrap=True, style="cyan")
    table.add_column("about")
    for person in people:
        table.add_row(person.name, person.key, person.about)
    console.print(table)
