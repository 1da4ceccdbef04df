"""`bailiwick demo`: four demo organizations, or a large one, and the people to ask as."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import click
from rich.box import SIMPLE
from rich.console import Console
from rich.table import Table

from app.cli.store import expect_ours, expect_secret
from app.db.engine import Connection, Database
from app.db.migrate import Standing, upgrade
from app.services.demo.large.load import is_large, large_people, load_large
from app.services.demo.large.size import LEAST_PEOPLE, Size
from app.services.demo.load import is_demo, load_demo
from app.services.demo.people import DemoPerson, demo_people
from app.services.instance import now_us
from app.settings import Settings, load

USUAL = Size()
_COUNT = click.IntRange(min=1)
_PEOPLE = click.IntRange(min=LEAST_PEOPLE)


@click.command
@click.option("--large", is_flag=True, help="Load one large generated organization instead, to measure with.")
@click.option("--environments", type=_COUNT, help=f"How many it has, with --large: {USUAL.environments} if not said.")
@click.option("--projects", type=_COUNT, help="How many it has: if not said, one for three environments.")
@click.option("--teams", type=_COUNT, help=f"How many it has: {USUAL.teams} if not said.")
@click.option("--people", type=_PEOPLE, help=f"How many it has: {USUAL.people} if not said.")
def demo(large: bool, **given: int | None) -> None:
    """Load the demo organizations into an empty store, and print the keys of its people."""
    asked = {name: value for name, value in given.items() if value is not None}
    if asked and not large:
        raise click.UsageError("only the organization of `--large` may have any size")
    try:
        size = _size(**asked)
    except ValueError as error:
        raise click.UsageError(str(error)) from None
    settings = load()
    if not (prepare_large(settings, size) if large else prepare(settings)):
        raise click.ClickException("the store holds something else: the demo goes into an empty one")
    show(large_people(settings.pepper(), size) if large else demo_people(settings.pepper()))


def _size(environments: int = USUAL.environments, projects: int | None = None, **others: int) -> Size:
    return Size(environments, max(environments // 3, 1) if projects is None else projects, **others)


def prepare(settings: Settings) -> bool:
    """See to it that the demo is in the store, if it is empty; whether it is there."""
    return _prepare(settings, load_demo, is_demo)


def prepare_large(settings: Settings, size: Size) -> bool:
    """The same for the large organization; one of another size is as good."""
    with _progress() as say:

        def load_it(database: Database, pepper: bytes, clock: Callable[[], int]) -> Awaitable[bool]:
            return load_large(database, pepper, clock, size, say)

        return _prepare(settings, load_it, is_large)


def _prepare(
    settings: Settings,
    load_into: Callable[[Database, bytes, Callable[[], int]], Awaitable[bool]],
    is_there: Callable[[Connection, bytes], bool],
) -> bool:
    if expect_ours(settings) is not Standing.CURRENT:
        upgrade(settings.database_url)

    async def run() -> bool:
        database = Database.open(settings.database_url)
        try:
            await expect_secret(database, settings)
            pepper = settings.pepper()
            return await load_into(database, pepper, now_us) or await database.read(lambda c: is_there(c, pepper))
        finally:
            await database.close()

    return asyncio.run(run())


@contextmanager
def _progress() -> Iterator[Callable[[int], None]]:
    """Says how many facts are written; nothing elsewhere than in a terminal."""
    with Console(stderr=True).status("loading the large organization") as status:
        yield lambda facts: status.update(f"loading the large organization: {facts:,} facts")


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
