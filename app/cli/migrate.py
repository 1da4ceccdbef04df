"""`bailiwick migrate`: the store's tables as this version of the program needs them."""

import click

from app.db.migrate import is_current, upgrade
from app.settings import load


@click.command
def migrate() -> None:
    """Bring the store's tables up to date; does nothing where they are."""
    url = load().database_url
    if is_current(url):
        click.echo("the store is up to date")
        return
    upgrade(url)
    click.echo("the store was brought up to date")
