"""How commands that look into a store come to it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import click

from app.db.engine import Database
from app.db.migrate import is_current
from app.errors import BailiwickError
from app.policy.vocabulary import ErrorCode
from app.settings import Settings, load

T = TypeVar("T")


def in_store(fn: Callable[[Database, Settings], Awaitable[T]]) -> T:
    """What a function gives of the store that the settings name.

    Raises ClickException where that is not up to date, and UsageError for what is INVALID.
    """
    settings = load()
    if not is_current(settings.database_url):
        raise click.ClickException("the store is not up to date: run `bailiwick migrate`")
    try:
        return asyncio.run(_run(fn, settings))
    except BailiwickError as error:
        if error.code is ErrorCode.INVALID:
            raise click.UsageError(error.message) from None
        raise


async def _run(fn: Callable[[Database, Settings], Awaitable[T]], settings: Settings) -> T:
    database = Database.open(settings.database_url)
    try:
        return await fn(database, settings)
    finally:
        await database.close()
