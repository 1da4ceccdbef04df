"""Keys make keys, never wider or longer than themselves, and never beyond who asks (rule.md, sections 2 and 10)."""

from typing import Any

import pytest

from app.policy.kinds import Kind
from tests.fixtures.client import unknown
from tests.services.guild import Guild, roles

CREATE, REVOKE = "createApiKey", "revokeApiKey"
IN_AN_HOUR, LATER = "2026-01-15T13:00:00Z", "2026-01-15T13:00:00.000001Z"
DEPLOY = ["ENVIRONMENT_DEPLOY"]


async def test_a_key_makes_no_key_that_lives_longer(yard: Guild) -> None:
    for wanted in ({}, {"expiresAt": LATER}):
        assert await yard.refused("mia-hour", CREATE, name="new", **wanted) == "FORBIDDEN"
    made = await yard.do("mia-hour", CREATE, "apiKey { expiresAt } secret", name="new", expiresAt=IN_AN_HOUR)
    assert made["apiKey"] == {"expiresAt": IN_AN_HOUR}
    assert await yard.do("mia", CREATE, name="for ever")


async def test_a_key_makes_no_key_with_more_permissions(yard: Guild) -> None:
    for permissions in (None, ["ENVIRONMENT_STOP"], [*DEPLOY, "ENVIRONMENT_STOP"]):
        assert await yard.refused("mia-deploys", CREATE, name="new", permissions=permissions) == "FORBIDDEN"
    for permissions in (DEPLOY, [], [*DEPLOY, "ENVIRONMENT_SCALE"]):
        made = await yard.do("mia-deploys", CREATE, "apiKey { permissions }", name="new", permissions=permissions)
        assert set(made["apiKey"]["permissions"]) == {
            *("ORGANIZATION_VIEW", "TEAM_VIEW", "PROJECT_VIEW", "ENVIRONMENT_VIEW"),
            *permissions,
        }


async def test_a_key_makes_no_key_outside_of_its_part(yard: Guild) -> None:
    assert await yard.refused("mia-web", CREATE, name="new") == "FORBIDDEN"
    for path in ("core", "lab", "lab/dev", "acme"):
        assert await yard.refused("mia-web", CREATE, name="new", resourceId=yard.id(path)) == "NOT_FOUND"
    for path in ("core/web", "core/web/dev"):
        assert await yard.do("mia-web", CREATE, name="new", resourceId=yard.id(path))


async def test_a_part_that_is_hidden_is_answered_like_none(yard: Guild) -> None:
    ids = [yard.id("secret"), yard.id("vault"), unknown(Kind.PROJECT)]
    for user in ({}, {"userId": yard.id("robot")}):
        answers = [await yard.refusal("mia", CREATE, name="new", resourceId=id, **user) for id in ids]
        assert answers == [answers[0]] * 3
        assert answers[0]["code"] == "NOT_FOUND", "even where nothing of the kind is permitted"
    seen = {"name": "new", "userId": yard.id("robot"), "resourceId": yard.id("lab")}
    assert await yard.refused("mia", CREATE, **seen) == "FORBIDDEN"


async def test_who_keeps_service_accounts_makes_their_keys_within_what_they_hold(yard: Guild) -> None:
    robot = {"name": "new", "userId": yard.id("robot")}
    assert await yard.refused("kit", CREATE, **robot) == "PRIVILEGE_ESCALATION"
    assert await yard.refused("kit", CREATE, permissions=DEPLOY, **robot) == "PRIVILEGE_ESCALATION"
    assert await yard.do("kit", CREATE, permissions=["MEMBERS_VIEW"], **robot)
    assert await yard.do("ada", CREATE, **robot)
    assert await yard.refused("ada", CREATE, name="new", userId=yard.id("mia")) == "INELIGIBLE_SUBJECT"


async def test_an_account_s_roles_on_any_node_count(yard: Guild) -> None:
    viewer = await yard.do("ada", "createServiceAccount", "user { id }", organizationId=yard.id("acme"), name="bot")
    bot = {"name": "new", "userId": viewer["user"]["id"]}
    assert await yard.do("kit", CREATE, **bot)
    member = {"userId": bot["userId"]}
    await yard.do("ada", "addMembership", resourceId=yard.id("lab"), roleIds=roles("MEMBER"), member=member)
    assert await yard.refused("kit", CREATE, **bot) == "PRIVILEGE_ESCALATION"


@pytest.mark.parametrize(("owner", "revoker"), [("mia", "mia"), ("robot", "kit"), ("robot", "ada")])
async def test_a_key_that_is_revoked_opens_nothing(yard: Guild, owner: str, revoker: str) -> None:
    account: dict[str, Any] = {"userId": yard.id(owner)} if owner == "robot" else {}
    made = await yard.do("ada" if account else owner, CREATE, "apiKey { id } secret", name="new", **account)
    headers = {"Authorization": f"Bearer {made['secret']}"}
    asked = {"json": {"query": "{ viewer { user { name } } }"}, "headers": headers}
    assert (await yard.client.http.post("/graphql", **asked)).status_code == 200
    for other in ("vic", "max"):
        assert await yard.refused(other, REVOKE, apiKeyId=made["apiKey"]["id"]) == "NOT_FOUND"
    await yard.do(revoker, REVOKE, apiKeyId=made["apiKey"]["id"])
    assert (await yard.client.http.post("/graphql", **asked)).status_code == 401
