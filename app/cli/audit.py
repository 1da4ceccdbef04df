"""`bailiwick audit verify`: whether the audit is whole."""

import asyncio

import click
from rich.console import Console
from rich.progress import Progress

from app.db.engine import Database
from app.db.migrate import is_current
from app.services.audit import Ledger, ledgers, verify_ledger
from app.settings import load


@click.group
def audit() -> None:
    """Look after the audit."""


@audit.command()
@click.option("--organization", "slug", help="Only this organization's, by its slug.")
def verify(slug: str | None) -> None:
    """Walk the hash chain of each organization and of the instance, and say where one breaks."""
    settings = load()
    if not is_current(settings.database_url):
        raise click.ClickException("the store is not up to date: run `bailiwick migrate`")
    broken = asyncio.run(_verify(settings.database_url, slug))
    if broken:
        raise click.ClickException(f"{broken} broken: somebody changed what was recorded")


async def _verify(url: str, slug: str | None) -> int:
    database = Database.open(url)
    try:
        found = await ledgers(database, slug)
        if not found:
            raise click.ClickException(f"there is no organization `{slug}`")
        return sum([not await _verify_one(database, ledger) for ledger in found])
    finally:
        await database.close()


async def _verify_one(database: Database, ledger: Ledger) -> bool:
    with Progress(console=Console(stderr=True), transient=True, disable=not Console(stderr=True).is_terminal) as bar:
        task = bar.add_task(ledger.name, total=ledger.revisions)
        broken = await verify_ledger(database, ledger, lambda number: bar.update(task, completed=number))
    if broken is None:
        click.echo(f"{ledger.name}: {ledger.revisions} revisions, all whole")
    else:
        click.echo(f"{ledger.name}: breaks at revision {broken.number}: {broken.problem}")
    return broken is None
