"""The first instance administrator: made once, with a key that works and is kept nowhere."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import Connection, select

from app.db import tables
from app.db.tables import table_of
from app.errors import BailiwickError
from app.policy.vocabulary import ErrorCode
from app.services.administrators import create_administrator
from app.services.keys import is_well_formed
from tests.conformance.house import House, open_house


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    async with open_house(database_url) as house:
        yield house


async def _create(house: House, **person: Any) -> str:
    instance = house.instance
    wanted = {"name": "Ada Admin", "email": "ada@example.com"} | person
    return await create_administrator(instance.database, instance.pepper, instance.clock, **wanted)


async def _rows(house: House, model: type) -> list[Any]:
    def read(connection: Connection) -> list[Any]:
        return list(connection.execute(select(table_of(model))).all())

    return await house.instance.database.read(read)


async def test_the_key_is_of_an_instance_administrator(house):
    key = await _create(house)
    assert is_well_formed(key)
    ada = house.caller("Ada", "", key)
    assert (await ada.ask("{ viewer { user { name email isServiceAccount } } }"))["viewer"]["user"] == {
        "name": "Ada Admin",
        "email": "ada@example.com",
        "isServiceAccount": False,
    }
    other = await house.person("Bob")
    organization = await other.organization()
    assert await ada.sees(organization)
    await ada.do("updateOrganization", organizationId=organization, name="Renamed")
    assert key not in str(await _rows(house, tables.ApiKey))


async def test_it_is_one_revision_of_the_instance(house):
    await _create(house)
    (revision,) = await _rows(house, tables.Revision)
    (user,) = await _rows(house, tables.User)
    recorded = (revision.ledger_id, revision.action, revision.target_id, revision.target_name)
    assert recorded == ("instance", "createAdministrator", user.id, "Ada Admin")


async def test_a_second_one_is_refused_and_changes_nothing(house):
    key = await _create(house)
    with pytest.raises(BailiwickError, match="there is an instance administrator already") as refused:
        await _create(house, name="Eve", email="eve@example.com")
    assert refused.value.code is ErrorCode.CONFLICT
    assert [user.name for user in await _rows(house, tables.User)] == ["Ada Admin"]
    assert len(await _rows(house, tables.Revision)) == 1
    await house.caller("Ada", "", key).ask("{ viewer { id } }")


async def test_one_who_is_deactivated_still_counts(house):
    """Else whoever may run the command could make another while the first is locked out on purpose."""
    ada = await house.person("Ada", administrator=True)
    grace = await house.person("Grace", administrator=True)
    await grace.do("deactivateUser", userId=ada.id)
    with pytest.raises(BailiwickError):
        await _create(house)


@pytest.mark.parametrize("email", ["", "ada", "ada@", "ada@example", "ada @example.com", "ada@example.com\n"])
async def test_what_is_no_e_mail_is_told(house, email):
    with pytest.raises(BailiwickError, match="is not an e-mail") as refused:
        await _create(house, email=email)
    assert refused.value.code is ErrorCode.INVALID
    assert await _rows(house, tables.Revision) == []


@pytest.mark.parametrize("name", ["", " Ada", "A\tda", "x" * 256])
async def test_what_is_no_name_is_told(house, name):
    with pytest.raises(BailiwickError, match="a name has") as refused:
        await _create(house, name=name)
    assert refused.value.code is ErrorCode.INVALID


async def test_everything_wrong_is_told_at_once(house):
    with pytest.raises(BailiwickError) as refused:
        await _create(house, name="", email="")
    assert [problem.path for problem in refused.value.problems] == [("name",), ("email",)]


async def test_an_e_mail_that_somebody_has_is_told(house):
    await house.person("Bob")
    with pytest.raises(BailiwickError, match="somebody has this e-mail") as refused:
        await _create(house, email="BOB@house.test")
    assert refused.value.code is ErrorCode.CONFLICT


async def test_another_one_may_be_made_of_somebody_who_is_there_or_not(house):
    """Else who leaves could be replaced by nobody."""
    await _create(house)
    bob, cid = await house.person("Bob"), await house.person("Cid")
    organization = await cid.organization()
    assert not await bob.sees(organization)
    key = await _create(house, name="Robert", email="bob@house.test", is_another=True)
    for caller in (bob, house.caller("Bob", "", key)):
        assert (await caller.ask("{ viewer { user { name } } }"))["viewer"]["user"] == {"name": "Bob"}
        assert await caller.sees(organization)
    key = await _create(house, name="Eve", email="eve@example.com", is_another=True)
    eve = house.caller("Eve", "", key)
    assert await eve.sees(organization)
    await eve.do("deactivateUser", userId=bob.id)
    with pytest.raises(BailiwickError, match="Bob is deactivated") as refused:
        await _create(house, email="bob@house.test", is_another=True)
    assert refused.value.code is ErrorCode.CONFLICT
