"""What is decided inside the transaction is decided on what is there by then, not on what was there at arrival."""

from typing import Any

import pytest

from app.db import tables
from app.errors import BailiwickError
from app.policy.vocabulary import ErrorCode
from app.services.facts_memory import structure_at
from app.services.memberships import remove_membership
from app.services.organizations import create_organization
from app.services.reader import Reader
from app.services.teams import create_team
from tests.fixtures.client import NOW
from tests.fixtures.world_store import secret_of
from tests.services.guild import Guild

ENTRIES = "restriction { id grants { id } approvalRules { id } }"
HOUR = 3_600_000_000
TEAM = {"name": "New", "slug": "new", "isolated": False}
PARTS = (
    "organization", "teams", "projects", "environments", "custom_roles", "memberships", "restrictions", "people",
)  # fmt: skip


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


async def test_what_a_change_leaves_is_in_memory_before_anybody_asks_and_as_it_would_be_read(yard: Guild) -> None:
    reader, instance = await came_in(yard, "ada"), yard.client.instance
    applied = await create_team(instance, reader, parent_id=yard.id("core"), **TEAM)
    kept = instance.memory.latest(yard.id("acme"))
    assert kept is not None
    assert kept.facts.revision == applied.revision
    assert applied.result in kept.facts.teams
    await _is_as_read(yard)


async def test_after_a_change_its_asker_stands_where_they_would_come_in(yard: Guild) -> None:
    reader, instance = await came_in(yard, "mia"), yard.client.instance
    for path in ("core", "acme"):
        applied = await remove_membership(instance, reader, membership_id=yard.membership("mia", path))
        reader = await came_in(yard, "mia")
        assert applied.arrival == reader.arrival
        assert (yard.id("acme") in reader.arrival.revisions) is (path == "core")


async def test_what_is_known_of_a_restriction_after_each_change_is_what_would_be_read(yard: Guild) -> None:
    """The one who wrote it doesn't read it again; what comes, changes and goes is where a reader would have it."""
    made = await yard.do(
        "ada",
        "restrictEnvironments",
        ENTRIES,
        scopeId=yard.id("core"),
        target={"name": "blue"},
        restriction={"grants": [_entry(yard, "mia"), _entry(yard, "max")], "approvalRules": [_rule("MAINTAINER")]},
    )
    await _is_as_read(yard)
    standing = made["restriction"]
    first, rule = standing["grants"][0]["id"], standing["approvalRules"][0]["id"]
    for change in (
        {"addGrants": [_entry(yard, "ada", expiresAt="2026-01-15T13:00:00Z")], "addApprovalRules": [_rule("MEMBER")]},
        {"updateApprovalRules": [{"ruleId": rule, "requiredApprovals": 2}], "hides": True},
        {"updateApprovalRules": [{"ruleId": rule, "requiredApprovals": 1}]},
        {"removeGrantIds": [first], "addGrants": [_entry(yard, "lim")]},
        {"removeApprovalRuleIds": [rule], "addApprovalRules": [_rule("ADMIN")]},
        {"addGrants": [_entry(yard, "mia")]},
    ):
        assert await yard.do("ada", "updateEnvironmentRestriction", restrictionId=standing["id"], **change)
        await _is_as_read(yard)
    yard.client.set_clock(NOW + HOUR)
    again = {"addGrants": [_entry(yard, "ada")]}
    assert await yard.do("ada", "updateEnvironmentRestriction", restrictionId=standing["id"], **again)
    await _is_as_read(yard)
    assert await yard.do("ada", "deleteEnvironmentRestriction", restrictionId=standing["id"])
    await _is_as_read(yard)


def _entry(yard: Guild, name: str, **more: Any) -> dict[str, Any]:
    return {"grantee": {"userId": yard.id(name)}} | more


def _rule(level: str) -> dict[str, Any]:
    return {"approver": {"level": level}}


async def _is_as_read(yard: Guild) -> None:
    instance = yard.client.instance
    kept = instance.memory.latest(yard.id("acme"))
    assert kept is not None
    at = (kept.facts.revision, kept.facts.instance_revision)
    read = await instance.database.read(lambda connection: structure_at(connection, yard.id("acme"), *at, None))
    assert read is not None
    for part in PARTS:
        assert getattr(kept.facts, part) == getattr(read.facts, part), part
    assert list(kept.facts.restrictions) == list(read.facts.restrictions)


async def test_what_was_refused_leaves_nothing_in_memory(yard: Guild) -> None:
    reader, instance = await came_in(yard, "max"), yard.client.instance
    await yard.may("max", "TEAM_VIEW", "core")
    before = instance.memory.latest(yard.id("acme"))
    await yard.client.set(tables.User, yard.id("max"), is_active=False)
    assert await refused(yard, reader) == [ErrorCode.UNAUTHENTICATED] * 2
    assert instance.memory.latest(yard.id("acme")) is before
