"""`bailiwick create-admin`: the first instance administrator of a production store."""

import asyncio

import click

from app.cli.store import settings_of_store
from app.db.engine import Database
from app.errors import BailiwickError
from app.policy.vocabulary import ErrorCode
from app.services.administrators import create_first_administrator
from app.services.instance import now_us
from app.settings import Settings


@click.command("create-admin")
@click.option("--name", required=True, help="What people call them.")
@click.option("--email", required=True, help="Their e-mail.")
def create_admin(name: str, email: str) -> None:
    """Create the first instance administrator, and print their key: it is shown this once."""
    settings = settings_of_store()
    try:
        key = asyncio.run(_create(settings, name, email))
    except BailiwickError as error:
        if error.code is ErrorCode.INVALID:
            raise click.UsageError(error.message) from None
        raise
    click.echo(f"{name} is an instance administrator; their key, shown this once:")
    click.echo(key)


async def _create(settings: Settings, name: str, email: str) -> str:
    database = Database.open(settings.database_url)
    try:
        return await create_first_administrator(database, settings.pepper(), now_us, name=name, email=email)
    finally:
        await database.close()
