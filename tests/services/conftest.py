"""Every test of a use case gets a server of its own, on both databases: a site, a guild, a yard."""

from collections.abc import AsyncIterator

import pytest

from tests.fixtures.deploying import Site, open_site
from tests.services.guild import Guild, open_guild
from tests.services.yard import open_yard


@pytest.fixture
async def site(database_url: str) -> AsyncIterator[Site]:
    """A server on an organization that deploys."""
    async with open_site(database_url) as opened:
        yield opened


@pytest.fixture
async def guild(database_url: str) -> AsyncIterator[Guild]:
    """A server on an organization whose people let each other in and out."""
    async with open_guild(database_url) as opened:
        yield opened


@pytest.fixture
async def yard(database_url: str) -> AsyncIterator[Guild]:
    """A server on an organization whose places are built, moved and torn down."""
    async with open_yard(database_url) as opened:
        yield opened
