"""GitLab: deployments to a protected environment wait until those whom its rules name have approved them."""

from dataclasses import dataclass

import pytest

from tests.conformance.gitlab import decide, deploys, finish, newcomer, protect, rule, start
from tests.conformance.house import Caller, House, Refused, grant

SUMMARY = """query($id: ID!) { deployment(id: $id) { status viewerCanApprove viewerCanRun approvalSummary {
    status required pending } } }"""


@dataclass(frozen=True, slots=True)
class Shop:
    """A project with `production`, which Dan and Dora develop and Mia maintains."""

    olga: Caller
    mia: Caller
    dan: Caller
    dora: Caller
    organization: str
    project: str


@pytest.fixture
async def shop(house: House) -> Shop:
    """Nothing is protected yet."""
    olga = await house.person("Olga")
    organization = await olga.organization()
    project = await olga.project(organization, "shop")
    await olga.environment(project, "production")
    mia = await newcomer(house, olga, "Mia", organization, MAINTAINER=project)
    dan, dora = [await newcomer(house, olga, name, organization, MEMBER=project) for name in ("Dan", "Dora")]
    return Shop(olga, mia, dan, dora, organization, project)


async def _team(
    house: House, shop: Shop, slug: str, *names: str, parent: str | None = None
) -> tuple[str, list[Caller]]:
    """A team invited to the project as a viewer, with people who are viewers in it."""
    team = await shop.olga.team(parent or shop.organization, slug)
    people = [await newcomer(house, shop.olga, name, shop.organization, VIEWER=team) for name in names]
    await shop.olga.add(team, shop.project, "VIEWER")
    return team, people


@pytest.mark.requirement("GL-74", "GL-19", "GL-28", "GL-22")
async def test_operators_run_what_quality_and_security_approved(house: House, shop: Shop) -> None:
    quality, (quinn,) = await _team(house, shop, "quality", "Quinn")
    security, (sara, sid) = await _team(house, shop, "security", "Sara", "Sid")
    rules = [rule(team=quality), rule(team=security, requiredApprovals=2)]
    await protect(shop.olga, shop.project, "production", grant(shop.dan), approvalRules=rules)
    deployment = await start(shop.dan, shop.project, "production")

    async def shown(caller: Caller) -> tuple[str, bool, bool, tuple[str, int, int]]:
        found = (await caller.ask(SUMMARY, id=deployment))["deployment"]
        return (
            found["status"],
            found["viewerCanApprove"],
            found["viewerCanRun"],
            tuple(found["approvalSummary"][each] for each in ("status", "required", "pending")),
        )

    assert await shown(quinn) == ("BLOCKED", True, False, ("PENDING", 3, 3))
    assert await shown(shop.dan) == ("BLOCKED", False, False, ("PENDING", 3, 3))
    assert await shop.dan.refused("runDeployment", deploymentId=deployment) == "INVALID_STATE"
    assert await shop.dora.refused("decideDeployment", deploymentId=deployment, decision="APPROVED") == "FORBIDDEN"

    assert await decide(sara, deployment) == "BLOCKED"
    assert await decide(quinn, deployment) == "BLOCKED"
    assert await shown(sid) == ("BLOCKED", True, False, ("PENDING", 3, 1))
    assert await decide(sid, deployment, comment="looked at it") == "READY"
    assert await shown(shop.dan) == ("READY", False, True, ("APPROVED", 3, 0))
    assert await sid.refused("runDeployment", deploymentId=deployment) == "FORBIDDEN"
    assert await finish(shop.dan, deployment) == "SUCCESS"


@pytest.mark.requirement("GL-74")
async def test_one_rejection_ends_it(house: House, shop: Shop) -> None:
    quality, (quinn, quentin) = await _team(house, shop, "quality", "Quinn", "Quentin")
    rules = [rule(team=quality, requiredApprovals=2)]
    await protect(shop.olga, shop.project, "production", grant(shop.dan), approvalRules=rules)
    deployment = await start(shop.dan, shop.project, "production")
    assert await decide(quinn, deployment) == "BLOCKED"
    assert await decide(quentin, deployment, "REJECTED") == "REJECTED"
    assert await quinn.refused("decideDeployment", deploymentId=deployment, decision="APPROVED") == (
        "NOT_WAITING_FOR_APPROVAL"
    )
    assert await shop.dan.refused("runDeployment", deploymentId=deployment) == "INVALID_STATE"


@pytest.mark.requirement("GL-7", "GL-8")
async def test_direct_members_approve_and_inherited_ones_only_where_the_rule_says_so(house: House, shop: Shop) -> None:
    parent, (above,) = await _team(house, shop, "quality", "Above")
    team, (direct,) = await _team(house, shop, "inner", "Direct", parent=parent)
    made = await protect(shop.olga, shop.project, "production", grant(shop.dan), approvalRules=[rule(team=team)])
    shown = "query($id: ID!) { node(id: $id) { ... on EnvironmentRestriction { approvalRules { id inheritance } } } }"
    (found,) = (await shop.olga.ask(shown, id=made))["node"]["approvalRules"]
    assert found["inheritance"] == "DIRECT"

    deployment = await start(shop.dan, shop.project, "production")
    assert await above.refused("decideDeployment", deploymentId=deployment, decision="APPROVED") == "FORBIDDEN"
    change = {"ruleId": found["id"], "inheritance": "ALL"}
    await shop.mia.do("updateEnvironmentRestriction", restrictionId=made, updateApprovalRules=[change])
    assert await decide(above, deployment) == "READY"
    assert await decide(direct, await start(shop.dan, shop.project, "production")) == "READY"


@pytest.mark.requirement("GL-9", "GL-20", "GL-14", "GL-15")
async def test_a_level_stands_for_the_projects_people_inherited_ones_included(house: House, shop: Shop) -> None:
    inherits = await newcomer(house, shop.olga, "Inherits", shop.organization, MAINTAINER=shop.organization)
    vera = await newcomer(house, shop.olga, "Vera", shop.organization, VIEWER=shop.project)
    approve = {
        "MEMBER": {"Dora", "Mia", "Inherits", "Olga"},
        "MAINTAINER": {"Mia", "Inherits", "Olga"},
    }
    for level, expected in approve.items():
        made = await protect(shop.mia, shop.project, "production", grant(shop.dan), approvalRules=[rule(level=level)])
        found = set()
        for person in (shop.dora, shop.mia, inherits, shop.olga, vera):
            deployment = await start(shop.dan, shop.project, "production")
            try:
                assert await decide(person, deployment) == "READY"
                found.add(person.name)
            except Refused:
                assert await person.refused("decideDeployment", deploymentId=deployment, decision="APPROVED") == (
                    "FORBIDDEN"
                )
        assert found == expected
        await shop.mia.do("deleteEnvironmentRestriction", restrictionId=made)


@pytest.mark.requirement("GL-19", "GL-12")
async def test_a_rule_of_each_kind(house: House, shop: Shop) -> None:
    team, (tess,) = await _team(house, shop, "quality", "Tess")
    rules = [rule(level="MAINTAINER"), rule(shop.dora), rule(team=team)]
    await protect(shop.olga, shop.project, "production", grant(shop.dan), approvalRules=rules)
    deployment = await start(shop.dan, shop.project, "production")
    assert [await decide(person, deployment) for person in (shop.dora, shop.mia, tess)] == [
        "BLOCKED",
        "BLOCKED",
        "READY",
    ]


@pytest.mark.requirement("GL-23")
async def test_no_more_approvals_than_people(house: House, shop: Shop) -> None:
    team, (first, _) = await _team(house, shop, "quality", "First", "Second")
    wanted = {"scopeId": shop.project, "target": {"name": "production"}}
    three = {"adminBypass": False, "grants": [grant(shop.dan)]} | {
        "approvalRules": [rule(team=team, requiredApprovals=3)]
    }
    assert await shop.olga.refused("restrictEnvironments", **wanted, restriction=three) == "INVALID"
    two = [rule(team=team, requiredApprovals=2)]
    made = await protect(shop.olga, shop.project, "production", grant(shop.dan), approvalRules=two)

    shown = """query($id: ID!) { node(id: $id) { ... on EnvironmentRestriction {
        approvalRules { id requiredApprovals satisfiable } } } }"""
    (found,) = (await shop.olga.ask(shown, id=made))["node"]["approvalRules"]
    assert (found["requiredApprovals"], found["satisfiable"]) == (2, True)
    change = {"restrictionId": made, "updateApprovalRules": [{"ruleId": found["id"], "requiredApprovals": 3}]}
    assert await shop.olga.refused("updateEnvironmentRestriction", **change) == "INVALID"

    memberships = """query($id: ID!) { team(id: $id) { members { nodes { id subject { ... on User { id } } } } } }"""
    listed = (await shop.olga.ask(memberships, id=team))["team"]["members"]["nodes"]
    (leaving,) = [each["id"] for each in listed if each["subject"]["id"] == first.id]
    await shop.olga.do("removeMembership", membershipId=leaving)
    (found,) = (await shop.olga.ask(shown, id=made))["node"]["approvalRules"]
    assert (found["requiredApprovals"], found["satisfiable"]) == (2, False)


@pytest.mark.requirement("GL-4", "GL-74")
async def test_approvals_bind_instance_administrators_and_those_who_deploy(house: House, shop: Shop) -> None:
    root = await house.person("Root", administrator=True)
    rules = [rule(level="MEMBER")]
    made = await protect(shop.mia, shop.project, "production", grant(shop.dan), approvalRules=rules)
    assert await start(root, shop.project, "production")
    deployment = await start(shop.dan, shop.project, "production")
    assert await root.refused("runDeployment", deploymentId=deployment) == "INVALID_STATE"
    assert await root.refused("decideDeployment", deploymentId=deployment, decision="APPROVED") == "FORBIDDEN"
    assert await shop.dan.refused("decideDeployment", deploymentId=deployment, decision="APPROVED") == "SELF_APPROVAL"
    await shop.mia.do("updateEnvironmentRestriction", restrictionId=made, allowSelfApproval=True)
    assert await decide(shop.dan, deployment) == "READY"
    await shop.mia.do("deleteEnvironmentRestriction", restrictionId=made)
    assert await deploys(root, shop.project, "production")
