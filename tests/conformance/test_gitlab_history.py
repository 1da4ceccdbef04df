"""GitLab: who approved stays known when rules are changed, deleted and added later."""

from dataclasses import dataclass

import pytest

from tests.conformance.gitlab import decide, finish, newcomer, protect, rule, start
from tests.conformance.house import Caller, Data, House, grant

HISTORY = """query($id: ID!) { deployment(id: $id) { status viewerCanApprove approvalSummary {
    status required pending
    rules { rule { id } subject { ... on Team { slug } } level required approved status appliesToDeployment
            viewerCanApprove }
    approvals { user { name } decision comment countsFor { ruleId required subject { ... on Team { slug } } } } } } }"""
RULES = "query($id: ID!) { node(id: $id) { ... on EnvironmentRestriction { approvalRules { id } } } }"


@dataclass(frozen=True, slots=True)
class Shop:
    """A project whose deployments to `production` by Dan are approved by Quinn, of the team quality."""

    olga: Caller
    dan: Caller
    dora: Caller
    quinn: Caller
    organization: str
    project: str
    protection: str
    rule: str


@pytest.fixture
async def shop(house: House) -> Shop:
    """One approval rule, one approver."""
    olga = await house.person("Olga")
    organization = await olga.organization()
    project = await olga.project(organization, "shop")
    await olga.environment(project, "production")
    dan, dora = [await newcomer(house, olga, name, organization, MEMBER=project) for name in ("Dan", "Dora")]
    quality = await olga.team(organization, "quality")
    quinn = await newcomer(house, olga, "Quinn", organization, VIEWER=quality)
    await olga.add(quality, project, "VIEWER")
    protection = await protect(olga, project, "production", grant(dan), approvalRules=[rule(team=quality)])
    (found,) = (await olga.ask(RULES, id=protection))["node"]["approvalRules"]
    return Shop(olga, dan, dora, quinn, organization, project, protection, found["id"])


async def _history(caller: Caller, deployment_id: str) -> Data:
    found: Data = (await caller.ask(HISTORY, id=deployment_id))["deployment"]
    return found


async def _approved(shop: Shop) -> str:
    deployment = await start(shop.dan, shop.project, "production")
    assert await decide(shop.quinn, deployment, comment="tried it") == "READY"
    return deployment


@pytest.mark.requirement("GL-47", "GL-50", "GL-48")
async def test_a_deleted_rule_leaves_who_approved(shop: Shop) -> None:
    deployment = await _approved(shop)
    assert await finish(shop.dan, deployment) == "SUCCESS"
    change = {"restrictionId": shop.protection, "removeApprovalRuleIds": [shop.rule]}
    await shop.olga.do("updateEnvironmentRestriction", **change)
    assert (await shop.olga.ask(RULES, id=shop.protection))["node"] == {"approvalRules": []}

    summary = (await _history(shop.olga, deployment))["approvalSummary"]
    assert summary["approvals"] == [
        {
            "user": {"name": "Quinn"},
            "decision": "APPROVED",
            "comment": "tried it",
            "countsFor": {"ruleId": shop.rule, "required": 1, "subject": {"slug": "quality"}},
        }
    ]
    assert (summary["status"], summary["required"], summary["pending"]) == ("APPROVED", 1, 0)
    (line,) = summary["rules"]
    assert (line["rule"], line["subject"], line["approved"]) == (None, {"slug": "quality"}, 1)

    await shop.olga.do("deleteEnvironmentRestriction", restrictionId=shop.protection)
    assert (await _history(shop.olga, deployment))["approvalSummary"]["approvals"] == summary["approvals"]

    audit = """query($id: ID!, $target: ID!) { organization(id: $id) {
        audit(targetId: $target, action: "decideDeployment") { nodes { actor { name } reason targetId } } } }"""
    variables = {"id": shop.organization, "target": deployment}
    found = (await shop.olga.ask(audit, **variables))["organization"]["audit"]["nodes"]
    assert found == [{"actor": {"name": "Quinn"}, "reason": "tried it", "targetId": deployment}]
    assert (await shop.dan.ask(audit, **variables))["organization"]["audit"] is None


@pytest.mark.requirement("GL-50", "GL-48")
async def test_changed_and_rejecting_decisions_are_in_the_history_too(shop: Shop) -> None:
    deployment = await _approved(shop)
    assert await decide(shop.quinn, deployment, "REJECTED", comment="it broke") == "REJECTED"
    change = {"restrictionId": shop.protection, "removeApprovalRuleIds": [shop.rule]}
    await shop.olga.do("updateEnvironmentRestriction", **change)
    found = await _history(shop.dan, deployment)
    assert found["status"] == found["approvalSummary"]["status"] == "REJECTED"
    (decision,) = (await _history(shop.olga, deployment))["approvalSummary"]["approvals"]
    assert (decision["user"], decision["decision"], decision["comment"]) == ({"name": "Quinn"}, "REJECTED", "it broke")
    assert decision["countsFor"]["ruleId"] == shop.rule

    audit = """query($id: ID!, $target: ID!) { organization(id: $id) {
        audit(targetId: $target, action: "decideDeployment") { nodes { reason } } } }"""
    found = await shop.olga.ask(audit, id=shop.organization, target=deployment)
    assert [each["reason"] for each in found["organization"]["audit"]["nodes"]] == ["it broke", "tried it"]


@pytest.mark.requirement("GL-49")
async def test_a_later_rule_stands_beside_what_is_finished(shop: Shop) -> None:
    finished, waiting = await _approved(shop), await _approved(shop)
    await finish(shop.dan, finished)
    change = {"restrictionId": shop.protection, "addApprovalRules": [rule(shop.dora)]}
    await shop.olga.do("updateEnvironmentRestriction", **change)
    (added,) = [
        each["id"]
        for each in (await shop.olga.ask(RULES, id=shop.protection))["node"]["approvalRules"]
        if each["id"] != shop.rule
    ]

    seen = await _history(shop.dora, finished)
    assert (seen["status"], seen["viewerCanApprove"]) == ("SUCCESS", False)
    assert (seen["approvalSummary"]["status"], seen["approvalSummary"]["required"]) == ("APPROVED", 1)
    lines = {each["rule"]["id"]: each for each in seen["approvalSummary"]["rules"]}
    assert {id: (each["appliesToDeployment"], each["viewerCanApprove"]) for id, each in lines.items()} == {
        shop.rule: (True, False),
        added: (False, False),
    }
    refused = await shop.dora.refused("decideDeployment", deploymentId=finished, decision="APPROVED")
    assert refused == "NOT_WAITING_FOR_APPROVAL"

    seen = await _history(shop.dora, waiting)
    assert (seen["status"], seen["viewerCanApprove"]) == ("BLOCKED", True)
    assert await decide(shop.dora, waiting) == "READY"


@pytest.mark.requirement("GL-47", "GL-50")
async def test_a_rule_deleted_while_a_deployment_waits_still_shows_who_approved_by_it(shop: Shop) -> None:
    change = {"restrictionId": shop.protection, "addApprovalRules": [rule(shop.dora)]}
    await shop.olga.do("updateEnvironmentRestriction", **change)
    deployment = await start(shop.dan, shop.project, "production")
    assert await decide(shop.quinn, deployment) == "BLOCKED"
    change = {"restrictionId": shop.protection, "removeApprovalRuleIds": [shop.rule]}
    await shop.olga.do("updateEnvironmentRestriction", **change)

    summary = (await _history(shop.olga, deployment))["approvalSummary"]
    assert (summary["required"], summary["pending"]) == (1, 1)
    lines = [(each["subject"], each["approved"], each["appliesToDeployment"]) for each in summary["rules"]]
    assert ({"slug": "quality"}, 1, False) in lines
    assert [(each["user"], each["countsFor"]["ruleId"]) for each in summary["approvals"]] == [
        ({"name": "Quinn"}, shop.rule)
    ]
    assert await decide(shop.dora, deployment) == "READY"
