"""How commands that look into a store come to it."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

import click

from app.db.engine import Database
from app.db.migrate import Standing, standing
from app.errors import BailiwickError
from app.policy.vocabulary import ErrorCode
from app.services.secrets import recognize_secret
from app.settings import Settings, load

T = TypeVar("T")

_NEWER = "was brought up to date by a newer Bailiwick: start that one, or restore a backup"
_FOREIGN = "is another program's database: name another with `BAILIWICK_DATABASE_URL`"


def place_of(settings: Settings) -> str:
    """Where the store is, fit to be shown: a file from the root on, or an address without its password."""
    file = settings.database_file
    return f"`{settings.shown('database_url') if file is None else file.absolute()}`"


def expect_ours(settings: Settings) -> Standing:
    """How the store stands. Raises ClickException where this version can't use or upgrade it."""
    found = standing(settings.database_url)
    if found in {Standing.NEWER, Standing.FOREIGN}:
        what = _NEWER if found is Standing.NEWER else _FOREIGN
        raise click.ClickException(f"the store at {place_of(settings)} {what}")
    return found


def expect_current(settings: Settings) -> None:
    """Raise ClickException, which says what to do, where the store is not as this version needs it."""
    found, place = expect_ours(settings), place_of(settings)
    if found is Standing.EMPTY:
        raise click.ClickException(
            f"there is no store at {place}: run `bailiwick migrate`, or name another with `BAILIWICK_DATABASE_URL`"
        )
    if found is Standing.OLDER:
        raise click.ClickException(f"the store at {place} is not up to date: run `bailiwick migrate`")


async def expect_secret(database: Database, settings: Settings) -> None:
    """Raise ClickException where the secret is not the one that the store's keys were made with."""
    try:
        await recognize_secret(database, settings.pepper())
    except BailiwickError as error:
        where = "`BAILIWICK_SECRET`" if settings.secret is not None else f"`{settings.secret_file}`"
        raise click.ClickException(
            f"{error.message} than the one in {where}: restore that, or run `bailiwick change-secret` to go on with "
            "this one, after which no key made before is good"
        ) from None


def in_store(fn: Callable[[Database, Settings], Awaitable[T]], *, makes_keys: bool = False) -> T:
    """What a function gives of the store that the settings name.

    Raises ClickException where that is not as it should be, or `makes_keys` and the secret is another; UsageError for
    what is INVALID.
    """
    settings = load()
    expect_current(settings)
    try:
        return asyncio.run(_run(fn, settings, makes_keys=makes_keys))
    except BailiwickError as error:
        if error.code is ErrorCode.INVALID:
            raise click.UsageError(error.message) from None
        raise


async def _run(fn: Callable[[Database, Settings], Awaitable[T]], settings: Settings, *, makes_keys: bool) -> T:
    database = Database.open(settings.database_url)
    try:
        if makes_keys:
            await expect_secret(database, settings)
        return await fn(database, settings)
    finally:
        await database.close()
