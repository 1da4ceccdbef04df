"""GitLab: where several levels protect one environment, all of them must let somebody in."""

import pytest

from tests.conformance.gitlab import deploys, newcomer, protect
from tests.conformance.house import Caller, House, grant


async def _by_team(house: House, owner: Caller, organization: str, top: str, *teams: str) -> dict[str, Caller]:
    """Developers of `top`: one in neither team, one in each alone, one in both."""
    people = {}
    for name, joined in {"neither": (), "first": teams[:1], "second": teams[1:], "both": teams}.items():
        people[name] = await newcomer(house, owner, name, organization, MEMBER=top)
        for team in joined:
            await owner.add(people[name], team, "MEMBER")
    return people


@pytest.mark.requirement("GL-66", "GL-68")
async def test_one_must_be_let_in_by_the_team_and_by_the_project(house: House) -> None:
    olga = await house.person("Olga")
    organization = await olga.organization()
    top = await olga.team(organization, "company")
    operators, releasers = [await olga.team(top, slug) for slug in ("operators", "releasers")]
    project = await olga.project(top, "shop")
    await olga.environment(project, "gprd")
    people = await _by_team(house, olga, organization, top, operators, releasers)
    assert all([await deploys(person, project, "gprd") for person in people.values()])

    await olga.add(releasers, project, "MEMBER")
    above = await protect(olga, top, {"tier": "PRODUCTION"}, grant(team=operators))
    here = await protect(olga, project, "gprd", grant(team=releasers))

    async def found() -> dict[str, bool]:
        return {name: await deploys(person, project, "gprd") for name, person in people.items()}

    assert await found() == {"neither": False, "first": False, "second": False, "both": True}
    await olga.do("setEnvironmentRestrictionEnabled", restrictionId=here, enabled=False)
    assert await found() == {"neither": False, "first": True, "second": False, "both": True}
    await olga.do("setEnvironmentRestrictionEnabled", restrictionId=here, enabled=True)
    await olga.do("deleteEnvironmentRestriction", restrictionId=above)
    assert await found() == {"neither": False, "first": False, "second": True, "both": True}


@pytest.mark.requirement("GL-65")
async def test_a_lower_team_does_not_loosen_a_higher_one(house: House) -> None:
    olga = await house.person("Olga")
    organization = await olga.organization()
    top = await olga.team(organization, "company")
    lower = await olga.team(top, "lower")
    first, second = [await olga.team(lower, slug) for slug in ("first", "second")]
    project = await olga.project(lower, "shop")
    production = await olga.environment(project, "production")
    people = await _by_team(house, olga, organization, top, first, second)
    lena = await newcomer(house, olga, "Lena", organization, ADMIN=lower)

    above = await protect(olga, top, {"tier": "PRODUCTION"}, grant(team=first))
    below = await protect(lena, lower, {"tier": "PRODUCTION"}, grant(team=second), grant(lena))
    found = {name: await deploys(person, project, "production") for name, person in people.items()}
    assert found == {"neither": False, "first": False, "second": False, "both": True}

    assert not await deploys(lena, project, "production")
    assert await lena.refused("deleteEnvironmentRestriction", restrictionId=above) == "FORBIDDEN"
    reasons = (await people["second"].decision("ENVIRONMENT_DEPLOY", production))["reasons"]
    passed = {each["source"]["id"]: each["passed"] for each in reasons if each["gate"] == "ENVIRONMENT_RESTRICTION"}
    assert passed[above] is False
    assert below not in passed or passed[below] is True
