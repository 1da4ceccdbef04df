"""`bailiwick create-admin`: the first instance administrator of a production store."""

import click

from app.cli.store import in_store
from app.services.administrators import create_first_administrator
from app.services.instance import now_us


@click.command("create-admin")
@click.option("--name", required=True, help="What people call them.")
@click.option("--email", required=True, help="Their e-mail.")
def create_admin(name: str, email: str) -> None:
    """Create the first instance administrator, and print their key: it is shown this once."""
    key = in_store(
        lambda database, settings: create_first_administrator(
            database, settings.pepper(), now_us, name=name, email=email
        )
    )
    click.echo(f"{name} is an instance administrator; their key, shown this once:")
    click.echo(key)
