"""Baseten: what a restriction keeps from whom, what it leaves open, and who may set one."""

import pytest

from tests.conformance.baseten import CHANGING, READING, Workspace, open_workspace, restriction_of
from tests.conformance.house import Data, House, grant


@pytest.fixture
async def workspace(house: House) -> Workspace:
    return await open_workspace(house)


@pytest.mark.requirement("BAS-1", "BAS-2", "BAS-3", "BAS-4", "BAS-5", "BAS-28", "BAS-49")
async def test_open_and_restricted(workspace: Workspace) -> None:
    w = workspace
    assert await w.restricted(w.production) is False
    assert all([await w.max.may(permission, w.production) for permission in CHANGING])
    await w.max.do("updateEnvironmentSettings", environmentId=w.production, settings={"region": "eu"})
    await w.restrict()
    assert await w.restricted(w.production) is True
    for permission in CHANGING:
        for person in (w.uma, w.tess, w.ada):
            assert await person.may(permission, w.production)
        assert await w.max.code(permission, w.production) == "FORBIDDEN"
    assert all([await w.max.may(permission, w.production) for permission in READING])


@pytest.mark.requirement("BAS-4")
async def test_an_open_environment_is_open_to_its_team_alone(house: House, workspace: Workspace) -> None:
    w = workspace
    lars = await house.person("Lars")
    await w.ada.add(lars, w.organization, "MEMBER")
    await w.ada.add(lars, await w.ada.team(w.organization, "language", isolated=True), "MEMBER")
    assert await w.max.may("ENVIRONMENT_SCALE", w.production)
    assert await lars.code("ENVIRONMENT_SCALE", w.production) == "NOT_FOUND"
    assert not await lars.sees(w.production)


@pytest.mark.requirement("BAS-12", "BAS-13", "BAS-14", "BAS-15", "BAS-16", "BAS-17", "BAS-18", "BAS-19", "BAS-20")
@pytest.mark.requirement("BAS-21")
async def test_the_table_of_permissions(workspace: Workspace) -> None:
    w = workspace
    settings = {"region": "eu", "rollout": {"percent": 10}}
    await w.tess.do("updateEnvironmentSettings", environmentId=w.production, settings=settings)
    restriction = await w.restrict()
    asked = """query($id: ID!, $all: [Permission!]!) { environment(id: $id) {
        settings autoscaling { minReplica } viewerAccess
        viewerDecisions(permissions: $all) { permission allowed code reasons { gate passed source { id } } }
    } }"""
    with_access, without = [
        (await person.ask(asked, id=w.production, all=[*READING, *CHANGING]))["environment"]
        for person in (w.uma, w.max)
    ]
    assert (with_access["viewerAccess"], without["viewerAccess"]) == ("FULL", "READ_ONLY")
    for each in (with_access, without):
        assert (each["settings"], each["autoscaling"]["minReplica"]) == (settings, 0)
    assert all(decision["allowed"] for decision in with_access["viewerDecisions"])
    why = {"gate": "ENVIRONMENT_RESTRICTION", "passed": False, "source": {"id": restriction}}
    for decision in without["viewerDecisions"]:
        open_to_all = decision["permission"] in READING
        assert decision["allowed"] is open_to_all
        assert decision["code"] == (None if open_to_all else "FORBIDDEN")
        assert (why in decision["reasons"]) is not open_to_all
    listed = "query($id: ID!) { project(id: $id) { environments { nodes { id } } } }"
    assert (await w.max.ask(listed, id=w.model))["project"]["environments"]["nodes"] == [{"id": w.production}]


@pytest.mark.requirement("BAS-18")
async def test_promoting_is_decided_on_the_target(workspace: Workspace) -> None:
    w = workspace
    staging = await w.max.environment(w.model, "staging")
    await w.restrict()
    select = "deployment { id }"
    live, tried = [
        (await w.uma.do("createDeployment", select, projectId=w.model, ref="v1", environmentName=name))["deployment"][
            "id"
        ]
        for name in ("production", "staging")
    ]
    refused = {"deploymentId": tried, "environmentId": w.production}
    assert await w.max.refused("promoteDeployment", **refused) == "FORBIDDEN"
    await w.max.do("promoteDeployment", deploymentId=live, environmentId=staging)
    await w.uma.do("promoteDeployment", **refused)


@pytest.mark.requirement("BAS-22", "BAS-24", "BAS-30", "BAS-34")
async def test_members_create_open_environments_only(workspace: Workspace) -> None:
    w = workspace
    names = "query($id: ID!) { project(id: $id) { environments { nodes { name restricted } } } }"

    async def there() -> dict[str, bool]:
        found = (await w.uma.ask(names, id=w.model))["project"]["environments"]["nodes"]
        return {each["name"]: each["restricted"] for each in found}

    new: Data = {"projectId": w.model, "name": "canary", "restriction": {"grants": [grant(w.uma)]}}
    assert await w.uma.refused("createEnvironment", **new) == "FORBIDDEN"
    stranger = {"grants": [grant(w.uma), {"grantee": {"userId": "usr_" + "0" * 24}}]}
    assert await w.tess.refused("createEnvironment", **{**new, "restriction": stranger}) == "INVALID"
    assert await there() == {"production": False}

    await w.uma.environment(w.model, "development")
    done = await w.tess.do("createEnvironment", "environment { id }", **new)
    assert await there() == {"canary": True, "development": False, "production": False}
    canary = done["environment"]["id"]
    assert await w.uma.may("ENVIRONMENT_DEPLOY", canary)
    assert await w.max.code("ENVIRONMENT_DEPLOY", canary) == "FORBIDDEN"


@pytest.mark.requirement("BAS-23", "BAS-25", "BAS-34")
async def test_members_leave_restrictions_alone(workspace: Workspace) -> None:
    w = workspace
    restriction = await w.restrict()
    changes: list[tuple[str, Data]] = [
        ("restrictEnvironments", restriction_of(w.team, "staging")),
        ("restrictEnvironments", restriction_of(w.model, "staging")),
        ("restrictEnvironments", {**restriction_of(w.model), "target": {"environmentId": w.production}}),
        ("updateEnvironmentRestriction", {"restrictionId": restriction, "addGrants": [grant(w.max)]}),
        ("updateEnvironmentRestriction", {"restrictionId": restriction, "adminBypass": False}),
        ("setEnvironmentRestrictionEnabled", {"restrictionId": restriction, "enabled": False}),
        ("deleteEnvironmentRestriction", {"restrictionId": restriction}),
    ]
    for mutation, input in changes:
        for person in (w.uma, w.max):
            assert await person.refused(mutation, **input) == "FORBIDDEN", mutation
    assert await w.max.code("ENVIRONMENT_DEPLOY", w.production) == "FORBIDDEN"
    await w.uma.do("updateEnvironmentSettings", environmentId=w.production, settings={"region": "us"})
    for mutation, input in changes:
        await w.tess.do(mutation, **input)
    assert not await w.ada.sees(restriction)
