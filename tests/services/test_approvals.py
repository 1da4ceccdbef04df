"""Who matches an approval rule decides a deployment, once, until it runs (rule.md, section 8)."""

import pytest

from app.db import tables
from app.store.ledger import Writer
from tests.fixtures.deploying import Site
from tests.fixtures.world_people import made_id

CAN = "status viewerCanApprove viewerCanReject"


@pytest.mark.requirement("GL-74", "GL-48")
async def test_all_rules_met_make_it_ready_and_it_never_starts_by_itself(site: Site) -> None:
    made = await site.deploy("dev", "prod")
    assert (await site.shown("dev", made, "status")) == {"status": "BLOCKED"}
    assert await site.decide("qa1", made, comment="fine by me") == "BLOCKED"
    record = await site.last_record()
    assert (record["action"], record["targetId"], record["reason"]) == ("decideDeployment", made, "fine by me")
    assert record["actor"]["name"] == "qa1"
    assert await site.decide("sec1", made) == "READY"
    assert await site.step("dev", "runDeployment", made) == "RUNNING"


async def test_the_order_of_refusals(site: Site) -> None:
    made = await site.deploy("dev", "self")
    asked = {"deploymentId": made, "decision": "APPROVED"}
    foreign = {"ruleId": site.rule("prod", 0)}
    for person, more, code in (
        ("guest", foreign, "NOT_FOUND"),
        ("vic", foreign, "FORBIDDEN"),
        ("sec1", {}, "FORBIDDEN"),
        ("qa1-view", {}, "FORBIDDEN"),
        ("qa1", foreign, "NO_MATCHING_RULE"),
        ("qa1", {"ruleId": "apr_" + "0" * 24}, "NO_MATCHING_RULE"),
        ("qa1", {"ruleId": site.rule("self", 1)}, "NO_MATCHING_RULE"),
        ("qa1", {"ruleId": "nonsense"}, "INVALID"),
        ("guest", {"comment": "x" * 256}, "INVALID"),
    ):
        assert await site.refused(person, "decideDeployment", **asked | more) == code, (person, more)
    await site.step("dev", "cancelDeployment", made)
    assert await site.refused("qa1", "decideDeployment", **asked | foreign) == "NO_MATCHING_RULE"
    assert await site.refused("qa1", "decideDeployment", **asked) == "NOT_WAITING_FOR_APPROVAL"
    assert await site.refused("vic", "decideDeployment", **asked) == "FORBIDDEN"
    prod = await site.deploy("dev", "prod")
    await site.write(lambda writer: _let_approve(writer, site, "dev"))
    asked = {"deploymentId": prod, "decision": "APPROVED"}
    assert await site.refused("dev", "decideDeployment", **asked) == "SELF_APPROVAL"
    await site.step("dev", "cancelDeployment", prod)
    assert await site.refused("dev", "decideDeployment", **asked) == "NOT_WAITING_FOR_APPROVAL"
    assert (await site.denials())[-1].action == "decideDeployment"


async def test_an_unknown_deployment_is_answered_like_a_hidden_one(site: Site) -> None:
    made = await site.deploy("boss", "secret-1")
    for mutation, more in {"decideDeployment": {"decision": "APPROVED"}, "withdrawDecision": {}}.items():
        hidden = await site.refusal("dev", mutation, deploymentId=made, **more)
        unknown = await site.refusal("dev", mutation, deploymentId="dep_" + "0" * 24, **more)
        assert hidden["message"] == unknown["message"]
        assert {**hidden["extensions"], "requestId": ""} == {**unknown["extensions"], "requestId": ""}
        assert hidden["extensions"]["code"] == "NOT_FOUND"


async def test_an_unplaced_one_has_no_rule_to_match(site: Site) -> None:
    made = await site.deploy("dev", None)
    assert await site.refused("qa1", "decideDeployment", deploymentId=made, decision="APPROVED") == "FORBIDDEN"
    assert await site.refused("qa1", "withdrawDecision", deploymentId=made) == "NOT_WAITING_FOR_APPROVAL"


async def test_people_alone_decide(site: Site) -> None:
    made = await site.deploy("dev", "prod")
    await site.write(lambda writer: _let_approve(writer, site, "robot"))
    assert await site.refused("robot", "decideDeployment", deploymentId=made, decision="APPROVED") == "FORBIDDEN"
    assert await site.decide("qa1-approve", made) == "BLOCKED"


@pytest.mark.parametrize("deployer", ["dev", "robot"])
async def test_ones_own_is_rejected_and_approved_only_where_that_is_allowed(site: Site, deployer: str) -> None:
    await site.write(lambda writer: _let_approve(writer, site, "dev"))
    own, there = await site.deploy(deployer, "prod"), await site.deploy(deployer, "self")
    await _same_as_mutation(site, "dev", own, {"APPROVED": "SELF_APPROVAL", "REJECTED": None})
    await _same_as_mutation(site, "dev", there, {"APPROVED": None, "REJECTED": None})
    others = await site.deploy("boss", "prod")
    await _same_as_mutation(site, "dev", others, {"APPROVED": None, "REJECTED": None})


async def test_making_an_account_is_not_forgotten_when_it_leaves(site: Site) -> None:
    await site.write(lambda writer: _let_approve(writer, site, "dev"))
    own = await site.deploy("robot", "prod")
    membership = made_id("mem", "deploying", "acme", "robot", "acme")
    await site.write(lambda writer: writer.end(tables.Membership, membership))
    assert await site.refused("dev", "decideDeployment", deploymentId=own, decision="APPROVED") == "SELF_APPROVAL"
    assert (await site.shown("dev", own, "viewerCanApprove")) == {"viewerCanApprove": False}


async def test_who_made_the_key_made_the_deployment(site: Site) -> None:
    key = made_id("key", "deploying", "robot")
    await site.write(lambda writer: writer.set(tables.ApiKey, key, created_by=site.id("qa1")))
    own = await site.deploy("robot", "prod")
    assert await site.refused("qa1", "decideDeployment", deploymentId=own, decision="APPROVED") == "SELF_APPROVAL"
    assert await site.decide("qa2", own) == "BLOCKED"


@pytest.mark.parametrize("before", ["BLOCKED", "READY"])
async def test_one_rejection_rejects_for_good(site: Site, before: str) -> None:
    made = await site.deploy("dev", "prod")
    for person in ("qa1", "sec1") if before == "READY" else ():
        await site.decide(person, made)
    assert await site.decide("qa2", made, "REJECTED", comment="no") == "REJECTED"
    asked = {"deploymentId": made}
    for person, decision in (("qa2", "APPROVED"), ("qa2", "REJECTED"), ("both", "APPROVED")):
        code = await site.refused(person, "decideDeployment", **asked, decision=decision)
        assert code == "NOT_WAITING_FOR_APPROVAL"
    assert await site.refused("qa2", "withdrawDecision", **asked) == "NOT_WAITING_FOR_APPROVAL"
    assert await site.refused("dev", "runDeployment", **asked) == "INVALID_STATE"
    shown = await site.shown(
        "qa2", made, "viewerApproval { decision comment user { name } } approvalSummary { status }"
    )
    assert shown["viewerApproval"] == {"decision": "REJECTED", "comment": "no", "user": {"name": "qa2"}}
    assert shown["approvalSummary"]["status"] == "REJECTED"


async def test_repeating_a_decision_changes_nothing(site: Site) -> None:
    made = await site.deploy("dev", "prod")
    named = {"ruleId": site.rule("prod", 1), "comment": "yes"}
    await site.decide("both", made, **named)
    before = await site.rows()
    await site.decide("both", made, **named)
    await site.decide("both", made)
    assert await site.rows() == before
    assert await site.decide("qa1", made) == "READY"
    await site.write(lambda writer: writer.set(tables.ApprovalRule, site.rule("prod", 0), inheritance="ALL"))
    before = await site.rows()
    assert await site.decide("qa1", made) == "READY"
    assert await site.rows() == before


async def test_a_decision_is_changed_and_withdrawn_until_it_runs(site: Site) -> None:
    made = await site.deploy("dev", "prod")
    await site.decide("qa1", made)
    assert await site.decide("both", made, ruleId=site.rule("prod", 1), comment="first") == "READY"
    assert await site.decide("both", made, ruleId=site.rule("prod", 0)) == "BLOCKED"
    shown = await site.shown("both", made, "viewerApproval { comment countsFor { ruleId } }")
    assert shown["viewerApproval"] == {"comment": "first", "countsFor": {"ruleId": site.rule("prod", 0)}}
    assert await site.decide("both", made, ruleId=None, comment=None) == "READY"
    assert (await site.shown("both", made, "viewerApproval { comment }")) == {"viewerApproval": {"comment": None}}
    assert await site.step("both", "withdrawDecision", made) == "BLOCKED"
    assert (await site.last_record())["action"] == "withdrawDecision"
    assert (await site.shown("both", made, "viewerApproval { comment }")) == {"viewerApproval": None}
    assert await site.refused("both", "withdrawDecision", deploymentId=made) == "INVALID_STATE"
    assert await site.decide("both", made) == "READY"
    await site.step("dev", "runDeployment", made)
    assert await site.refused("both", "withdrawDecision", deploymentId=made) == "NOT_WAITING_FOR_APPROVAL"
    for decision in ("APPROVED", "REJECTED"):
        code = await site.refused("both", "decideDeployment", deploymentId=made, decision=decision)
        assert code == "NOT_WAITING_FOR_APPROVAL"


async def test_withdrawing_needs_a_key_that_covers_approving(site: Site) -> None:
    made = await site.deploy("dev", "prod")
    await site.decide("qa1", made)
    assert await site.refused("qa1-view", "withdrawDecision", deploymentId=made) == "FORBIDDEN"
    assert await site.step("qa1-approve", "withdrawDecision", made) == "BLOCKED"


async def test_who_left_the_team_may_withdraw_and_counts_no_more(site: Site) -> None:
    made = await site.deploy("dev", "prod")
    await site.decide("qa1", made)
    assert await site.decide("sec1", made) == "READY"
    left = made_id("mem", "deploying", "acme", "qa1", "qa")
    await site.write(lambda writer: writer.end(tables.Membership, left))
    assert (await site.shown("dev", made, "status")) == {"status": "BLOCKED"}
    assert await site.refused("dev", "runDeployment", deploymentId=made) == "INVALID_STATE"
    assert await site.refused("qa1", "decideDeployment", deploymentId=made, decision="REJECTED") == "FORBIDDEN"
    assert await site.step("qa1", "withdrawDecision", made) == "BLOCKED"


async def test_what_is_ready_takes_no_further_approval_but_a_rejection(site: Site) -> None:
    made = await site.deploy("dev", "prod")
    await site.decide("qa1", made)
    await site.decide("sec1", made)
    await _same_as_mutation(site, "qa2", made, {"APPROVED": "NOT_WAITING_FOR_APPROVAL", "REJECTED": None})
    other = await site.deploy("dev", "prod")
    await site.decide("qa1", other)
    await site.decide("sec1", other)
    await _same_as_mutation(site, "qa1", other, {"APPROVED": None, "REJECTED": None})


async def _same_as_mutation(site: Site, person: str, deployment_id: str, codes: dict[str, str | None]) -> None:
    """What viewerCanX says is what the mutation does."""
    shown = await site.shown(person, deployment_id, CAN)
    fields = {"APPROVED": "viewerCanApprove", "REJECTED": "viewerCanReject"}
    for decision, code in codes.items():
        assert shown[fields[decision]] == (code is None), (person, decision)
        if code is None:
            await site.decide(person, deployment_id, decision)
        else:
            asked = {"deploymentId": deployment_id, "decision": decision}
            assert await site.refused(person, "decideDeployment", **asked) == code


def _let_approve(writer: Writer, site: Site, name: str) -> None:
    """A rule of its own for somebody on prod, where nobody approves their own."""
    writer.add(
        tables.ApprovalRule,
        site.id("acme"),
        restriction_id=made_id("res", "deploying", "acme", "core", "prod"),
        user_id=site.id(name),
        inheritance="DIRECT",
        required_approvals=1,
    )
