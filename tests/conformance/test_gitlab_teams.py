"""GitLab: operators protect tiers for every project below a team, developers tune what is left to them."""

from dataclasses import dataclass

import pytest

from tests.conformance.gitlab import deploys, newcomer, protect
from tests.conformance.house import Caller, House, grant

NAMES = "development", "testing", "staging", "production"


@dataclass(frozen=True, slots=True)
class Company:
    """A topmost team with its operators' and apps' teams below it, and a project with an environment of each tier.

    Opal is an operator and owns the topmost team; Dev is a developer of it. Staging and production are protected.
    Olga owns the organization and lets people into it.
    """

    olga: Caller
    opal: Caller
    dev: Caller
    organization: str
    company: str
    operators: str
    apps: str
    project: str
    production: str


@pytest.fixture
async def company(house: House) -> Company:
    """The page's example."""
    olga = await house.person("Olga")
    organization = await olga.organization()
    company = await olga.team(organization, "company")
    operators, apps = [await olga.team(company, slug) for slug in ("operators", "apps")]
    project = await olga.project(apps, "project-a")
    made = {name: await olga.environment(project, name) for name in NAMES}
    opal = await newcomer(house, olga, "Opal", organization, ADMIN=company, MEMBER=operators)
    dev = await newcomer(house, olga, "Dev", organization, MEMBER=company)
    for tier in ("STAGING", "PRODUCTION"):
        await protect(opal, company, {"tier": tier}, grant(team=operators))
    return Company(olga, opal, dev, organization, company, operators, apps, project, made["production"])


@pytest.mark.requirement("GL-51", "GL-52", "GL-53", "GL-54", "GL-55", "GL-60", "GL-68", "GL-73")
async def test_four_tiers_by_two_people(house: House, company: Company) -> None:
    ops = await newcomer(house, company.olga, "Ops", company.organization, MEMBER=company.company)
    await company.opal.add(ops, company.operators, "MEMBER")
    found = {
        name: tuple([await deploys(person, company.project, name) for person in (company.dev, ops)]) for name in NAMES
    }
    assert found == {
        "development": (True, True),
        "testing": (True, True),
        "staging": (False, True),
        "production": (False, True),
    }


@pytest.mark.requirement("GL-57", "GL-51")
async def test_one_tier_has_many_names(company: Company) -> None:
    other = await company.opal.project(company.apps, "project-b")
    await company.opal.environment(company.project, "gprd")
    await company.opal.environment(other, "Production")
    await company.opal.environment(other, "review")
    for project, name in ((company.project, "gprd"), (other, "Production")):
        assert not await deploys(company.dev, project, name)
        assert await deploys(company.opal, project, name)
    assert await deploys(company.dev, other, "review")


@pytest.mark.requirement("GL-58", "GL-70")
async def test_the_tier_must_be_right(company: Company) -> None:
    tiers = "query($id: ID!) { environment(id: $id) { tier tierSource restricted } }"
    main = await company.opal.environment(company.project, "main")
    shown = (await company.dev.ask(tiers, id=main))["environment"]
    assert shown == {"tier": "OTHER", "tierSource": "GUESSED", "restricted": False}
    assert await deploys(company.dev, company.project, "main")

    await company.opal.do("updateEnvironmentSettings", environmentId=main, tier="PRODUCTION")
    shown = (await company.dev.ask(tiers, id=main))["environment"]
    assert shown == {"tier": "PRODUCTION", "tierSource": "EXPLICIT", "restricted": True}
    assert not await deploys(company.dev, company.project, "main")
    escape = {"environmentId": main, "tier": "OTHER"}
    assert await company.dev.refused("updateEnvironmentSettings", **escape) == "FORBIDDEN"

    done = await company.opal.do(
        "createEnvironment",
        "environment { tier } warnings { code }",
        projectId=company.project,
        name="non-prod",
    )
    assert done == {"environment": {"tier": "STAGING"}, "warnings": [{"code": "TIER_GUESS"}]}


@pytest.mark.requirement("GL-56", "GL-71")
async def test_a_team_protects_tiers_each_once(company: Company) -> None:
    team = grant(team=company.operators)
    wanted = {"scopeId": company.company, "restriction": {"adminBypass": False, "grants": [team]}}
    assert await company.opal.refused("restrictEnvironments", target={"tier": "gprd"}, **wanted) == "INVALID"
    assert await company.opal.refused("restrictEnvironments", target={"tier": "PRODUCTION"}, **wanted) == "CONFLICT"
    for tier in ("TESTING", "DEVELOPMENT", "OTHER"):
        await company.opal.do("restrictEnvironments", target={"tier": tier}, **wanted)
    shown = "query($id: ID!) { team(id: $id) { restrictions { nodes { tier environmentName } } } }"
    found = (await company.opal.ask(shown, id=company.company))["team"]["restrictions"]["nodes"]
    assert {each["tier"] for each in found} == {"PRODUCTION", "STAGING", "TESTING", "DEVELOPMENT", "OTHER"}

    assert await deploys(company.dev, company.project, "playground") is False
    await protect(company.opal, company.company, "gprd*", team)
    probe = {"permission": "ENVIRONMENT_DEPLOY", "resourceId": company.project, "environmentName": "gprd-eu"}
    asked = "query($input: CheckInput!) { check(input: $input) { allowed } }"
    assert (await company.dev.ask(asked, input=probe))["check"] == {"allowed": False}
    assert (await company.opal.ask(asked, input=probe))["check"] == {"allowed": True}


@pytest.mark.requirement("GL-59", "GL-60", "GL-62", "GL-63", "GL-64")
async def test_only_operators_rule_the_topmost_team(house: House, company: Company) -> None:
    mia = await newcomer(house, company.olga, "Mia", company.organization, MAINTAINER=company.company)
    pat = await newcomer(
        house, company.olga, "Pat", company.organization, MEMBER=company.company, ADMIN=company.project
    )
    listed = """query($id: ID!) { team(id: $id) { restrictions(inherited: false) {
        nodes { id tier viewerCanManage grants { subject { ... on Team { slug } } } } } } }"""
    target = {"target": {"tier": "TESTING"}, "restriction": {"adminBypass": False, "grants": [grant(level="MEMBER")]}}
    for person in (mia, pat, company.dev):
        assert await person.refused("restrictEnvironments", scopeId=company.company, **target) == "FORBIDDEN"
        shown = (await person.ask(listed, id=company.company))["team"]["restrictions"]["nodes"]
        assert [(each["viewerCanManage"], each["grants"]) for each in shown] == [(False, None)] * 2
        for each in shown:
            change = {"restrictionId": each["id"], "addGrants": [grant(person)]}
            assert await person.refused("updateEnvironmentRestriction", **change) == "FORBIDDEN"
            assert await person.refused("deleteEnvironmentRestriction", restrictionId=each["id"]) == "FORBIDDEN"
    shown = (await company.opal.ask(listed, id=company.company))["team"]["restrictions"]["nodes"]
    assert [(each["viewerCanManage"], each["grants"]) for each in shown] == [
        (True, [{"subject": {"slug": "operators"}}])
    ] * 2
    await company.opal.do("restrictEnvironments", scopeId=company.company, **target)


@pytest.mark.requirement("GL-61", "GL-67")
async def test_maintainers_below_tune_lower_environments(house: House, company: Company) -> None:
    mia = await newcomer(house, company.olga, "Mia", company.organization, MAINTAINER=company.apps)
    own = await protect(mia, company.project, "testing", grant(level="MAINTAINER"))
    assert await deploys(mia, company.project, "testing")
    assert not await deploys(company.dev, company.project, "testing")

    listed = """query($id: ID!) { project(id: $id) {
        inherited: restrictions(inherited: true) { nodes { id tier viewerCanManage } }
        own: restrictions(inherited: false) { nodes { id viewerCanManage } } } }"""
    shown = (await mia.ask(listed, id=company.project))["project"]
    assert shown["own"]["nodes"] == [{"id": own, "viewerCanManage": True}]
    inherited = shown["inherited"]["nodes"]
    assert {each["tier"]: each["viewerCanManage"] for each in inherited} == {"STAGING": False, "PRODUCTION": False}
    for each in inherited:
        switch = {"restrictionId": each["id"], "enabled": False}
        assert await mia.refused("setEnvironmentRestrictionEnabled", **switch) == "FORBIDDEN"
        change = {"restrictionId": each["id"], "addGrants": [grant(level="MEMBER")]}
        assert await mia.refused("updateEnvironmentRestriction", **change) == "FORBIDDEN"
        assert await mia.refused("deleteEnvironmentRestriction", restrictionId=each["id"]) == "FORBIDDEN"
    assert not await deploys(mia, company.project, "production")
    await mia.do("deleteEnvironmentRestriction", restrictionId=own)
    assert await deploys(company.dev, company.project, "testing")
