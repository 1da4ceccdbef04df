"""The office, open for a test: whoever asks is one of its people, at noon."""

from collections.abc import AsyncIterator

import pytest

from tests.api.office import office
from tests.fixtures.client import Client, open_client


@pytest.fixture
async def client(database_url: str) -> AsyncIterator[Client]:
    """A client of a server that holds the office."""
    async with open_client(office(), database_url) as opened:
        yield opened
