"""GitLab: access that allows deployments and nothing else, given to people who are only viewers."""

from dataclasses import dataclass

import pytest

from tests.conformance.gitlab import at, deploys, newcomer, protect
from tests.conformance.house import DAY, Caller, House, grant, role_ids

OTHER_WRITES = (
    "ENVIRONMENT_STOP",
    "ENVIRONMENT_DELETE",
    "ENVIRONMENT_TERMINAL",
    "ENVIRONMENT_SCALE",
    "ENVIRONMENT_UPDATE_SETTINGS",
    "ENVIRONMENT_UPDATE_DEPLOYMENT",
)


@dataclass(frozen=True, slots=True)
class Shop:
    """A project with two environments, run by Mia, its maintainer; Dan develops it and Olga owns everything."""

    olga: Caller
    mia: Caller
    dan: Caller
    organization: str
    project: str
    production: str
    staging: str


@pytest.fixture
async def shop(house: House) -> Shop:
    """The page's project before anything is protected."""
    olga = await house.person("Olga")
    organization = await olga.organization()
    project = await olga.project(organization, "shop")
    production, staging = [await olga.environment(project, name) for name in ("production", "staging")]
    mia = await newcomer(house, olga, "Mia", organization, MAINTAINER=project)
    dan = await newcomer(house, olga, "Dan", organization, MEMBER=project)
    return Shop(olga, mia, dan, organization, project, production, staging)


@pytest.mark.requirement("GL-16", "GL-17", "GL-29", "GL-31", "GL-32", "GL-33", "GL-34", "GL-35", "GL-41", "GL-42")
@pytest.mark.requirement("GL-43", "GL-68")
async def test_a_team_is_made_invited_as_a_viewer_and_let_in_to_deploy_only(house: House, shop: Shop) -> None:
    sean = await newcomer(house, shop.olga, "Sean", shop.organization)
    assert not await sean.sees(shop.project)

    team = await shop.olga.team(shop.organization, "protected-access-group")
    joined = await shop.olga.add(sean, team, "VIEWER")
    await shop.olga.add(shop.mia, team, "VIEWER")
    membership = """query($id: ID!) { node(id: $id) { ... on Membership {
        roles { key } expiresAt subject { ... on User { name } ... on Team { slug } } } } }"""
    assert (await shop.olga.ask(membership, id=joined))["node"] == {
        "roles": [{"key": "VIEWER"}],
        "expiresAt": None,
        "subject": {"name": "Sean"},
    }
    assert not await sean.sees(shop.project)

    invited = await shop.olga.add(team, shop.project, "VIEWER")
    found = (await shop.olga.ask(membership, id=invited))["node"]
    assert found["subject"] == {"slug": "protected-access-group"}
    assert await sean.sees(shop.production)
    assert not await deploys(sean, shop.project, "production")

    protection = await protect(shop.mia, shop.project, "production", grant(team=team))
    shown = """query($id: ID!) { node(id: $id) { ... on EnvironmentRestriction {
        environmentName grants { source level subject { ... on Team { slug } } } } } }"""
    assert (await shop.mia.ask(shown, id=protection))["node"] == {
        "environmentName": "production",
        "grants": [{"source": "EXPLICIT", "level": None, "subject": {"slug": "protected-access-group"}}],
    }

    assert await deploys(sean, shop.project, "production")
    assert await sean.may("ENVIRONMENT_PROMOTE", shop.production)
    assert not await deploys(shop.dan, shop.project, "production")
    assert [await sean.code(each, shop.production) for each in OTHER_WRITES] == ["FORBIDDEN"] * len(OTHER_WRITES)
    assert await sean.refused("stopEnvironment", environmentId=shop.production) == "FORBIDDEN"
    assert not await deploys(sean, shop.project, "staging")
    assert await deploys(shop.dan, shop.project, "staging")


@pytest.mark.requirement("GL-75")
async def test_what_names_no_environment_is_judged_by_the_role(house: House, shop: Shop) -> None:
    team = await shop.olga.team(shop.organization, "releasers")
    sean = await newcomer(house, shop.olga, "Sean", shop.organization, VIEWER=team)
    await shop.olga.add(team, shop.project, "VIEWER")
    await protect(shop.olga, shop.project, "production", grant(team=team))
    unplaced = {"projectId": shop.project, "ref": "main"}
    assert await deploys(sean, shop.project, "production")
    assert await sean.refused("createDeployment", **unplaced) == "FORBIDDEN"
    assert await sean.code("PROJECT_PUSH", shop.project) == "FORBIDDEN"
    done = await shop.dan.do("createDeployment", "deployment { status environment { id } }", **unplaced)
    assert done["deployment"] == {"status": "CREATED", "environment": None}


@pytest.mark.requirement("GL-18", "GL-35")
async def test_a_viewer_is_let_in_by_no_other_way(house: House, shop: Shop) -> None:
    vera = await newcomer(house, shop.olga, "Vera", shop.organization, VIEWER=shop.project)
    wanted = {"scopeId": shop.project, "target": {"name": "production"}}
    for entry, code in ((grant(vera), "INELIGIBLE_SUBJECT"), (grant(level="VIEWER"), "INVALID")):
        restriction = {"adminBypass": False, "grants": [entry]}
        assert await shop.mia.refused("restrictEnvironments", **wanted, restriction=restriction) == code
    await protect(shop.mia, shop.project, "production", grant(level="MEMBER"), grant(shop.dan))
    assert not await deploys(vera, shop.project, "production")
    assert await deploys(shop.dan, shop.project, "production")

    team = await shop.olga.team(shop.organization, "releasers")
    await shop.olga.add(vera, team, "VIEWER")
    await shop.olga.add(team, shop.project, "VIEWER")
    await protect(shop.olga, shop.project, "staging", grant(team=team))
    assert await deploys(vera, shop.project, "staging")


@pytest.mark.requirement("GL-18", "GL-35")
async def test_who_was_let_in_by_name_and_becomes_a_viewer_needs_a_team(house: House, shop: Shop) -> None:
    team = await shop.olga.team(shop.organization, "releasers")
    ella = await house.person("Ella")
    await shop.olga.add(ella, shop.organization, "GUEST")
    held = await shop.olga.add(ella, shop.project, "MEMBER")
    await shop.olga.add(ella, team, "VIEWER")
    await shop.olga.add(team, shop.project, "VIEWER")
    brief = grant(team=team, expiresAt=at(house.now() + DAY))
    await protect(shop.olga, shop.project, "production", grant(ella), brief)
    await shop.olga.do("updateMembership", membershipId=held, roleIds=role_ids("VIEWER"))
    assert await deploys(ella, shop.project, "production")
    house.pass_time(2 * DAY)
    assert not await deploys(ella, shop.project, "production")
    decision = await ella.decision("ENVIRONMENT_DEPLOY", shop.production)
    assert [each["gate"] for each in decision["reasons"] if not each["passed"]] == ["ROLE"]


@pytest.mark.requirement("GL-30", "GL-31")
async def test_memberships_and_invitations_end(house: House, shop: Shop) -> None:
    team = await shop.olga.team(shop.organization, "releasers")
    stays, leaves = [await newcomer(house, shop.olga, name, shop.organization) for name in ("Stays", "Leaves")]
    await shop.olga.add(stays, team, "VIEWER")
    await shop.olga.add(leaves, team, "VIEWER", expiresAt=at(house.now() + DAY))
    await shop.olga.add(team, shop.project, "VIEWER", expiresAt=at(house.now() + 3 * DAY))
    await protect(shop.olga, shop.project, "production", grant(team=team))
    assert await deploys(stays, shop.project, "production")
    assert await deploys(leaves, shop.project, "production")

    house.pass_time(2 * DAY)
    assert await deploys(stays, shop.project, "production")
    assert not await leaves.sees(shop.project)

    house.pass_time(2 * DAY)
    assert not await stays.sees(shop.project)
    assert await stays.refused("createDeployment", projectId=shop.project, ref="main") == "NOT_FOUND"
