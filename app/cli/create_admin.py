"""`bailiwick create-admin`: instance administrators of a production store."""

import click

from app.cli.store import in_store
from app.services.administrators import create_administrator
from app.services.instance import now_us


@click.command("create-admin")
@click.option("--name", required=True, help="What people call them.")
@click.option("--email", required=True, help="Their e-mail.")
@click.option("--another", is_flag=True, help="Though there is one already.")
def create_admin(name: str, email: str, another: bool) -> None:
    """Create an instance administrator, and print a key of theirs: it is shown this once.

    The first one only, unless `--another`; who is there by this e-mail becomes one.
    """
    key = in_store(
        lambda database, settings: create_administrator(
            database, settings.pepper(), now_us, name=name, email=email, is_another=another
        ),
        makes_keys=True,
    )
    click.echo(f"{name} is an instance administrator; their key, shown this once:")
    click.echo(key)
