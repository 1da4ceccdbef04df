"""GitLab: who is let in, by name, level or team, and what becomes of a deployment of somebody who isn't."""

from dataclasses import dataclass

import pytest

from tests.conformance.gitlab import deploys, finish, newcomer, protect
from tests.conformance.house import Caller, House, Refused, grant

LEVELS = "VIEWER", "MEMBER", "MAINTAINER", "ADMIN"


@dataclass(frozen=True, slots=True)
class Shop:
    """A project with `production` and one person of each level on it."""

    olga: Caller
    people: dict[str, Caller]
    organization: str
    project: str
    production: str


@pytest.fixture
async def shop(house: House) -> Shop:
    """Nothing is protected yet."""
    olga = await house.person("Olga")
    organization = await olga.organization()
    project = await olga.project(organization, "shop")
    production = await olga.environment(project, "production")
    people = {each: await newcomer(house, olga, each.title(), organization, **{each: project}) for each in LEVELS}
    return Shop(olga, people, organization, project, production)


async def _who_deploys(shop: Shop) -> set[str]:
    return {name for name, person in shop.people.items() if await deploys(person, shop.project, "production")}


@pytest.mark.requirement("GL-13", "GL-14", "GL-15", "GL-36", "GL-2")
async def test_levels(shop: Shop) -> None:
    assert await _who_deploys(shop) == {"MEMBER", "MAINTAINER", "ADMIN"}
    let_in = {
        "MEMBER": {"MEMBER", "MAINTAINER", "ADMIN"},
        "MAINTAINER": {"MAINTAINER", "ADMIN"},
        "ADMIN": {"ADMIN"},
    }
    for level, expected in let_in.items():
        protection = await protect(shop.people["MAINTAINER"], shop.project, "production", grant(level=level))
        assert await _who_deploys(shop) == expected
        await shop.olga.do("deleteEnvironmentRestriction", restrictionId=protection)
    for level in ("GUEST", "VIEWER"):
        restriction = {"adminBypass": False, "grants": [grant(level=level)]}
        wanted = {"scopeId": shop.project, "target": {"name": "production"}, "restriction": restriction}
        assert await shop.olga.refused("restrictEnvironments", **wanted) == "INVALID"


@pytest.mark.requirement("GL-12", "GL-36", "GL-37", "GL-34", "GL-3")
async def test_a_level_a_person_and_a_team_side_by_side(house: House, shop: Shop) -> None:
    team = await shop.olga.team(shop.organization, "releasers")
    tess, ned = [
        await newcomer(house, shop.olga, name, shop.organization, MEMBER=shop.project) for name in ("Tess", "Ned")
    ]
    await shop.olga.add(tess, team, "MEMBER")
    await shop.olga.add(team, shop.project, "MEMBER")
    entries = grant(level="ADMIN"), grant(shop.people["MEMBER"]), grant(team=team)
    await protect(shop.olga, shop.project, "production", *entries)
    assert await _who_deploys(shop) == {"MEMBER", "ADMIN"}
    assert await deploys(tess, shop.project, "production")
    assert not await deploys(ned, shop.project, "production")


@pytest.mark.requirement("GL-69", "GL-3", "GL-68")
async def test_who_is_not_let_in_is_refused_with_reasons(shop: Shop) -> None:
    protection = await protect(shop.olga, shop.project, "production", grant(level="MAINTAINER"))
    dan = shop.people["MEMBER"]
    input = {"projectId": shop.project, "ref": "main", "environmentName": "production"}
    with pytest.raises(Refused) as refused:
        await dan.do("createDeployment", **input)
    error = refused.value.errors[0]
    assert error["message"]
    assert error["extensions"]["code"] == "FORBIDDEN"
    assert error["extensions"]["permission"] == "ENVIRONMENT_DEPLOY"
    assert error["extensions"]["resourceId"] == shop.production
    failed = [
        each for each in (await dan.decision("ENVIRONMENT_DEPLOY", shop.production))["reasons"] if not each["passed"]
    ]
    assert [(each["gate"], each["source"]) for each in failed] == [("ENVIRONMENT_RESTRICTION", {"id": protection})]

    counted = "query($id: ID!) { environment(id: $id) { deployments { totalCount } currentDeployment { id } } }"
    assert (await dan.ask(counted, id=shop.production))["environment"] == {
        "deployments": {"totalCount": 0},
        "currentDeployment": None,
    }
    assert await deploys(shop.people["MAINTAINER"], shop.project, "production")
    assert (await dan.ask(counted, id=shop.production))["environment"]["deployments"] == {"totalCount": 1}


@pytest.mark.requirement("GL-27", "GL-28", "GL-68")
async def test_a_deployment_makes_its_environment_and_waits_to_be_run(shop: Shop) -> None:
    input = {"projectId": shop.project, "ref": "main", "environmentName": "review/login"}
    select = "deployment { id status environment { name tier tierSource } } warnings { code }"
    assert await shop.people["VIEWER"].refused("createDeployment", **input) == "FORBIDDEN"
    named = 'query($id: ID!) { project(id: $id) { environment(name: "review/login") { currentDeployment { id } } } }'
    assert (await shop.olga.ask(named, id=shop.project))["project"] == {"environment": None}

    dan = shop.people["MEMBER"]
    done = await dan.do("createDeployment", select, **input)
    made = done["deployment"]
    assert made["environment"] == {"name": "review/login", "tier": "DEVELOPMENT", "tierSource": "GUESSED"}
    assert (made["status"], done["warnings"]) == ("READY", [])
    assert (await shop.olga.ask(named, id=shop.project))["project"] == {"environment": {"currentDeployment": None}}
    assert await finish(dan, made["id"]) == "SUCCESS"
    shown = (await shop.olga.ask(named, id=shop.project))["project"]["environment"]
    assert shown == {"currentDeployment": {"id": made["id"]}}
