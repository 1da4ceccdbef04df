"""Every test of a use case that deploys gets a site of its own, on both databases."""

from collections.abc import AsyncIterator

import pytest

from tests.fixtures.deploying import Site, open_site


@pytest.fixture
async def site(database_url: str) -> AsyncIterator[Site]:
    """A server on an organization that deploys."""
    async with open_site(database_url) as opened:
        yield opened
