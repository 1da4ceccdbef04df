"""`bailiwick create-key`: a key for somebody who has been invited, or has lost theirs."""

import asyncio

import click

from app.cli.store import settings_of_store
from app.db.engine import Database
from app.errors import BailiwickError
from app.policy.facts import Person
from app.policy.vocabulary import ErrorCode
from app.services.handed_out_keys import hand_out_key
from app.services.instance import now_us
from app.settings import Settings

LONGEST = 36_500
"""Days that a key may live which does expire."""


@click.command("create-key")
@click.option("--email", required=True, help="Whose, by the e-mail they were invited by.")
@click.option("--name", default="first key", show_default=True, help="What lists of their keys call it.")
@click.option("--days", type=click.IntRange(1, LONGEST), help="After how many days it expires; without it never.")
def create_key(email: str, name: str, days: int | None) -> None:
    """Make a key for a person, and print it: it is shown this once."""
    settings = settings_of_store()
    try:
        person, key = asyncio.run(_make(settings, email, name, days))
    except BailiwickError as error:
        if error.code is ErrorCode.INVALID:
            raise click.UsageError(error.message) from None
        raise
    click.echo(f"a key of {person.name}, shown this once:")
    click.echo(key)


async def _make(settings: Settings, email: str, name: str, days: int | None) -> tuple[Person, str]:
    database = Database.open(settings.database_url)
    try:
        return await hand_out_key(database, settings.pepper(), now_us, email=email, name=name, days=days)
    finally:
        await database.close()
