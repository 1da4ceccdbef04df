"""A key that whoever runs the server hands out works for whom it is, and for nobody who could not come in anyhow."""

from typing import Any

import pytest
from sqlalchemy import Connection, select

from app.db import tables
from app.db.tables import table_of
from app.errors import BailiwickError
from app.policy.vocabulary import ErrorCode
from app.services.handed_out_keys import hand_out_key
from app.store.ledger import INSTANCE
from tests.conformance.house import open_house
from tests.fixtures.client import NOW
from tests.fixtures.stored import stored
from tests.services.guild import DAY, Guild, roles


async def hand_out(guild: Guild, email: str, name: str = "first key", days: int | None = None) -> str:
    instance = guild.client.instance
    _, secret = await hand_out_key(
        instance.database, instance.pepper, instance.clock, email=email, name=name, days=days
    )
    return secret


async def test_whom_somebody_invited_comes_in_with_it(database_url: str) -> None:
    async with open_house(database_url) as house:
        alice, instance = await house.person("Alice"), house.instance
        organization = await alice.organization()
        await alice.do(
            "addMembership", resourceId=organization, member={"email": "nina@example.com"}, roleIds=roles("GUEST")
        )
        person, key = await hand_out_key(
            instance.database, instance.pepper, instance.clock, email="NINA@example.com", name="hers", days=None
        )
        nina = house.caller(person.name, person.id, key)
        assert await nina.sees(organization)
        mine = (await nina.ask("{ viewer { user { email apiKeys { name expiresAt } } } }"))["viewer"]["user"]
        assert mine == {"email": "nina@example.com", "apiKeys": [{"name": "hers", "expiresAt": None}]}


async def test_it_expires_at_the_very_instant(guild: Guild) -> None:
    instance = guild.client.instance
    key = await hand_out(guild, guild.email("bob"), days=2)
    for after, is_good in ((0, True), (2 * DAY - 1, True), (2 * DAY, False)):
        guild.client.set_clock(NOW + after)
        if is_good:
            assert (await instance.reader(key)).subject.id == guild.id("bob")
        else:
            with pytest.raises(BailiwickError) as raised:
                await instance.reader(key)
            assert raised.value.code is ErrorCode.UNAUTHENTICATED


@pytest.mark.parametrize(
    ("email", "name", "code"),
    [
        ("nobody@draft.example", "key", ErrorCode.INVALID),
        ("", "key", ErrorCode.INVALID),
        ("{bob}", " ", ErrorCode.INVALID),
        ("{off}", "key", ErrorCode.CONFLICT),
    ],
)
async def test_what_can_not_be_leaves_nothing(guild: Guild, email: str, name: str, code: ErrorCode) -> None:
    database = guild.client.instance.database
    before = await stored(database)
    with pytest.raises(BailiwickError) as raised:
        await hand_out(guild, email.format(bob=guild.email("bob"), off=guild.email("off")), name)
    assert raised.value.code is code
    assert await stored(database) == before


async def test_it_is_a_revision_of_the_instance_by_nobody_in_it(guild: Guild) -> None:
    await hand_out(guild, guild.email("bob"), "recovered")

    def last(connection: Connection) -> Any:
        revisions = table_of(tables.Revision)
        of_instance = select(revisions).where(revisions.c.ledger_id == INSTANCE)
        return connection.execute(of_instance.order_by(revisions.c.number.desc()).limit(1)).one()

    revision = await guild.client.instance.database.read(last)
    assert (revision.action, revision.actor_id, revision.target_name) == ("createApiKey", None, "recovered")
