"""Instance administrators let people out and in again, and no organization loses its last ADMIN by it (rule.md, 10)."""

import pytest

from app.policy.kinds import Kind
from tests.fixtures.client import unknown
from tests.services.guild import Guild, roles

OUT, IN = "deactivateUser", "activateUser"


async def test_the_last_admin_of_an_organization_is_not_deactivated(yard: Guild) -> None:
    ada, mia = yard.id("ada"), yard.id("mia")
    assert await yard.refused("root", OUT, userId=ada) == "LAST_ADMIN"
    admin = {"membershipId": yard.membership("mia"), "roleIds": roles("ADMIN")}
    await yard.do("ada", "updateMembership", expiresAt="2027-01-01T00:00:00Z", **admin)
    assert await yard.refused("root", OUT, userId=ada) == "LAST_ADMIN", "mia is one until next year"
    await yard.do("ada", "updateMembership", expiresAt=None, **admin)
    assert (await yard.do("root", OUT, "user { isActive }", userId=ada))["user"] == {"isActive": False}
    assert await yard.refused("root", OUT, userId=mia) == "LAST_ADMIN"
    assert await yard.do("root", IN, userId=ada)
    assert await yard.do("root", OUT, userId=mia)


async def test_nobody_deactivates_themselves_and_nobody_else_may(yard: Guild) -> None:
    assert await yard.refused("root", OUT, userId=yard.id("root")) == "LAST_ADMIN"
    for mutation in (OUT, IN):
        assert await yard.refused("ada", mutation, userId=yard.id("mia")) == "FORBIDDEN"
        for person, id in (("gus", yard.id("mia")), ("ada", unknown(Kind.USER)), ("root", unknown(Kind.USER))):
            assert await yard.refused(person, mutation, userId=id) == "NOT_FOUND"


async def test_who_is_out_already_may_be_let_out_again(yard: Guild) -> None:
    first = await yard.do("root", OUT, "user { isActive } revision", userId=yard.id("mia"))
    assert await yard.do("root", OUT, "user { isActive } revision", userId=yard.id("mia")) == first


@pytest.mark.parametrize(
    ("key", "sees_stranger", "sees_member"),
    [
        ("root", True, True),
        ("root-members", True, True),
        ("root-lab", False, True),
        ("root-deploys", False, False),
    ],
)
async def test_keys_of_instance_administrators_narrow_whom_they_see(
    guild: Guild, key: str, sees_stranger: bool, sees_member: bool
) -> None:
    """Only a whole one can let people in again, who may belong nowhere (rule.md, sections 2 and 4a)."""
    document = "query($id: ID!) { node(id: $id) { id } }"
    for name, is_seen in (("zoe", sees_stranger), ("moe", sees_member)):
        found = await guild.ask(key, document, id=guild.id(name))
        assert (found["node"] is not None) is is_seen, name
        if key != "root":
            for mutation in (OUT, IN):
                told = "FORBIDDEN" if is_seen else "NOT_FOUND"
                assert await guild.refused(key, mutation, userId=guild.id(name)) == told
    assert (await guild.ask(key, document, id=unknown(Kind.USER)))["node"] is None
