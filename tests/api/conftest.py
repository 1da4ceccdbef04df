"""The office and the firm, open for a test: whoever asks is one of their people."""

from collections.abc import AsyncIterator

import pytest

from tests.api.firm import Firm, open_firm
from tests.api.office import office
from tests.fixtures.client import Client, open_client


@pytest.fixture
async def client(database_url: str) -> AsyncIterator[Client]:
    """A client of a server that holds the office."""
    async with open_client(office(), database_url) as opened:
        yield opened


@pytest.fixture
async def firm(database_url: str) -> AsyncIterator[Firm]:
    """A firm whose people have keys of their own."""
    async with open_firm(database_url) as opened:
        yield opened
