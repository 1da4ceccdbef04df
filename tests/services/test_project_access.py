"""Restricted projects: with whom they are restricted, how that is lifted, and who manages it (rule.md, section 6)."""

import json
from typing import Any

import pytest

from app.policy.kinds import Kind
from tests.fixtures.client import NOW, unknown
from tests.services.guild import DAY, Guild, roles

RESTRICT, LIFT, ACCESS = "restrictProject", "unrestrictProject", "updateProjectAccess"
CHANGED = "memberships { id roles { name } } deletedMembershipIds project { restricted } revision"


def _to(guild: Guild, subject: str, *names: str, **more: Any) -> dict[str, Any]:
    kind = "teamId" if guild.id(subject).startswith("tea_") else "userId"
    return {"subject": {kind: guild.id(subject)}, "roleIds": roles(*names or ("VIEWER",)), **more}


def _web(guild: Guild, **more: Any) -> dict[str, Any]:
    return {"projectId": guild.id("core/web"), **more}


# Restricting.


@pytest.mark.requirement("AZ-19", "AZ-20", "AZ-54")
async def test_restricting_adds_and_replaces_and_removes_none(guild: Guild) -> None:
    lim, pat = guild.membership("lim", "core/web"), guild.membership("pat", "core/web")
    bindings = [_to(guild, "bob"), _to(guild, "lim", "VIEWER", expiresAt="2026-01-16T12:00:00Z")]
    done = await guild.do("tam", RESTRICT, "project { restricted } revision", **_web(guild, bindings=bindings))
    assert done["project"] == {"restricted": True}
    assert await guild.record() == (done["revision"], RESTRICT, guild.id("tam"), guild.id("core/web"))
    members = await guild.members("core/web")
    assert (set(members), members["lim"], members["pat"]) == (
        {"bob", "lim", "pat"},
        (lim, ["Viewer"]),
        (pat, ["Admin"]),
    )
    assert not await guild.may("mia", "PROJECT_VIEW", "core/web")
    assert await guild.may("lim", "PROJECT_VIEW", "core/web")
    guild.client.set_clock(NOW + DAY)
    assert not await guild.may("lim", "PROJECT_VIEW", "core/web")
    assert await guild.may("bob", "PROJECT_VIEW", "core/web")


async def test_restricting_again_changes_nothing_and_replaces_times_too(guild: Guild) -> None:
    ends = {"startsAt": "2026-01-15T12:00:00Z", "expiresAt": "2026-01-16T12:00:00Z"}
    first = await guild.do("ada", RESTRICT, **_web(guild, bindings=[_to(guild, "bob", **ends)]))
    assert await guild.do("ada", RESTRICT, **_web(guild)) == first
    assert await guild.do("ada", RESTRICT, **_web(guild, bindings=[_to(guild, "bob", **ends)])) == first
    await guild.do("ada", RESTRICT, **_web(guild, bindings=[_to(guild, "bob")]))
    guild.client.set_clock(NOW + 2 * DAY)
    assert await guild.may("bob", "PROJECT_VIEW", "core/web")


@pytest.mark.requirement("AZ-11")
async def test_who_restricts(guild: Guild) -> None:
    for person in ("pat", "max"):
        refusal = await guild.refusal(person, RESTRICT, **_web(guild, bindings=[_to(guild, "zoe")]))
        assert (refusal["code"], refusal["permission"]) == ("FORBIDDEN", "PROJECT_RESTRICT")
    for hidden in (guild.id("secret"), unknown(Kind.PROJECT), guild.id("core"), guild.id("globex/app")):
        assert await guild.refusal("mia", RESTRICT, projectId=hidden) == await guild.refusal(
            "mia", RESTRICT, projectId=unknown(Kind.PROJECT)
        )
    await guild.do("tam", RESTRICT, **_web(guild))


async def test_restricting_alone_gives_no_say_about_memberships(guild: Guild) -> None:
    """Memberships need PROJECT_ACCESS_MANAGE, which a role can lack that may restrict."""
    role = {"organizationId": guild.id("acme"), "name": "Fencer", "permissions": ["PROJECT_VIEW", "PROJECT_RESTRICT"]}
    fencer = (await guild.do("ada", "createRole", "role { id }", **role))["role"]["id"]
    await guild.do("ada", "updateMembership", membershipId=guild.membership("vic"), roleIds=[*roles("VIEWER"), fencer])
    refusal = await guild.refusal("vic", RESTRICT, **_web(guild, bindings=[_to(guild, "mia")]))
    assert (refusal["code"], refusal["permission"]) == ("FORBIDDEN", "PROJECT_ACCESS_MANAGE")
    done = await guild.do("vic", RESTRICT, "project { id }", **_web(guild))
    assert done["project"] is None  # they restricted it, and don't see it any more


@pytest.mark.requirement("AZ-5", "AZ-51")
async def test_a_predictive_project_stays_open(guild: Guild) -> None:
    lab = {"projectId": guild.id("lab"), "bindings": [_to(guild, "zoe")]}
    assert await guild.refused("mia", RESTRICT, **lab) == "FORBIDDEN"
    for bindings in (lab["bindings"], []):
        asked = {"projectId": guild.id("lab"), "bindings": bindings}
        assert await guild.refused("ada", RESTRICT, **asked) == "UNSUPPORTED_RESOURCE"
    assert await guild.refused("ada", LIFT, projectId=guild.id("lab")) == "NOT_RESTRICTED"


async def test_every_binding_is_judged_and_all_or_none_is_made(guild: Guild) -> None:
    bindings = [
        _to(guild, "vic"),
        _to(guild, "zoe"),
        _to(guild, "exa"),
        _to(guild, "bob", "VIEWER", "Foreign"),
        _to(guild, "zoe") | {"subject": {"userId": unknown(Kind.USER)}},
        _to(guild, "vault", "GUEST") | {"subject": {"teamId": unknown(Kind.TEAM)}, "roleIds": roles("Foreign")},
    ]
    at = ["input", "bindings"]
    problems = await guild.problems("tam", RESTRICT, **_web(guild, bindings=bindings))
    assert sorted(problems, key=repr) == sorted(
        [
            ([*at, 1, "subject", "userId"], "INVALID"),
            ([*at, 2, "subject", "userId"], "INELIGIBLE_SUBJECT"),
            ([*at, 3, "roleIds", 1], "INVALID"),
            ([*at, 4, "subject", "userId"], "INVALID"),
            ([*at, 5, "subject", "teamId"], "INVALID"),
            ([*at, 5, "roleIds", 0], "INVALID"),
        ],
        key=repr,
    )
    shape = [_to(guild, "vic") | {"roleIds": []}, _to(guild, "vic")]
    assert await guild.problems("gus", RESTRICT, **_web(guild, bindings=shape)) == [
        ([*at, 0, "roleIds"], "INVALID"),
        ([*at, 1, "subject"], "INVALID"),
    ]


# Lifting.


@pytest.mark.requirement("AZ-35", "AZ-36", "AZ-38", "AZ-39")
async def test_lifting_is_confirmed_and_keeps_memberships(guild: Guild) -> None:
    members = await guild.members("core/web")
    assert await guild.refused("pat", LIFT, **_web(guild)) == "NOT_RESTRICTED"
    assert await guild.refused("pat", LIFT, **_web(guild, confirm=True)) == "NOT_RESTRICTED"
    await guild.do("tam", RESTRICT, **_web(guild))
    assert await guild.refused("lim", LIFT, **_web(guild)) == "FORBIDDEN"
    assert await guild.refused("mia", LIFT, **_web(guild, confirm=True)) == "NOT_FOUND"
    own, parents = await guild.refusal("pat", LIFT, **_web(guild)), await guild.refusal("tam", LIFT, **_web(guild))
    assert own["code"] == parents["code"] == "CONFIRMATION_REQUIRED"
    assert "could not restrict it again" in own["message"]
    assert "could not restrict it again" not in parents["message"]
    done = await guild.do("pat", LIFT, "project { restricted } revision", **_web(guild, confirm=True))
    assert done["project"] == {"restricted": False}
    assert await guild.record() == (done["revision"], LIFT, guild.id("pat"), guild.id("core/web"))
    assert await guild.may("mia", "PROJECT_VIEW", "core/web")
    assert await guild.members("core/web") == members
    assert await guild.refused("pat", RESTRICT, **_web(guild)) == "FORBIDDEN"


# Managing access.


@pytest.mark.requirement("AZ-31", "AZ-32", "AZ-33", "AZ-34", "AZ-55")
async def test_access_is_added_changed_and_ended_in_one_step(guild: Guild) -> None:
    before, _, _, _ = await guild.record()
    lim, pat = guild.membership("lim", "core/web"), guild.membership("pat", "core/web")
    change = {
        "add": [_to(guild, "bob", "ADMIN")],
        "update": [{"membershipId": lim, "roleIds": roles("VIEWER")}],
        "removeIds": [pat, pat],
    }
    for person in ("moe", "max", "lim"):
        refusal = await guild.refusal(person, ACCESS, **_web(guild, **change))
        assert (refusal["code"], refusal["permission"]) == ("FORBIDDEN", "PROJECT_ACCESS_MANAGE")
    done = await guild.do("pat", ACCESS, CHANGED, **_web(guild, **change))
    assert done["revision"] == before + 1
    assert done["deletedMembershipIds"] == [pat]
    assert await guild.record() == (before + 1, ACCESS, guild.id("pat"), guild.id("core/web"))
    members = await guild.members("core/web")
    assert {name: held for name, (_, held) in members.items()} == {"bob": ["Admin"], "lim": ["Viewer"]}
    assert members["lim"][0] == lim


async def test_whom_a_step_ends_it_may_add_anew(guild: Guild) -> None:
    lim = guild.membership("lim", "core/web")
    again = {"add": [_to(guild, "lim", "ADMIN")]}
    assert await guild.problems("pat", ACCESS, **_web(guild, **again)) == [(["input", "add", 0, "subject"], "CONFLICT")]
    await guild.do("pat", ACCESS, **_web(guild, **again, removeIds=[lim]))
    new, held = (await guild.members("core/web"))["lim"]
    assert new != lim
    assert held == ["Admin"]


async def test_every_id_is_judged_at_once(guild: Guild) -> None:
    elsewhere = guild.membership("bob", "core")
    change = {
        "add": [_to(guild, "lim"), _to(guild, "zoe")],
        "update": [
            {"membershipId": elsewhere, "roleIds": roles("VIEWER")},
            {"membershipId": guild.membership("lim", "core/web"), "roleIds": roles("VIEWER", "Foreign")},
        ],
        "removeIds": [guild.membership("pat", "core/web"), unknown(Kind.MEMBERSHIP)],
    }
    refusal = await guild.refusal("ada", ACCESS, **_web(guild, **change))
    assert refusal["code"] == "INVALID"
    assert sorted(((p["path"][1:], p["code"]) for p in refusal["problems"]), key=repr) == [
        (["add", 0, "subject"], "CONFLICT"),
        (["add", 1, "subject", "userId"], "INVALID"),
        (["removeIds", 1], "INVALID"),
        (["update", 0, "membershipId"], "INVALID"),
        (["update", 1, "roleIds", 1], "INVALID"),
    ]


async def test_memberships_that_one_may_manage_and_not_see_are_as_none_at_all(guild: Guild) -> None:
    """Managing access is not seeing members: ids that were heard of elsewhere answer as those that never were."""
    for entry in ({"removeIds": ["{id}"]}, {"update": [{"membershipId": "{id}", "expiresAt": None}]}):
        told = {
            id: await guild.refusal("pat-access", ACCESS, **_web(guild, **_filled(entry, id)))
            for id in (guild.membership("lim", "core/web"), unknown(Kind.MEMBERSHIP))
        }
        first, second = told.values()
        assert first == second
        assert [problem["code"] for problem in first["problems"]] == ["INVALID"]
    await guild.do("pat", ACCESS, **_web(guild, removeIds=[guild.membership("lim", "core/web")]))


def _filled(entry: dict[str, Any], id: str) -> dict[str, Any]:
    filled: dict[str, Any] = json.loads(json.dumps(entry).replace("{id}", id))
    return filled


async def test_what_the_shape_alone_forbids(guild: Guild) -> None:
    lim, pat = guild.membership("lim", "core/web"), guild.membership("pat", "core/web")
    change = {
        "add": [_to(guild, "bob") | {"roleIds": []}],
        "update": [
            {"membershipId": lim, "roleIds": None},
            {"membershipId": lim},
            {"membershipId": pat, "startsAt": "2026-01-16T12:00:00Z", "expiresAt": "2026-01-15T12:00:00Z"},
        ],
        "removeIds": [pat],
    }
    assert await guild.problems("gus", ACCESS, **_web(guild, **change)) == [
        (["input", "add", 0, "roleIds"], "INVALID"),
        (["input", "update", 0, "roleIds"], "INVALID"),
        (["input", "update", 1, "membershipId"], "INVALID"),
        (["input", "update", 2, "expiresAt"], "INVALID"),
        (["input", "update", 2, "membershipId"], "INVALID"),
    ]


async def test_nobody_gives_changes_or_takes_more_than_they_hold(guild: Guild) -> None:
    """Somebody who manages access by a role without a level, and is a VIEWER."""
    role = {"organizationId": guild.id("acme"), "name": "Usher", "permissions": ["PROJECT_ACCESS_MANAGE"]}
    usher = (await guild.do("ada", "createRole", "role { id }", **role))["role"]["id"]
    await guild.do("ada", ACCESS, **_web(guild, add=[_to(guild, "vic") | {"roleIds": [usher]}]))
    pat, lim = guild.membership("pat", "core/web"), guild.membership("lim", "core/web")
    change = {
        "add": [_to(guild, "mia", "VIEWER"), _to(guild, "bob", "MEMBER")],
        "update": [{"membershipId": lim, "roleIds": roles("VIEWER")}],
        "removeIds": [pat],
    }
    refusal = await guild.refusal("vic", ACCESS, **_web(guild, **change))
    assert sorted(((p["path"][1:], p["code"]) for p in refusal["problems"]), key=repr) == [
        (["add", 1, "roleIds"], "PRIVILEGE_ESCALATION"),
        (["removeIds", 0], "PRIVILEGE_ESCALATION"),
        (["update", 0, "membershipId"], "PRIVILEGE_ESCALATION"),
    ]
    await guild.do("vic", ACCESS, **_web(guild, add=[_to(guild, "mia", "VIEWER")]))
    own = (await guild.members("core/web"))["vic"][0]
    await guild.do("vic", ACCESS, **_web(guild, removeIds=[own]))


async def test_replacing_takes_what_was_held_into_account(guild: Guild) -> None:
    role = {
        "organizationId": guild.id("acme"),
        "name": "Fencer",
        "permissions": ["PROJECT_VIEW", "PROJECT_RESTRICT", "PROJECT_ACCESS_MANAGE"],
    }
    fencer = (await guild.do("ada", "createRole", "role { id }", **role))["role"]["id"]
    await guild.do("ada", "updateMembership", membershipId=guild.membership("vic"), roleIds=[*roles("VIEWER"), fencer])
    problems = await guild.problems("vic", RESTRICT, **_web(guild, bindings=[_to(guild, "lim"), _to(guild, "mia")]))
    assert problems == [(["input", "bindings", 0, "subject"], "PRIVILEGE_ESCALATION")]


async def test_a_team_is_given_access_by_who_may_name_it(guild: Guild) -> None:
    ops = [_to(guild, "ops")]
    await guild.do("ada", ACCESS, **_web(guild, add=[_to(guild, "moe", "ADMIN")]))
    assert await guild.problems("pat", ACCESS, **_web(guild, add=ops)) == [
        (["input", "add", 0, "subject", "teamId"], "INVALID")
    ]
    await guild.do("moe", ACCESS, **_web(guild, add=ops))
    assert "ops" in await guild.members("core/web")
