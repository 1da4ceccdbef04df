"""Baseten: one restriction for every model of a team, and admins who pass it for as long as they are admins."""

import pytest

from tests.conformance.baseten import Workspace, another_key, grants, open_workspace, restriction_of
from tests.conformance.house import House, grant


@pytest.fixture
async def workspace(house: House) -> Workspace:
    return await open_workspace(house)


@pytest.mark.requirement("BAS-1", "BAS-5", "BAS-6", "BAS-8", "BAS-35", "BAS-36", "BAS-37")
async def test_production_of_three_models_and_a_demoted_admin(house: House, workspace: Workspace) -> None:
    w = workspace
    projects = [
        await w.ada.project(w.team, slug, kind=kind) for slug, kind in (("tracker", "MODEL"), ("flow", "CHAIN"))
    ]
    second, chain = [await w.ada.environment(project, "production") for project in projects]
    restriction = await w.restrict()
    later = await w.ada.environment(await w.ada.project(w.team, "later", kind="MODEL"), "production")
    everywhere = (w.production, second, chain, later)
    script = await another_key(house, w.tess)
    for environment in everywhere:
        assert await w.restricted(environment)
        assert await w.max.code("ENVIRONMENT_PROMOTE", environment) == "FORBIDDEN"
        assert await w.max.may("ENVIRONMENT_INVOKE", environment)
        for passing in (w.uma, w.tess, script, w.ada):
            assert await passing.may("ENVIRONMENT_PROMOTE", environment)
    assert set(await grants(w.ada, restriction)) == {
        ("EXPLICIT", "Uma Lee"),
        ("IMPLICIT_ADMIN", "Ada"),
        ("IMPLICIT_ADMIN", "Tess"),
    }

    await w.make(w.tess, "MEMBER")
    for environment in everywhere:
        for caller in (w.tess, script):
            assert await caller.code("ENVIRONMENT_PROMOTE", environment) == "FORBIDDEN"
            scale = {"target": {"environmentId": environment}, "minReplica": 1}
            assert await caller.refused("updateAutoscaling", **scale) == "FORBIDDEN"
        assert await w.uma.may("ENVIRONMENT_PROMOTE", environment)
    assert set(await grants(w.ada, restriction)) == {("EXPLICIT", "Uma Lee"), ("IMPLICIT_ADMIN", "Ada")}


@pytest.mark.requirement("BAS-36", "BAS-39")
async def test_a_member_made_admin_passes_every_restriction_at_once(house: House, workspace: Workspace) -> None:
    w = workspace
    canary = await w.ada.environment(w.model, "canary")
    await w.restrict()
    await w.tess.restrict(w.model, {"name": "canary"})
    script = await another_key(house, w.max)
    for role, code in (("MEMBER", "FORBIDDEN"), ("ADMIN", None), ("MEMBER", "FORBIDDEN")):
        await w.make(w.max, role)
        for environment in (w.production, canary):
            for caller in (w.max, script):
                assert await caller.code("ENVIRONMENT_SCALE", environment) == code


@pytest.mark.requirement("BAS-38")
async def test_who_is_on_the_list_after_a_demotion(workspace: Workspace) -> None:
    w = workspace
    restriction = await w.restrict()
    implicit = (await grants(w.ada, restriction))["IMPLICIT_ADMIN", "Tess"]
    assert implicit["viewerCanRemove"] is False
    removal = {"restrictionId": restriction, "removeGrantIds": [implicit["id"]]}
    assert await w.ada.refused("updateEnvironmentRestriction", **removal) == "INVALID"

    await w.ada.do("updateEnvironmentRestriction", restrictionId=restriction, addGrants=[grant(w.tess)])
    await w.make(w.tess, "MEMBER")
    after = await grants(w.ada, restriction)
    assert set(after) == {("EXPLICIT", "Uma Lee"), ("EXPLICIT", "Tess"), ("IMPLICIT_ADMIN", "Ada")}
    assert await w.tess.may("ENVIRONMENT_PROMOTE", w.production)
    explicit = after["EXPLICIT", "Tess"]
    assert explicit["viewerCanRemove"] is True
    await w.ada.do("updateEnvironmentRestriction", restrictionId=restriction, removeGrantIds=[explicit["id"]])
    assert await w.tess.code("ENVIRONMENT_PROMOTE", w.production) == "FORBIDDEN"


@pytest.mark.requirement("BAS-7")
async def test_no_model_is_let_out_alone(workspace: Workspace) -> None:
    w = workspace
    other = await w.ada.environment(await w.ada.project(w.team, "tracker", kind="MODEL"), "production")
    restriction = await w.restrict()
    own = await w.tess.restrict(w.model, {"name": "production"}, [grant(w.max)])
    assert await w.max.code("ENVIRONMENT_DEPLOY", w.production) == "FORBIDDEN"  # the team's stands above the model's
    assert await w.uma.code("ENVIRONMENT_DEPLOY", w.production) == "FORBIDDEN"
    await w.tess.do("deleteEnvironmentRestriction", restrictionId=own)
    assert await w.restricted(w.production)
    assert await w.max.code("ENVIRONMENT_DEPLOY", w.production) == "FORBIDDEN"

    await w.tess.do("setEnvironmentRestrictionEnabled", restrictionId=restriction, enabled=False)
    for environment in (w.production, other):
        assert not await w.restricted(environment)
        assert await w.max.may("ENVIRONMENT_DEPLOY", environment)


@pytest.mark.requirement("BAS-9", "BAS-10", "BAS-11")
async def test_each_team_restricts_its_own(workspace: Workspace) -> None:
    w = workspace
    other = await w.ada.team(w.organization, "language", isolated=True)
    elsewhere = await w.ada.environment(await w.ada.project(other, "writer", kind="MODEL"), "production")
    restriction = await w.restrict()
    assert await w.restricted(w.production)
    assert not await w.restricted(elsewhere)

    assert await w.tess.refused("restrictEnvironments", **restriction_of(other)) == "NOT_FOUND"
    assert await w.tess.refused("restrictEnvironments", **restriction_of(w.organization)) == "FORBIDDEN"
    theirs = await w.ada.restrict(other, {"name": "production"})
    assert await w.tess.refused("deleteEnvironmentRestriction", restrictionId=theirs) == "NOT_FOUND"
    assert await w.restricted(elsewhere)
    await w.tess.do("updateEnvironmentRestriction", restrictionId=restriction, addGrants=[grant(w.max)])
    await w.ada.do("deleteEnvironmentRestriction", restrictionId=restriction)
    assert not await w.restricted(w.production)
