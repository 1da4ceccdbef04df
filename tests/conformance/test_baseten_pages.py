"""Baseten: the settings page with the names of a team's environments, and a model's own page."""

import pytest

from tests.conformance.baseten import Workspace, grants, open_workspace
from tests.conformance.house import Caller, Data, House, grant

CANDIDATES = """query($team: ID!, $model: ID!, $search: String) {
    team(id: $team) { grantCandidates(search: $search) { nodes { subject { ... on User { name } } } } }
    project(id: $model) { grantCandidates(search: $search) { nodes { subject { ... on User { name } } } } }
}"""


@pytest.fixture
async def workspace(house: House) -> Workspace:
    return await open_workspace(house)


async def names(w: Workspace) -> dict[str, tuple[int, bool]]:
    """The settings page: how many environments each name has, and whether it is restricted."""
    page = """query($id: ID!) { team(id: $id) {
        environmentNames { totalCount nodes { name environmentCount restriction { enabled } } }
    } }"""
    found = (await w.tess.ask(page, id=w.team))["team"]["environmentNames"]
    assert found["totalCount"] == len(found["nodes"]) == len({row["name"] for row in found["nodes"]})
    return {row["name"]: (row["environmentCount"], row["restriction"] is not None) for row in found["nodes"]}


async def candidates(w: Workspace, caller: Caller, search: str | None = None) -> tuple[list[str] | None, ...]:
    """The people whom the settings page and the model's page offer."""
    data = await caller.ask(CANDIDATES, team=w.team, model=w.model, search=search)
    found = [data[page]["grantCandidates"] for page in ("team", "project")]
    return tuple(
        None if each is None else [row["subject"]["name"] for row in each["nodes"] if row["subject"]] for each in found
    )


@pytest.mark.requirement("BAS-26", "BAS-27")
async def test_the_settings_page_restricts_names(workspace: Workspace) -> None:
    w = workspace
    tracker = await w.ada.project(w.team, "tracker", kind="MODEL")
    for name in ("production", "staging"):
        await w.ada.environment(tracker, name)
    assert await names(w) == {"production": (2, False), "staging": (1, False)}
    await w.restrict()
    await w.tess.restrict(w.team, {"name": "canary"}, [grant(w.uma)])  # a name that nothing has yet
    assert (await names(w))["production"] == (2, True)

    canary = await w.uma.environment(w.model, "canary")
    assert (await names(w))["canary"] == (1, True)
    assert await w.max.code("ENVIRONMENT_DEPLOY", canary) == "FORBIDDEN"
    assert await w.max.may("ENVIRONMENT_DEPLOY", await w.max.environment(w.model, "staging"))
    assert (await names(w))["staging"] == (2, False)


@pytest.mark.requirement("BAS-29", "BAS-33")
async def test_both_pages_find_people_by_name_or_email(workspace: Workspace) -> None:
    w = workspace
    assert await candidates(w, w.tess) == (["Ada", "Max", "Tess", "Uma Lee"],) * 2
    for by_name in ("uma l", "LEE"):
        assert await candidates(w, w.tess, by_name) == (["Uma Lee"],) * 2
    for by_email in ("uma.l", "LEE@house"):
        assert await candidates(w, w.tess, by_email) == (["Uma Lee"],) * 2
    assert await candidates(w, w.tess, "nobody") == ([], [])
    assert await candidates(w, w.max, "uma") == (None, None)


@pytest.mark.requirement("BAS-31", "BAS-33")
async def test_a_models_page_changes_what_the_settings_page_shows(workspace: Workspace) -> None:
    w = workspace
    tracker = await w.ada.project(w.team, "tracker", kind="MODEL")
    second = await w.ada.environment(tracker, "production")
    restriction = await w.restrict()
    asked = """query($model: ID!, $team: ID!) {
        project(id: $model) { environment(name: "production") { restrictions { id viewerCanManage } } }
        team(id: $team) { environmentNames { nodes { restriction { id viewerCanManage } } } }
    }"""
    pages = await w.tess.ask(asked, model=w.model, team=w.team)
    from_model = pages["project"]["environment"]["restrictions"]
    assert from_model == [{"id": restriction, "viewerCanManage": True}]
    assert pages["team"]["environmentNames"]["nodes"] == [{"restriction": from_model[0]}]
    changed: Data = {"restrictionId": from_model[0]["id"], "addGrants": [grant(w.max)]}
    await w.tess.do("updateEnvironmentRestriction", **changed)
    assert ("EXPLICIT", "Max") in await grants(w.tess, restriction)
    assert all([await w.max.may("ENVIRONMENT_DEPLOY", environment) for environment in (w.production, second)])


@pytest.mark.requirement("BAS-33")
async def test_a_restriction_made_with_an_environment_is_its_models_alone(workspace: Workspace) -> None:
    w = workspace
    tracker = await w.ada.project(w.team, "tracker", kind="MODEL")
    canary = await w.tess.environment(w.model, "canary", restriction={"grants": [grant(w.uma)]})
    same_name = await w.tess.environment(tracker, "canary")
    assert (await w.restricted(canary), await w.restricted(same_name)) == (True, False)
    await w.tess.restrict(w.team, {"name": "canary"}, [grant(w.uma)])
    assert (await w.restricted(canary), await w.restricted(same_name)) == (True, True)


@pytest.mark.requirement("BAS-32")
async def test_a_restricted_name_stays_restricted_on_the_next_model(workspace: Workspace) -> None:
    w = workspace
    tracker = await w.ada.project(w.team, "tracker", kind="MODEL")
    await w.restrict()
    assert await w.max.refused("createEnvironment", projectId=tracker, name="production") == "FORBIDDEN"
    await w.max.environment(tracker, "staging")
    added = await w.uma.environment(tracker, "production")
    assert await w.restricted(added)
    assert await w.max.code("ENVIRONMENT_DEPLOY", added) == "FORBIDDEN"
    assert await w.uma.may("ENVIRONMENT_DEPLOY", added)
