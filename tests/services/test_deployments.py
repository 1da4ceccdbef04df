"""Deployments are created and promoted by whoever may, and by nobody else."""

import pytest

from tests.fixtures.deploying import Site

SHOWN = "deployment { id status ref environment { id name tier state } promotedFrom { id } createdBy { name } }"
WARNED = f"{SHOWN} warnings {{ code message }} revision"


async def test_deploying_needs_the_permission_there(site: Site) -> None:
    asked = {"projectId": site.id("core/pay"), "ref": "v1"}
    made = (await site.do("dev", "createDeployment", SHOWN, environmentName="dev", **asked))["deployment"]
    assert (made["status"], made["ref"], made["environment"]["id"]) == ("READY", "v1", site.id("core/pay/dev"))
    record = await site.last_record()
    assert (record["action"], record["actor"]["name"]) == ("createDeployment", "dev")
    assert (record["targetId"], record["targetName"]) == (made["id"], "v1")
    error = await site.refusal("vic", "createDeployment", environmentName="dev", **asked)
    told = error["extensions"]
    assert (told["code"], told["permission"], told["resourceId"]) == (
        "FORBIDDEN",
        "ENVIRONMENT_DEPLOY",
        site.id("core/pay/dev"),
    )
    assert await site.refused("eve", "createDeployment", environmentName="prod", **asked) == "FORBIDDEN"
    assert await site.refused("guest", "createDeployment", environmentName="dev", **asked) == "NOT_FOUND"
    denied = (await site.denials())[-1]
    assert (denied.action, denied.target_id, denied.code) == ("createDeployment", site.id("core/pay"), "NOT_FOUND")


async def test_what_is_hidden_is_answered_like_what_is_not_there(site: Site) -> None:
    unknown = "prj_" + "0" * 24
    hidden = await site.refusal("guest", "createDeployment", projectId=site.id("core/pay"), ref="v1")
    assert (
        hidden["message"] == (await site.refusal("guest", "createDeployment", projectId=unknown, ref="v1"))["message"]
    )
    other = await site.refusal("out", "createDeployment", projectId=site.id("core/pay"), ref="v1")
    assert (other["message"], other["extensions"]["code"]) == (hidden["message"], "NOT_FOUND")


@pytest.mark.requirement("GL-27")
async def test_a_new_name_makes_the_environment_and_guesses_its_tier(site: Site) -> None:
    asked = {"projectId": site.id("core/pay"), "ref": "v1"}
    made = await site.do("dev", "createDeployment", WARNED, environmentName="staging", **asked)
    assert made["deployment"]["environment"]["tier"] == "STAGING"
    assert made["warnings"] == []
    doubtful = await site.do("dev", "createDeployment", WARNED, environmentName="prod-review", **asked)
    assert [warning["code"] for warning in doubtful["warnings"]] == ["TIER_GUESS"]
    assert doubtful["revision"] == made["revision"] + 1
    kinds = [fact["kind"] for fact in (await site.last_record())["after"]]
    assert sorted(kinds) == ["dep", "env"]
    there = await site.do("dev", "createDeployment", WARNED, environmentName="prod-review", **asked)
    assert there["deployment"]["environment"]["id"] == doubtful["deployment"]["environment"]["id"]
    assert there["warnings"] == []


async def test_a_new_name_needs_what_creating_it_needs(site: Site) -> None:
    asked = {"projectId": site.id("core/pay"), "ref": "v1"}
    assert await site.deploy("dev", "live-eu")
    assert await site.refused("eve", "createDeployment", environmentName="live-us", **asked) == "FORBIDDEN"
    # Who may create and not deploy, or the other way round, may not, and is told what lacks.
    refused = await site.refusal("dev-create", "createDeployment", environmentName="new", **asked)
    assert refused["extensions"]["permission"] == "ENVIRONMENT_DEPLOY"
    assert await site.do("dev-create", "createEnvironment", projectId=site.id("core/pay"), name="new")
    assert await site.deploy("far", "dev")
    refused = await site.refusal("far", "createDeployment", environmentName="newer", **asked)
    assert refused["extensions"]["permission"] == "ENVIRONMENT_CREATE"


async def test_a_name_that_is_hidden_is_decided_as_creating_it(site: Site) -> None:
    asked = {"projectId": site.id("core/pay"), "ref": "v1"}
    assert await site.deploy("boss", "secret-1")
    # A hiding restriction that isn't passed forbids the name, whether it is taken or not.
    taken = await site.refusal("dev", "createDeployment", environmentName="secret-1", **asked)
    free = await site.refusal("dev", "createDeployment", environmentName="secret-2", **asked)
    assert taken["extensions"]["code"] == "FORBIDDEN"
    assert {**taken["extensions"], "requestId": ""} == {**free["extensions"], "requestId": ""}
    assert taken["message"] == free["message"]


@pytest.mark.requirement("QV-12")
async def test_a_limited_member_gets_what_they_create_on_their_list(site: Site) -> None:
    created = await site.deploy("lim", "mine")
    seen = await site.shown("lim", created, "environment { name }")
    assert seen == {"environment": {"name": "mine"}}
    # What the list hides lim could well create, but the name is taken.
    await site.do("dev", "createEnvironment", projectId=site.id("core/pay"), name="theirs")
    asked = {"projectId": site.id("core/pay"), "ref": "v1"}
    assert await site.refused("lim", "createDeployment", environmentName="theirs", **asked) == "CONFLICT"


async def test_an_unplaced_one_needs_push(site: Site) -> None:
    created = await site.deploy("dev-push", None)
    assert (await site.shown("dev", created, "status environment { id }")) == {"status": "CREATED", "environment": None}
    error = await site.refusal("vic", "createDeployment", projectId=site.id("core/pay"), ref="v1")
    assert error["extensions"]["permission"] == "PROJECT_PUSH"
    asked = {"projectId": site.id("core/pay"), "ref": "v1", "environmentName": "dev"}
    assert await site.refused("dev-push", "createDeployment", **asked) == "FORBIDDEN"


async def test_a_stopped_environment_becomes_available(site: Site) -> None:
    for again in ("create", "promote", "run"):
        ready = await site.deploy("dev", "dev")
        await site.do("dev", "stopEnvironment", environmentId=site.id("core/pay/dev"))
        if again == "create":
            await site.deploy("dev", "dev")
        elif again == "promote":
            await site.do("dev", "promoteDeployment", deploymentId=ready, environmentId=site.id("core/pay/dev"))
        else:
            await site.step("dev", "runDeployment", ready)
        assert (await site.shown("dev", ready, "environment { state }"))["environment"]["state"] == "AVAILABLE", again


async def test_the_same_call_with_the_same_key_answers_the_same_deployment(site: Site) -> None:
    asked = {"projectId": site.id("core/pay"), "ref": "v1", "environmentName": "prod-demo", "idempotencyKey": "once"}
    first = await site.do("dev", "createDeployment", WARNED, **asked)
    assert await site.do("dev", "createDeployment", WARNED, **asked) == first
    for other in (
        {"ref": "v2"},
        {"environmentName": "dev"},
        {"environmentName": "unheard-of"},
        {"environmentName": None},
        {"projectId": site.id("core/other")},
        {"projectId": site.id("globex/web")},
    ):
        assert await site.refused("dev", "createDeployment", **asked | other) == "CONFLICT", other
    theirs = await site.do("eve", "createDeployment", WARNED, **asked)
    assert theirs["deployment"]["id"] != first["deployment"]["id"]
    unplaced = {"projectId": site.id("core/pay"), "ref": "v1", "idempotencyKey": "unplaced"}
    assert await site.deploy("dev", None, **unplaced) == await site.deploy("dev", None, **unplaced)
    assert await site.refused("dev", "createDeployment", environmentName="unheard-of", **unplaced) == "CONFLICT"


async def test_what_can_not_be_is_invalid_all_at_once(site: Site) -> None:
    asked = {"projectId": site.id("core/pay"), "ref": "", "environmentName": "a*", "idempotencyKey": "x" * 256}
    error = await site.refusal("guest", "createDeployment", **asked)
    paths = [problem["path"] for problem in error["extensions"]["problems"]]
    assert paths == [["input", "ref"], ["input", "idempotencyKey"], ["input", "environmentName"]]
    assert await site.refused("dev", "createDeployment", projectId="nonsense", ref="v1") == "INVALID"


async def test_a_promotion_is_decided_on_the_target_and_leaves_the_source(site: Site) -> None:
    source = await site.deploy("eve", "dev", ref="v7")
    before = await site.shown("eve", source, "status updatedAt environment { id }")
    to_prod = {"deploymentId": source, "environmentId": site.id("core/pay/prod")}
    made = (await site.do("dev", "promoteDeployment", SHOWN, **to_prod))["deployment"]
    assert (made["ref"], made["status"], made["promotedFrom"]) == ("v7", "BLOCKED", {"id": source})
    assert await site.shown("eve", source, "status updatedAt environment { id }") == before
    error = await site.refusal("eve", "promoteDeployment", **to_prod)
    assert (error["extensions"]["permission"], error["extensions"]["resourceId"]) == (
        "ENVIRONMENT_PROMOTE",
        site.id("core/pay/prod"),
    )
    assert (await site.denials())[-1].target_id == site.id("core/pay/prod")


async def test_a_promotion_stays_in_its_project_and_needs_both_in_sight(site: Site) -> None:
    source = await site.deploy("dev", "dev")
    hidden_source = await site.deploy("boss", "secret-1")
    target = site.id("core/pay/self")
    elsewhere = await site.refusal(
        "dev", "promoteDeployment", deploymentId=source, environmentId=site.id("core/other/dev")
    )
    assert elsewhere["extensions"]["problems"][0]["path"] == ["input", "environmentId"]
    assert elsewhere["extensions"]["code"] == "INVALID"
    for refused in (
        {"deploymentId": hidden_source, "environmentId": target},
        {"deploymentId": "dep_" + "0" * 24, "environmentId": target},
        {"deploymentId": source, "environmentId": site.id("core/pay/secret-1")},
        {"deploymentId": source, "environmentId": "env_" + "0" * 24},
        {"deploymentId": source, "environmentId": site.id("core/pay")},
    ):
        assert await site.refused("dev", "promoteDeployment", **refused) == "NOT_FOUND", refused
    # What is hidden comes before what is forbidden.
    assert (
        await site.refused("vic", "promoteDeployment", deploymentId=hidden_source, environmentId=target) == "NOT_FOUND"
    )
    assert await site.refused("vic", "promoteDeployment", deploymentId=source, environmentId=target) == "FORBIDDEN"


async def test_a_promotion_has_an_idempotency_key_too(site: Site) -> None:
    source, other = await site.deploy("dev", "dev"), await site.deploy("dev", "dev")
    asked = {"deploymentId": source, "environmentId": site.id("core/pay/self"), "idempotencyKey": "once"}
    first = await site.do("dev", "promoteDeployment", f"{SHOWN} revision", **asked)
    assert await site.do("dev", "promoteDeployment", f"{SHOWN} revision", **asked) == first
    assert await site.refused("dev", "promoteDeployment", **asked | {"deploymentId": other}) == "CONFLICT"
    assert (
        await site.refused("dev", "promoteDeployment", **asked | {"environmentId": site.id("core/pay/dev")})
        == "CONFLICT"
    )
    # A deployment of the same ref to the same place is another call.
    created = {"projectId": site.id("core/pay"), "ref": "main", "environmentName": "self", "idempotencyKey": "once"}
    assert await site.refused("dev", "createDeployment", **created) == "CONFLICT"
