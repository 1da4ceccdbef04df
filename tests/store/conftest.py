"""A database that is open, for the tests of what reads and writes it."""

from collections.abc import AsyncIterator

import pytest

from app.db.engine import Database


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open database, migrated and empty."""
    opened = Database.open(database_url)
    yield opened
    await opened.close()
