"""Every conformance test gets a house of its own, on both databases."""

from collections.abc import AsyncIterator

import pytest

from tests.conformance.house import House, open_house


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    """A server on an empty store."""
    async with open_house(database_url) as opened:
        yield opened
