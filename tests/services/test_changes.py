"""What is decided inside the transaction is decided on what is there by then, not on what was there at arrival."""

from typing import Any

import pytest

from app.db import tables
from app.errors import BailiwickError
from app.policy.vocabulary import ErrorCode
from app.services.organizations import create_organization
from app.services.reader import Reader
from app.services.teams import create_team
from tests.fixtures.world_store import secret_of
from tests.services.guild import Guild

TEAM = {"name": "New", "slug": "new", "isolated": False}


async def came_in(yard: Guild, person: str) -> Reader:
    return await yard.client.instance.reader(secret_of(yard.client.world, person))


async def refused(yard: Guild, reader: Reader) -> list[ErrorCode]:
    """The codes of two changes, of an organization and of the instance; nothing is left of either."""
    before, codes = await yard.stored(), []
    instance = yard.client.instance
    for change in (
        create_team(instance, reader, parent_id=yard.id("core"), **TEAM),
        create_organization(instance, reader, name="New", slug="new"),
    ):
        with pytest.raises(BailiwickError) as raised:
            await change
        codes.append(raised.value.code)
    assert await yard.stored() == before
    return codes


async def test_who_is_deactivated_meanwhile_changes_nothing_more(yard: Guild) -> None:
    reader = await came_in(yard, "max")
    await yard.client.set(tables.User, yard.id("max"), is_active=False)
    assert await refused(yard, reader) == [ErrorCode.UNAUTHENTICATED] * 2


async def test_a_key_that_is_revoked_meanwhile_changes_nothing_more(yard: Guild) -> None:
    made: dict[str, Any] = await yard.do("max", "createApiKey", "apiKey { id } secret", name="new")
    reader = await yard.client.instance.reader(made["secret"])
    await yard.client.end(tables.ApiKey, made["apiKey"]["id"])
    assert await refused(yard, reader) == [ErrorCode.UNAUTHENTICATED] * 2


async def test_a_key_that_expires_meanwhile_changes_nothing_more(yard: Guild) -> None:
    reader = await came_in(yard, "mia-hour")
    yard.client.set_clock(reader.subject.key.expires_at if reader.subject.key else None)
    assert await refused(yard, reader) == [ErrorCode.UNAUTHENTICATED] * 2


async def test_a_role_that_is_lost_meanwhile_permits_nothing_more(yard: Guild) -> None:
    reader = await came_in(yard, "max")
    for path in ("acme", "core"):
        await yard.client.set(
            tables.Membership, yard.membership("max", path), role_ids=["rol_000000000000000000000020"]
        )
    with pytest.raises(BailiwickError) as raised:
        await create_team(yard.client.instance, reader, parent_id=yard.id("core"), **TEAM)
    assert raised.value.code is ErrorCode.FORBIDDEN
