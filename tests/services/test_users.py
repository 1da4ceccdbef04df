"""Instance administrators let people out and in again, and no organization loses its last ADMIN by it (rule.md, 10)."""

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
