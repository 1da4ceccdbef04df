"""Restrictions are made and changed, each entry judged and all or none saved (rule.md, section 5)."""

from typing import Any

import pytest

from app.policy.kinds import Kind
from tests.fixtures.client import unknown
from tests.fixtures.world_people import made_id
from tests.services.guild import Guild

MAKE, CHANGE = "restrictEnvironments", "updateEnvironmentRestriction"
GRANTS = "restriction { id grants { id source subject { ... on User { name } } } }"
PRODUCTION = made_id("res", "draft", "acme", "acme", "PRODUCTION")
STAGING = made_id("res", "draft", "acme", "core", "STAGING")


def entry(**grantee: Any) -> dict[str, Any]:
    return {"grantee": grantee}


async def made(yard: Guild, **restriction: Any) -> dict[str, Any]:
    """A restriction of the team core on a name of its own, made by ada."""
    asked = {"scopeId": yard.id("core"), "target": {"name": "blue"}, "restriction": restriction}
    found: dict[str, Any] = (await yard.do("ada", MAKE, GRANTS, **asked))["restriction"]
    return found


async def test_without_bypass_one_grant_always_stays(yard: Guild) -> None:
    asked = {"scopeId": yard.id("core"), "target": {"name": "blue"}, "restriction": {"adminBypass": False}}
    assert await yard.problems("ada", MAKE, **asked) == [(["input", "restriction", "grants"], "INVALID")]
    restriction = await made(yard, adminBypass=False, grants=[entry(userId=yard.id("mia"))])
    change = {"restrictionId": restriction["id"], "removeGrantIds": [restriction["grants"][0]["id"]]}
    assert await yard.problems("ada", CHANGE, **change) == [(["input", "removeGrantIds"], "INVALID")]
    instead = await yard.do("ada", CHANGE, GRANTS, addGrants=[entry(userId=yard.id("max"))], **change)
    (left,) = instead["restriction"]["grants"]
    assert left["subject"] == {"name": "max"}
    last = {"restrictionId": restriction["id"], "removeGrantIds": [left["id"]]}
    assert await yard.do("ada", CHANGE, adminBypass=True, **last)
    assert await yard.refused("ada", CHANGE, restrictionId=restriction["id"], adminBypass=False) == "INVALID"


@pytest.mark.requirement("GL-23")
async def test_a_rule_needs_no_more_approvals_than_there_are_people_to_give_them(yard: Guild) -> None:
    """Of core are mia and max; MAINTAINERs there are max and ada."""
    for approver in ({"teamId": yard.id("core")}, {"level": "MAINTAINER"}):
        for number, path in ((2, None), (3, ["input", "restriction", "approvalRules", 0, "requiredApprovals"])):
            rule = {"approver": approver, "requiredApprovals": number}
            target = {"name": f"blue-{number}-{next(iter(approver))}"}
            asked = {"scopeId": yard.id("core"), "target": target, "restriction": {"approvalRules": [rule]}}
            if path is None:
                assert await yard.do("ada", MAKE, **asked)
            else:
                assert await yard.problems("ada", MAKE, **asked) == [(path, "INVALID")]


async def test_whom_one_can_not_see_is_refused_like_nobody(yard: Guild) -> None:
    """max manages restrictions of lab, and sees neither what is isolated nor what never was."""
    for kind, ids in (("teamId", [yard.id("vault"), unknown(Kind.TEAM)]), ("userId", [unknown(Kind.USER)])):
        for id in ids:
            grants = [entry(userId=yard.id("mia")), entry(**{kind: id})]
            asked = {"scopeId": yard.id("lab"), "target": {"name": "dev"}, "restriction": {"grants": grants}}
            refusal = await yard.refusal("max", MAKE, **asked)
            (problem,) = refusal["problems"]
            assert problem["path"] == ["input", "restriction", "grants", 1, "grantee", kind]
            assert (problem["code"], problem["message"]) == ("INVALID", f"there is no such {kind[:4]}")


async def test_every_entry_that_can_not_be_is_named_and_none_is_saved(yard: Guild) -> None:
    grants = [entry(userId=yard.id(name)) for name in ("mia", "vic", "gus")]
    asked = {"scopeId": yard.id("lab"), "target": {"name": "dev"}, "restriction": {"grants": grants}}
    path = ["input", "restriction", "grants"]
    assert await yard.problems("max", MAKE, **asked) == [
        ([*path, 1, "grantee", "userId"], "INELIGIBLE_SUBJECT"),
        ([*path, 2, "grantee", "userId"], "INELIGIBLE_SUBJECT"),
    ]


async def test_one_restriction_a_scope_and_target(yard: Guild) -> None:
    for scope, target in (("acme", {"tier": "PRODUCTION"}), ("ops", {"name": "dev"})):
        asked = {"scopeId": yard.id(scope), "target": target, "restriction": {}}
        assert await yard.refused("ada", MAKE, **asked) == "CONFLICT"
    assert await yard.do("ada", MAKE, scopeId=yard.id("core"), target={"tier": "PRODUCTION"}, restriction={})


@pytest.mark.requirement("GL-61")
async def test_one_from_above_is_seen_below_and_changed_by_nobody_there(yard: Guild) -> None:
    for mutation, more in (
        (CHANGE, {"hides": True}),
        ("setEnvironmentRestrictionEnabled", {"enabled": False}),
        ("deleteEnvironmentRestriction", {}),
    ):
        for restriction, scope in ((PRODUCTION, "acme"), (STAGING, "core")):
            refusal = await yard.refusal("max", mutation, restrictionId=restriction, **more)
            told = (refusal["code"], refusal["permission"], refusal["resourceId"])
            assert told == ("FORBIDDEN", "ENVIRONMENT_RESTRICT", yard.id(scope))
