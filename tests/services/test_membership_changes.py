"""What becomes of a membership: its roles and times change, it ends, and never the last ADMIN's (rule.md, 2, 3, 10)."""

from typing import Any

import pytest

from app.db import tables
from app.policy.kinds import Kind
from tests.fixtures.client import NOW, unknown
from tests.services.guild import DAY, Guild, roles

UPDATE, REMOVE, ADD = "updateMembership", "removeMembership", "addMembership"
SHOWN = "membership { id roles { key } startsAt expiresAt } revision"
TOMORROW, LATER = "2026-01-16T12:00:00Z", "2026-01-17T12:00:00Z"


async def test_a_membership_keeps_its_id_while_it_changes(guild: Guild) -> None:
    bob = guild.membership("bob", "core")
    done = await guild.do("tam", UPDATE, SHOWN, membershipId=bob, roleIds=roles("VIEWER", "VIEWER"), expiresAt=TOMORROW)
    assert done["membership"] == {
        "id": bob,
        "roles": [{"key": "VIEWER"}],
        "startsAt": None,
        "expiresAt": TOMORROW,
    }
    assert await guild.record() == (done["revision"], UPDATE, guild.id("tam"), bob)
    refusal = await guild.refusal("mia", UPDATE, membershipId=bob, roleIds=roles("GUEST"))
    assert (refusal["code"], refusal["permission"], refusal["resourceId"]) == (
        "FORBIDDEN",
        "MEMBERS_MANAGE",
        guild.id("core"),
    )
    again = await guild.do("tam", UPDATE, SHOWN, membershipId=bob)
    assert again == done


async def test_what_is_left_out_stays_and_null_clears(guild: Guild) -> None:
    bob = guild.membership("bob", "core")
    for change, times in (
        ({"startsAt": "2026-01-15T12:00:00Z", "expiresAt": TOMORROW}, ("2026-01-15T12:00:00Z", TOMORROW)),
        ({"expiresAt": LATER}, ("2026-01-15T12:00:00Z", LATER)),
        ({"startsAt": None}, (None, LATER)),
        ({"roleIds": roles("VIEWER")}, (None, LATER)),
        ({"expiresAt": None}, (None, None)),
    ):
        shown = (await guild.do("ada", UPDATE, SHOWN, membershipId=bob, **change))["membership"]
        assert (shown["startsAt"], shown["expiresAt"]) == times
    await guild.do("ada", UPDATE, membershipId=bob, startsAt=TOMORROW)
    assert await guild.problems("ada", UPDATE, membershipId=bob, expiresAt=TOMORROW) == [
        (["input", "expiresAt"], "INVALID")
    ]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"roleIds": []}, ["input", "roleIds"]),
        ({"roleIds": None}, ["input", "roleIds"]),
        ({"startsAt": TOMORROW, "expiresAt": TOMORROW}, ["input", "expiresAt"]),
    ],
)
async def test_what_a_membership_can_not_be(guild: Guild, change: dict[str, Any], path: list[Any]) -> None:
    """Also to who may not change it: the shape is asked first."""
    for person in ("ada", "gus"):
        problems = await guild.problems(person, UPDATE, membershipId=guild.membership("bob", "core"), **change)
        assert problems == [(path, "INVALID")]


async def test_unknown_roles_are_named(guild: Guild) -> None:
    wanted = {"membershipId": guild.membership("bob", "core"), "roleIds": roles("VIEWER", "Foreign")}
    assert await guild.problems("ada", UPDATE, **wanted) == [(["input", "roleIds", 1], "INVALID")]


@pytest.mark.parametrize("mutation", [UPDATE, REMOVE])
async def test_a_hidden_membership_is_answered_like_none(guild: Guild, mutation: str) -> None:
    foreign = guild.client.world.organizations[1].memberships_of(guild.id("zoe"))[0].id
    ids = (guild.membership("bob", "core"), foreign, unknown(Kind.MEMBERSHIP), guild.id("core"))
    answers = [await guild.refusal("gus", mutation, membershipId=id) for id in ids]
    assert answers == [answers[0]] * 4
    assert answers[0]["code"] == "NOT_FOUND"


async def test_ones_own_is_changed_only_by_who_manages(guild: Guild) -> None:
    """On a node that is hidden, as an isolated team is before one's membership starts, nothing is told of it."""
    own = (await guild.do("ada", ADD, "membership { id }", **_on(guild, "vault", "gus", startsAt=TOMORROW)))[
        "membership"
    ]
    refusal = await guild.refusal("gus", UPDATE, membershipId=own["id"], startsAt=None)
    assert (refusal["code"], refusal["resourceId"]) == ("FORBIDDEN", own["id"])
    refusal = await guild.refusal("bob", UPDATE, membershipId=guild.membership("bob", "core"), roleIds=roles("ADMIN"))
    assert (refusal["code"], refusal["resourceId"]) == ("FORBIDDEN", guild.id("core"))


def _on(guild: Guild, node: str, person: str, role: str = "VIEWER", **more: Any) -> dict[str, Any]:
    member = {"userId": guild.id(person)}
    return {"resourceId": guild.id(node), "member": member, "roleIds": roles(role), **more}


@pytest.mark.parametrize(
    ("by", "whose", "role", "path"),
    [
        ("amy", "gus", "ACCESS_MANAGER", None),
        ("amy", "gus", "VIEWER", ["input", "roleIds"]),
        ("amy", "vic", "GUEST", ["input", "membershipId"]),
        ("moe", "vic", "MEMBER", None),
        ("moe", "moe", "ADMIN", ["input", "roleIds"]),
        ("moe", "ada", "ADMIN", ["input", "membershipId"]),
        ("moe", "max", "GUEST", ["input", "membershipId"]),
        ("root", "vic", "ADMIN", None),
    ],
)
async def test_nobody_changes_more_than_they_hold(
    guild: Guild, by: str, whose: str, role: str, path: list[str] | None
) -> None:
    wanted = {"membershipId": guild.membership(whose), "roleIds": roles(role)}
    if path is None:
        await guild.do(by, UPDATE, **wanted)
    else:
        assert await guild.problems(by, UPDATE, **wanted) == [(path, "PRIVILEGE_ESCALATION")]


async def test_nobody_takes_away_more_than_they_hold(guild: Guild) -> None:
    for name in ("vic", "max", "ada"):
        problems = await guild.problems("amy", REMOVE, membershipId=guild.membership(name))
        assert problems == [(["input", "membershipId"], "PRIVILEGE_ESCALATION")]
    times = await guild.problems("amy", UPDATE, membershipId=guild.membership("max"), expiresAt=TOMORROW)
    assert times == [(["input", "membershipId"], "PRIVILEGE_ESCALATION")]
    await guild.do("amy", REMOVE, membershipId=guild.membership("gus"))
    await guild.do("moe", REMOVE, membershipId=guild.membership("vic"))


async def test_an_ended_membership_is_gone_at_once(guild: Guild) -> None:
    assert await guild.may("bob", "TEAM_VIEW", "core")
    done = await guild.do("tam", REMOVE, "deletedMembershipId revision", membershipId=guild.membership("bob", "core"))
    assert done["deletedMembershipId"] == guild.membership("bob", "core")
    assert await guild.record() == (done["revision"], REMOVE, guild.id("tam"), done["deletedMembershipId"])
    assert not await guild.may("bob", "TEAM_VIEW", "core")
    assert await guild.may("bob", "ORGANIZATION_VIEW", "acme")
    assert await guild.refused("tam", REMOVE, membershipId=done["deletedMembershipId"]) == "NOT_FOUND"


async def test_who_leaves_an_organization_has_nothing_left_there(guild: Guild) -> None:
    await guild.do("ada", REMOVE, membershipId=guild.membership("lim"))
    rows = await guild.stored()
    standing = {table: [row for row in rows[table] if guild.id("lim") in row and row[2] is None] for table in rows}
    assert {table for table, found in standing.items() if found} <= {"users", "api_keys"}
    for table in ("memberships", "grants"):
        assert any(guild.id("lim") in row for row in rows[table])  # it was there, and is in the history
    assert await guild.client.answer("lim", "{ organizations { totalCount } }") == {
        "data": {"organizations": {"totalCount": 0}}
    }
    back = {"resourceId": guild.id("acme"), "member": {"email": guild.email("lim")}, "roleIds": roles("MEMBER")}
    await guild.do("ada", ADD, **back)
    assert not await guild.may("lim", "ENVIRONMENT_DEPLOY", "core/web/production")
    assert "lim" not in await guild.members("core/web")


async def test_ones_own_may_always_be_ended(guild: Guild) -> None:
    for name, node in (("bob", "core"), ("gus", "acme"), ("pat", "core/web"), ("max", "acme")):
        await guild.do(name, REMOVE, membershipId=guild.membership(name, node))
    refusal = await guild.refusal("bob-view", REMOVE, membershipId=guild.membership("bob"))
    assert (refusal["code"], refusal["permission"]) == ("FORBIDDEN", "MEMBERS_MANAGE")
    await guild.do("bob", REMOVE, membershipId=guild.membership("bob"))


async def test_ones_own_on_a_hidden_node_may_be_ended(guild: Guild) -> None:
    own = await guild.do("ada", ADD, "membership { id }", **_on(guild, "vault", "gus", startsAt=TOMORROW))
    await guild.do("gus", REMOVE, membershipId=own["membership"]["id"])


async def test_the_membership_of_a_team_is_changed_by_who_manages_the_node(guild: Guild) -> None:
    """Inviting it was for a member of the team (GL-6); the node's managers end it without being one."""
    team = {"teamId": guild.id("ops")}
    invited = {"resourceId": guild.id("core"), "member": team, "roleIds": roles("MEMBER")}
    made = (await guild.do("moe", ADD, "membership { id }", **invited))["membership"]["id"]
    assert await guild.refused("mia", REMOVE, membershipId=made) == "FORBIDDEN"
    await guild.do("tam", UPDATE, membershipId=made, roleIds=roles("VIEWER"))
    await guild.do("tam", REMOVE, membershipId=made)


# The last ADMIN.


async def _admin(guild: Guild, name: str, role: str = "ADMIN", **times: str | None) -> None:
    await guild.do("root", UPDATE, membershipId=guild.membership(name), roleIds=roles(role), **times)


LOSSES: list[tuple[str, dict[str, Any]]] = [
    (REMOVE, {}),
    (UPDATE, {"roleIds": roles("MAINTAINER", "AUDITOR")}),
    (UPDATE, {"expiresAt": LATER}),
    (UPDATE, {"startsAt": TOMORROW}),
]


@pytest.mark.parametrize(("mutation", "change"), LOSSES)
async def test_the_last_admin_stays(guild: Guild, mutation: str, change: dict[str, Any]) -> None:
    last = {"membershipId": guild.membership("ada"), **change}
    for person in ("ada", "root"):
        assert await guild.refused(person, mutation, **last) == "LAST_ADMIN"
    await _admin(guild, "vic")
    await guild.do("ada", mutation, **last)
    assert await guild.refused("vic", REMOVE, membershipId=guild.membership("vic")) == "LAST_ADMIN"


@pytest.mark.parametrize(
    ("name", "times"),
    [
        ("vic", {"expiresAt": LATER}),
        ("vic", {"startsAt": TOMORROW}),
        ("off", {}),
        ("robot", {}),
        ("exa", {"expiresAt": "2026-01-15T12:00:00Z"}),
        ("tam", None),
    ],
)
async def test_who_does_not_count_as_the_last_admin(guild: Guild, name: str, times: dict[str, str] | None) -> None:
    """An ADMIN for a time, to come, deactivated, no person, expired, or of a team only."""
    if times is not None:
        await _admin(guild, name, **times)
    assert await guild.refused("ada", REMOVE, membershipId=guild.membership("ada")) == "LAST_ADMIN"


async def test_what_does_not_take_the_last_admin_is_done(guild: Guild) -> None:
    ada = guild.membership("ada")
    await guild.do("ada", UPDATE, membershipId=ada, roleIds=roles("ADMIN", "AUDITOR"))
    await guild.do("ada", UPDATE, membershipId=ada, startsAt="2026-01-15T12:00:00Z")
    await _admin(guild, "vic", expiresAt=LATER)
    await guild.do("ada", REMOVE, membershipId=guild.membership("vic"))


async def test_the_last_admin_is_not_deactivated(guild: Guild) -> None:
    off = {"userId": guild.id("ada")}
    assert await guild.refused("root", "deactivateUser", **off) == "LAST_ADMIN"
    await guild.do("root", "deactivateUser", userId=guild.id("vic"))
    await _admin(guild, "mia")
    await guild.do("root", "deactivateUser", **off)


async def test_where_there_is_no_such_admin_nobody_is_held_back(guild: Guild) -> None:
    """Nothing makes it so but an import; people can be let out and put right then, too."""
    await guild.client.set(tables.Membership, guild.membership("ada"), expires_at=NOW + DAY)
    await guild.do("ada", REMOVE, membershipId=guild.membership("ada"))
    await guild.do("root", "deactivateUser", userId=guild.id("vic"))
