"""Every conformance test gets a house of its own, on both databases."""

from collections.abc import AsyncIterator

import pytest

from tests.conformance.house import House, open_house
from tests.conformance.statements import MARK


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    """A server on an empty store."""
    async with open_house(database_url) as opened:
        yield opened


def pytest_itemcollected(item: pytest.Item) -> None:
    """Let a test's report say what the test shows, in whichever process it runs."""
    for mark in item.iter_markers(MARK):
        item.user_properties.extend((MARK, id) for id in mark.args)
