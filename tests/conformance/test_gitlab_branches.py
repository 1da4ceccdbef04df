"""GitLab: who is let in and may push also stops, deletes and opens terminals; here pushing is asked of the project."""

import pytest

from tests.conformance.gitlab import deploys, newcomer, protect
from tests.conformance.house import House, grant

MORE = "ENVIRONMENT_STOP", "ENVIRONMENT_DELETE", "ENVIRONMENT_TERMINAL"


@pytest.mark.requirement("GL-38", "GL-39", "GL-40", "GL-41")
async def test_being_let_in_and_pushing_are_both_needed(house: House) -> None:
    olga = await house.person("Olga")
    organization = await olga.organization()
    project = await olga.project(organization, "shop")
    production = await olga.environment(project, "production")
    team = await olga.team(organization, "releasers")
    await olga.add(team, project, "VIEWER")
    named, out = [await newcomer(house, olga, name, organization, MEMBER=project) for name in ("Named", "Out")]
    viewer = await newcomer(house, olga, "Viewer", organization, VIEWER=team)
    member = await newcomer(house, olga, "Member", organization, MEMBER=project)
    await olga.add(member, team, "VIEWER")
    await protect(olga, project, "production", grant(named), grant(team=team))

    may = {
        person.name: [await person.may(each, production) for each in ("ENVIRONMENT_DEPLOY", *MORE)]
        for person in (named, member, viewer, out)
    }
    assert may == {
        "Named": [True, True, True, True],
        "Member": [True, True, True, True],
        "Viewer": [True, False, False, False],
        "Out": [False, False, False, False],
    }
    for person in (viewer, out):
        assert await person.refused("stopEnvironment", environmentId=production) == "FORBIDDEN"
        assert await person.refused("deleteEnvironment", environmentId=production) == "FORBIDDEN"
    assert await named.refused("deleteEnvironment", environmentId=production) == "INVALID_STATE"
    done = await named.do("stopEnvironment", "environment { state }", environmentId=production)
    assert done["environment"] == {"state": "STOPPED"}
    await member.do("deleteEnvironment", environmentId=production)
    assert not await olga.sees(production)


@pytest.mark.requirement("GL-38", "GL-39", "GL-40")
async def test_a_role_that_stops_but_does_not_push(house: House) -> None:
    olga = await house.person("Olga")
    organization = await olga.organization()
    project = await olga.project(organization, "shop")
    production = await olga.environment(project, "production")
    holds = ["ENVIRONMENT_VIEW", "ENVIRONMENT_DEPLOY", *MORE]
    roles = {}
    for name, more in (("Stopper", []), ("Pusher", ["PROJECT_PUSH"])):
        new = {"organizationId": organization, "name": name, "permissions": [*holds, *more]}
        roles[name] = (await olga.do("createRole", "role { id }", **new))["role"]["id"]
    team = await olga.team(organization, "releasers")
    await olga.add(team, project, "VIEWER")
    people = {}
    for name, role in roles.items():
        people[name] = await newcomer(house, olga, name, organization, VIEWER=team)
        await olga.add(people[name], project, role)
    await protect(olga, project, "production", grant(team=team))

    assert all([await deploys(person, project, "production") for person in people.values()])
    assert [await people["Pusher"].may(each, production) for each in MORE] == [True] * 3
    for permission in MORE:
        decision = await people["Stopper"].decision(permission, production)
        assert decision["code"] == "FORBIDDEN"
        assert [each["gate"] for each in decision["reasons"] if not each["passed"]] == ["PUSH"]
