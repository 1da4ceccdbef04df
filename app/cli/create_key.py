"""`bailiwick create-key`: a key for somebody who has been invited, or has lost theirs."""

import click

from app.cli.store import in_store
from app.services.handed_out_keys import hand_out_key
from app.services.instance import now_us

LONGEST = 36_500
"""Days that a key may live which does expire."""


@click.command("create-key")
@click.option("--email", required=True, help="Whose, by the e-mail they were invited by.")
@click.option("--name", default="first key", show_default=True, help="What lists of their keys call it.")
@click.option("--days", type=click.IntRange(1, LONGEST), help="After how many days it expires; without it never.")
def create_key(email: str, name: str, days: int | None) -> None:
    """Make a key for a person, and print it: it is shown this once."""
    person, key = in_store(
        lambda database, settings: hand_out_key(database, settings.pepper(), now_us, email=email, name=name, days=days),
        makes_keys=True,
    )
    click.echo(f"a key of {person.name}, shown this once:")
    click.echo(key)
