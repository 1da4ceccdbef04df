"""Deployments are run, finished and canceled in their order, by who may deploy there at that moment."""

import pytest

from app.db import tables
from app.policy.vocabulary import RoleLevel
from app.store.ledger import Writer
from tests.fixtures.deploying import Site
from tests.fixtures.world_people import made_id

STEPS = {"runDeployment": {}, "finishDeployment": {"succeeded": True}, "cancelDeployment": {}}


async def test_a_deployment_runs_and_succeeds_or_fails(site: Site) -> None:
    for succeeded, status in ((True, "SUCCESS"), (False, "FAILED")):
        made = await site.deploy("dev", "dev")
        assert await site.step("eve", "runDeployment", made) == "RUNNING"
        assert (await site.last_record())["action"] == "runDeployment"
        assert await site.step("eve", "finishDeployment", made, succeeded=succeeded) == status
        record = await site.last_record()
        assert (record["action"], record["targetId"]) == ("finishDeployment", made)
        current = await site.shown("dev", made, "environment { currentDeployment { status } }")
        assert current["environment"]["currentDeployment"] == {"status": "SUCCESS"}


@pytest.mark.parametrize(
    ("steps", "taken"),
    [
        ([], {"runDeployment", "cancelDeployment"}),
        (["runDeployment"], {"finishDeployment", "cancelDeployment"}),
        (["runDeployment", "finishDeployment"], set()),
        (["cancelDeployment"], set()),
        (["runDeployment", "cancelDeployment"], set()),
    ],
)
async def test_each_state_allows_some_steps_and_no_others(site: Site, steps: list[str], taken: set[str]) -> None:
    for mutation, more in STEPS.items():
        made = await site.deploy("dev", "dev")
        for step in steps:
            await site.step("dev", step, made, **STEPS[step])
        shown = await site.shown("dev", made, "viewerCanRun viewerCanCancel")
        assert shown["viewerCanRun"] == ("runDeployment" in taken)
        assert shown["viewerCanCancel"] == ("cancelDeployment" in taken)
        if mutation in taken:
            await site.step("dev", mutation, made, **more)
        else:
            assert await site.refused("dev", mutation, deploymentId=made, **more) == "INVALID_STATE"


async def test_what_waits_for_approvals_is_not_run_but_can_be_canceled(site: Site) -> None:
    made = await site.deploy("dev", "prod")
    assert await site.refused("dev", "runDeployment", deploymentId=made) == "INVALID_STATE"
    assert (await site.shown("dev", made, "viewerCanRun"))["viewerCanRun"] is False
    assert await site.step("dev", "cancelDeployment", made) == "CANCELED"
    assert (await site.shown("dev", made, "approvalSummary { status pending }"))["approvalSummary"] == {
        "status": "PENDING",
        "pending": 2,
    }


async def test_an_unplaced_one_is_canceled_with_push_and_never_run(site: Site) -> None:
    made = await site.deploy("eve", None)
    assert await site.refused("dev", "runDeployment", deploymentId=made) == "INVALID_STATE"
    assert await site.refused("vic", "cancelDeployment", deploymentId=made) == "FORBIDDEN"
    assert await site.step("dev-push", "cancelDeployment", made) == "CANCELED"


async def test_every_step_asks_anew_who_may_deploy(site: Site) -> None:
    made = await site.deploy("dev", "live-eu")
    for mutation, more in STEPS.items():
        for person, code in {"vic": "FORBIDDEN", "eve": "FORBIDDEN", "guest": "NOT_FOUND", "lim": "NOT_FOUND"}.items():
            error = await site.refusal(person, mutation, deploymentId=made, **more)
            assert error["extensions"]["code"] == code, (mutation, person)
        assert (await site.denials())[-1].action == mutation
    # dev, too, once nothing lets them pass any more
    grant = made_id("gra", made_id("res", "deploying", "acme", "core/pay", "live-*"), "0")
    await site.write(lambda writer: writer.end(tables.Grant, grant))
    for mutation, more in STEPS.items():
        assert await site.refused("dev", mutation, deploymentId=made, **more) == "FORBIDDEN"
    shown = await site.shown("dev", made, "viewerCanRun viewerCanCancel")
    assert shown == {"viewerCanRun": False, "viewerCanCancel": False}


async def test_a_hidden_deployment_is_answered_like_none(site: Site) -> None:
    made = await site.deploy("boss", "secret-1")
    for mutation, more in STEPS.items():
        hidden = await site.refusal("dev", mutation, deploymentId=made, **more)
        unknown = await site.refusal("dev", mutation, deploymentId="dep_" + "0" * 24, **more)
        assert hidden["message"] == unknown["message"]
        assert {**hidden["extensions"], "requestId": ""} == {**unknown["extensions"], "requestId": ""}
        assert await site.refused("dev", mutation, deploymentId="nonsense", **more) == "INVALID"


async def test_a_rule_that_comes_later_stops_what_was_ready(site: Site) -> None:
    made = await site.deploy("dev", "dev")
    restriction = made_id("res", "test", "later")

    def restrict(writer: Writer) -> None:
        add, ledger = writer.add, site.id("acme")
        switches = {"admin_bypass": True, "hides": False, "allow_self_approval": False, "enabled": True}
        add(
            tables.Restriction,
            ledger,
            id=restriction,
            scope_id=site.id("core/pay"),
            environment_name="dev",
            **switches,
        )
        add(
            tables.Grant,
            ledger,
            restriction_id=restriction,
            user_id=site.id("dev"),
            inheritance="DIRECT",
            source="EXPLICIT",
        )
        add(
            tables.ApprovalRule,
            ledger,
            restriction_id=restriction,
            level=RoleLevel.ADMIN,
            inheritance="DIRECT",
            required_approvals=1,
        )

    await site.write(restrict)
    assert await site.refused("dev", "runDeployment", deploymentId=made) == "INVALID_STATE"
    assert await site.decide("boss", made) == "READY"
    assert await site.step("dev", "runDeployment", made) == "RUNNING"
