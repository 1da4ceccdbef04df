"""`bailiwick migrate`: the store's tables as this version of the program needs them."""

import click

from app.cli.store import expect_ours, place_of
from app.db.migrate import Standing, upgrade
from app.settings import load


@click.command
def migrate() -> None:
    """Bring the store's tables up to date; does nothing where they are."""
    settings = load()
    found, place = expect_ours(settings), place_of(settings)
    if found is Standing.CURRENT:
        click.echo(f"the store at {place} is up to date")
        return
    upgrade(settings.database_url)
    click.echo(f"the store at {place} was {'made' if found is Standing.EMPTY else 'brought up to date'}")
