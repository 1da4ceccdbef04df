"""`bailiwick audit verify`: whether the audit is whole."""

import click
from rich.console import Console
from rich.progress import Progress

from app.cli.store import in_store
from app.db.engine import Database
from app.services.audit import Ledger, ledgers, verify_ledger


@click.group
def audit() -> None:
    """Look after the audit."""


@audit.command()
@click.option("--organization", "slug", help="Only this organization's, by its slug.")
def verify(slug: str | None) -> None:
    """Walk the hash chain of each organization and of the instance, and say where one breaks.

    It walks what was recorded, the revisions with their changes, and doesn't compare the facts beside them.
    """
    broken = in_store(lambda database, _: _verify(database, slug))
    if broken:
        raise click.ClickException(f"{broken} broken: somebody changed what was recorded")


async def _verify(database: Database, slug: str | None) -> int:
    """How many ledgers are broken."""
    found = await ledgers(database, slug)
    if not found:
        raise click.ClickException(f"there is no organization `{slug}`")
    return sum([not await _verify_one(database, ledger) for ledger in found])


async def _verify_one(database: Database, ledger: Ledger) -> bool:
    with Progress(console=Console(stderr=True), transient=True, disable=not Console(stderr=True).is_terminal) as bar:
        task = bar.add_task(ledger.name, total=ledger.revisions)
        broken = await verify_ledger(database, ledger, lambda number: bar.update(task, completed=number))
    if broken is None:
        click.echo(f"{ledger.name}: {ledger.revisions} revisions, all whole")
    else:
        click.echo(f"{ledger.name}: breaks at revision {broken.number}: {broken.problem}")
    return broken is None
