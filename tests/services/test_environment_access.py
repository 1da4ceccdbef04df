"""Environment access lists: who sets them, on what, and that a writer who came first shows (rule.md, section 7)."""

from typing import Any

import pytest

from app.db import tables
from app.policy.kinds import Kind
from app.services import environment_access
from tests.fixtures.client import unknown
from tests.services.guild import Guild, roles

SET, SWITCH = "setEnvironmentAccess", "setEnvironmentAccessEnabled"
SHOWN = (
    """membership { id environmentAccess { mode enforced allowedCount environments { name projectName } } } revision"""
)


def _list(guild: Guild, whose: str, *environments: str, mode: str = "LIMITED", **more: Any) -> dict[str, Any]:
    ids = [guild.id(path) for path in environments]
    return {"membershipId": guild.membership(whose), "mode": mode, "environmentIds": ids, **more}


@pytest.mark.requirement("QV-34", "QV-35", "QV-39")
async def test_a_list_is_replaced_as_a_whole(guild: Guild) -> None:
    production, dev = "core/web/production", "core/web/dev"
    for listed in ((production, production, dev), (dev,), ("secret/production",), ()):
        done = await guild.do("amy", SET, SHOWN, **_list(guild, "vic", *listed))
        access = done["membership"]["environmentAccess"]
        assert (access["mode"], access["allowedCount"]) == ("LIMITED", len(set(listed)))
        assert sorted((e["projectName"], e["name"]) for e in access["environments"]) == sorted(
            {(path.split("/")[-2], path.split("/")[-1]) for path in listed}
        )
        assert await guild.record() == (done["revision"], SET, guild.id("amy"), guild.membership("vic"))
        for path in (production, dev):
            assert await guild.may("vic", "ENVIRONMENT_VIEW", path) is (path in listed)
    before, _, _, _ = await guild.record()
    done = await guild.do("amy", SET, SHOWN, **_list(guild, "vic"))
    assert done["revision"] == before  # nothing changed, so nothing is on record


@pytest.mark.requirement("QV-5", "QV-17")
async def test_full_access_empties_the_list(guild: Guild) -> None:
    assert not await guild.may("lim", "ENVIRONMENT_VIEW", "core/web/production")
    done = await guild.do("ada", SET, SHOWN, **_list(guild, "lim", mode="FULL"))
    assert done["membership"]["environmentAccess"]["allowedCount"] is None
    assert await guild.may("lim", "ENVIRONMENT_VIEW", "core/web/production")
    assert await guild.client.instance.database.read(_entries_of(guild.membership("lim"))) == 0
    both = _list(guild, "lim", "core/web/dev", mode="FULL")
    for person in ("ada", "gus"):
        assert await guild.problems(person, SET, **both) == [(["input", "environmentIds"], "INVALID")]


def _entries_of(membership_id: str) -> Any:
    entries = tables.table_of(tables.EnvironmentAccessEntry)
    query = entries.select().where(entries.c.membership_id == membership_id, entries.c.until.is_(None))
    return lambda connection: len(connection.execute(query).all())


@pytest.mark.requirement("QV-21", "QV-22", "QV-24")
async def test_every_environment_there_is_can_be_listed_and_ones_own_list_widened(guild: Guild) -> None:
    """By who holds MEMBERS_MANAGE, whatever they see themselves; on record."""
    assert not await guild.may("moe", "PROJECT_VIEW", "secret")
    await guild.do("moe", SET, **_list(guild, "lim", "secret/production"))
    await guild.do("moe", SET, **_list(guild, "moe"))
    assert not await guild.may("moe", "ENVIRONMENT_VIEW", "core/web/dev")
    await guild.do("moe", SET, **_list(guild, "moe", mode="FULL"))
    assert await guild.may("moe", "ENVIRONMENT_VIEW", "core/web/dev")


async def test_who_may_not_set_a_list(guild: Guild) -> None:
    for person in ("lim", "vic", "max", "pat"):
        refusal = await guild.refusal(person, SET, **_list(guild, person, mode="FULL"))
        assert (refusal["code"], refusal["permission"]) == ("FORBIDDEN", "MEMBERS_MANAGE")
        assert refusal["resourceId"] == guild.id("acme")
    foreign = guild.client.world.organizations[1].memberships_of(guild.id("zoe"))[0].id
    answers = [
        await guild.refusal("gus", SET, **_list(guild, "gus") | {"membershipId": id})
        for id in (guild.membership("vic"), foreign, unknown(Kind.MEMBERSHIP))
    ]
    assert answers == [answers[0]] * 3
    assert answers[0]["code"] == "NOT_FOUND"


async def test_only_a_membership_of_the_organization_has_a_list(guild: Guild) -> None:
    below = {"membershipId": guild.membership("bob", "core")}
    assert await guild.problems("ada", SET, **_list(guild, "bob") | below) == [(["input", "membershipId"], "INVALID")]
    assert await guild.refused("tam", SET, **_list(guild, "bob") | below) == "FORBIDDEN"


@pytest.mark.requirement("QV-38")
async def test_each_environment_that_is_not_there_is_named(guild: Guild) -> None:
    ids = [guild.id("core/web/dev"), guild.id("globex/app/production"), unknown(Kind.ENVIRONMENT), guild.id("core")]
    problems = await guild.problems("ada", SET, **_list(guild, "vic") | {"environmentIds": ids})
    assert problems == [(["input", "environmentIds", index], "INVALID") for index in (1, 2, 3)]


async def test_a_writer_that_came_first_is_noticed(guild: Guild) -> None:
    seen, _, _, _ = await guild.record()
    await guild.do("amy", SWITCH, organizationId=guild.id("acme"), enabled=False)
    first = await guild.do("amy", SET, **_list(guild, "lim", "core/web/production", ifRevision=seen))
    late = _list(guild, "lim", "core/web/dev", ifRevision=seen)
    refusal = await guild.refusal("ada", SET, **late)
    assert refusal["code"] == "CONFLICT"
    await guild.do("ada", SET, **late | {"ifRevision": first["revision"]})
    await guild.do("ada", SET, **late | {"ifRevision": None})


@pytest.mark.parametrize("change", ["roles", "mode", "environment"])
async def test_whatever_changed_the_list_or_its_membership_came_first(guild: Guild, change: str) -> None:
    seen, _, _, _ = await guild.record()
    lim = guild.membership("lim")
    if change == "roles":
        await guild.do("ada", "updateMembership", membershipId=lim, roleIds=roles("MEMBER"))
    elif change == "mode":
        await guild.do("ada", SET, **_list(guild, "lim", mode="FULL"))
    else:
        await guild.do("ada", "stopEnvironment", environmentId=guild.id("core/web/dev"))
        await guild.do("ada", "deleteEnvironment", environmentId=guild.id("core/web/dev"))
    assert await guild.refused("ada", SET, **_list(guild, "lim", ifRevision=seen)) == "CONFLICT"
    await guild.do("ada", SET, **_list(guild, "vic", ifRevision=seen))


async def test_a_list_changes_by_what_one_revision_holds(guild: Guild, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(environment_access, "MOST_CHANGES", 2)
    wanted = ("core/web/production", "lab/dev")
    problems = await guild.problems("ada", SET, **_list(guild, "lim", *wanted))
    assert problems == [(["input", "environmentIds"], "INVALID")]
    await guild.do("ada", SET, **_list(guild, "lim", "core/web/dev", *wanted))
    await guild.do("ada", SET, **_list(guild, "lim", *wanted))


@pytest.mark.requirement("QV-4", "QV-5", "QV-6", "QV-7")
async def test_the_switch_keeps_lists(guild: Guild) -> None:
    off = {"organizationId": guild.id("acme"), "enabled": False}
    for person in ("mia", "max", "tam"):
        refusal = await guild.refusal(person, SWITCH, **off)
        assert (refusal["code"], refusal["permission"]) == ("FORBIDDEN", "MEMBERS_MANAGE")
    assert await guild.refused("zoe", SWITCH, **off) == "NOT_FOUND"
    for person, enabled in (("amy", False), ("kim", True)):
        done = await guild.do(
            person, SWITCH, "organization { environmentAccessEnabled } revision", **off | {"enabled": enabled}
        )
        assert done["organization"] == {"environmentAccessEnabled": enabled}
        assert await guild.record() == (done["revision"], SWITCH, guild.id(person), guild.id("acme"))
        assert await guild.may("lim", "ENVIRONMENT_VIEW", "core/web/production") is not enabled
        assert await guild.may("lim", "ENVIRONMENT_VIEW", "core/web/dev")
        if not enabled:
            await guild.do("amy", SET, **_list(guild, "vic"))
            assert await guild.may("vic", "ENVIRONMENT_VIEW", "core/web/dev")
    assert not await guild.may("vic", "ENVIRONMENT_VIEW", "core/web/dev")
