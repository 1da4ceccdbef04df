"""Baseten: restricting `production`, what stays open, and who may do it."""

from dataclasses import dataclass

import pytest

from tests.conformance.house import Caller, House, grant, role_ids

READING = ("ENVIRONMENT_VIEW", "ENVIRONMENT_VIEW_METRICS", "ENVIRONMENT_VIEW_LOGS", "ENVIRONMENT_INVOKE")
CHANGING = (
    "ENVIRONMENT_UPDATE_DEPLOYMENT",
    "ENVIRONMENT_SCALE",
    "ENVIRONMENT_PROMOTE",
    "ENVIRONMENT_UPDATE_SETTINGS",
    "ENVIRONMENT_DEPLOY",
    "ENVIRONMENT_STOP",
    "ENVIRONMENT_DELETE",
    "ENVIRONMENT_TERMINAL",
)


@dataclass(frozen=True, slots=True)
class Workspace:
    """Ada's organization with a team, its admin Tess, its members Uma and Max, and a model in production."""

    ada: Caller
    tess: Caller
    uma: Caller
    max: Caller
    organization: str
    team: str
    model: str
    production: str

    async def restrict(self) -> str:
        """Restrict `production` in the team, with Uma granted."""
        return await self.tess.restrict(self.team, {"name": "production"}, [grant(self.uma)])


@pytest.fixture
async def workspace(house: House) -> Workspace:
    ada, tess, uma, max_ = await house.people("Ada", "Tess", "Uma", "Max")
    organization = await ada.organization()
    team = await ada.team(organization, "vision", isolated=True)
    for person, role in ((tess, "ADMIN"), (uma, "MEMBER"), (max_, "MEMBER")):
        await ada.add(person, organization, "GUEST")
        await ada.add(person, team, role)
    model = await ada.project(team, "detector", kind="MODEL")
    production = await ada.environment(model, "production")
    return Workspace(ada, tess, uma, max_, organization, team, model, production)


@pytest.mark.requirement("BAS-1", "BAS-2", "BAS-3", "BAS-4", "BAS-5", "BAS-28", "BAS-49")
async def test_open_and_restricted(workspace: Workspace) -> None:
    w = workspace
    state = "query($id: ID!) { environment(id: $id) { restricted } }"
    assert (await w.max.ask(state, id=w.production))["environment"] == {"restricted": False}
    assert all([await w.max.may(permission, w.production) for permission in CHANGING])
    await w.restrict()
    assert (await w.max.ask(state, id=w.production))["environment"] == {"restricted": True}
    for permission in CHANGING:
        assert await w.uma.may(permission, w.production)
        assert await w.tess.may(permission, w.production)
        assert await w.max.code(permission, w.production) == "FORBIDDEN"
    assert all([await w.max.may(permission, w.production) for permission in READING])


@pytest.mark.requirement("BAS-12", "BAS-13", "BAS-14", "BAS-15", "BAS-16", "BAS-17", "BAS-18", "BAS-19", "BAS-20")
@pytest.mark.requirement("BAS-21", "BAS-46")
async def test_the_table_of_permissions(workspace: Workspace) -> None:
    w = workspace
    await w.restrict()
    asked = """query($id: ID!, $all: [Permission!]!) { environment(id: $id) {
        name settings autoscaling { minReplica } viewerAccess
        viewerDecisions(permissions: $all) { permission allowed reasons { gate passed } }
    } }"""
    with_access, without = [
        (await person.ask(asked, id=w.production, all=[*READING, *CHANGING]))["environment"]
        for person in (w.uma, w.max)
    ]
    assert (with_access["viewerAccess"], without["viewerAccess"]) == ("FULL", "READ_ONLY")
    assert without["name"] == "production"
    assert without["autoscaling"]["minReplica"] == 0
    assert all(decision["allowed"] for decision in with_access["viewerDecisions"])
    for decision in without["viewerDecisions"]:
        assert decision["allowed"] is (decision["permission"] in READING)
        refused = {"gate": "ENVIRONMENT_RESTRICTION", "passed": False} in decision["reasons"]
        assert refused is (decision["permission"] in CHANGING)
    listed = "query($id: ID!) { project(id: $id) { environments { totalCount } } }"
    assert (await w.max.ask(listed, id=w.model))["project"] == {"environments": {"totalCount": 1}}


@pytest.mark.requirement("BAS-6", "BAS-7", "BAS-8", "BAS-9", "BAS-10", "BAS-11", "BAS-35", "BAS-36", "BAS-37", "BAS-39")
async def test_production_of_three_models_and_a_demoted_admin(house: House, workspace: Workspace) -> None:
    w = workspace
    second = await w.ada.environment(await w.ada.project(w.team, "tracker", kind="MODEL"), "production")
    chain = await w.ada.environment(await w.ada.project(w.team, "pipeline", kind="CHAIN"), "production")
    other = await w.ada.team(w.organization, "language", isolated=True)
    elsewhere = await w.ada.environment(await w.ada.project(other, "writer", kind="MODEL"), "production")
    restriction = await w.restrict()
    later = await w.ada.environment(await w.ada.project(w.team, "later", kind="MODEL"), "production")
    for environment in (w.production, second, chain, later):
        assert await w.max.code("ENVIRONMENT_PROMOTE", environment) == "FORBIDDEN"
        assert await w.uma.may("ENVIRONMENT_PROMOTE", environment)

    state = "query($id: ID!) { environment(id: $id) { restricted } }"
    assert (await w.ada.ask(state, id=elsewhere))["environment"] == {"restricted": False}
    assert await w.tess.refused("restrictEnvironments", **_restriction(other)) == "NOT_FOUND"
    members = await w.ada.ask(
        "query($id: ID!) { team(id: $id) { members { nodes { id subject { ... on User { id } } } } } }", id=w.team
    )
    tess = next(m["id"] for m in members["team"]["members"]["nodes"] if m["subject"]["id"] == w.tess.id)
    made = await w.tess.do("createApiKey", "secret", name="script")
    script = house.caller("Tess", w.tess.id, made["secret"])
    assert await script.may("ENVIRONMENT_PROMOTE", w.production)

    await w.ada.do("updateMembership", membershipId=tess, roleIds=[_role("MEMBER")])
    for caller in (w.tess, script):
        assert await caller.code("ENVIRONMENT_PROMOTE", w.production) == "FORBIDDEN"
    await w.ada.do("updateMembership", membershipId=tess, roleIds=[_role("ADMIN")])
    assert await script.may("ENVIRONMENT_PROMOTE", w.production)
    assert await w.max.refused("deleteEnvironmentRestriction", restrictionId=restriction) == "FORBIDDEN"


@pytest.mark.requirement("BAS-38")
async def test_who_is_on_the_list_after_a_demotion(workspace: Workspace) -> None:
    w = workspace
    restriction = await w.restrict()
    rows = """query($id: ID!) { node(id: $id) { ... on EnvironmentRestriction {
        grants { id source subject { ... on User { name } } viewerCanRemove }
    } } }"""

    async def listed() -> dict[tuple[str, str], dict[str, object]]:
        found = (await w.ada.ask(rows, id=restriction))["node"]["grants"]
        return {(row["source"], row["subject"]["name"]): row for row in found}

    before = await listed()
    assert set(before) == {("EXPLICIT", "Uma"), ("IMPLICIT_ADMIN", "Ada"), ("IMPLICIT_ADMIN", "Tess")}
    implicit = before["IMPLICIT_ADMIN", "Tess"]
    assert implicit["viewerCanRemove"] is False
    removal = {"restrictionId": restriction, "removeGrantIds": [implicit["id"]]}
    assert await w.ada.refused("updateEnvironmentRestriction", **removal) == "INVALID"

    await w.ada.do("updateEnvironmentRestriction", restrictionId=restriction, addGrants=[grant(w.tess)])
    memberships = await w.tess.ask("{ viewer { memberships { nodes { id roles { key } } } } }")
    admin = next(m["id"] for m in memberships["viewer"]["memberships"]["nodes"] if m["roles"] == [{"key": "ADMIN"}])
    await w.ada.do("updateMembership", membershipId=admin, roleIds=[_role("MEMBER")])
    after = await listed()
    assert set(after) == {("EXPLICIT", "Uma"), ("EXPLICIT", "Tess"), ("IMPLICIT_ADMIN", "Ada")}
    assert await w.tess.may("ENVIRONMENT_PROMOTE", w.production)
    explicit = after["EXPLICIT", "Tess"]["id"]
    await w.ada.do("updateEnvironmentRestriction", restrictionId=restriction, removeGrantIds=[explicit])
    assert await w.tess.code("ENVIRONMENT_PROMOTE", w.production) == "FORBIDDEN"


@pytest.mark.requirement("BAS-22", "BAS-23", "BAS-24", "BAS-25", "BAS-30", "BAS-34")
async def test_members_create_open_environments_and_leave_restrictions_alone(workspace: Workspace) -> None:
    w = workspace
    restriction = await w.restrict()
    new = {"projectId": w.model, "name": "canary", "restriction": {"grants": [grant(w.uma)]}}
    assert await w.uma.refused("createEnvironment", **new) == "FORBIDDEN"
    names = "query($id: ID!) { project(id: $id) { environments { nodes { name restricted } } } }"
    before = await w.uma.ask(names, id=w.model)
    assert [each["name"] for each in before["project"]["environments"]["nodes"]] == ["production"]
    stranger = {**new, "restriction": {"grants": [grant(w.uma), {"grantee": {"userId": "usr_" + "0" * 24}}]}}
    assert await w.tess.refused("createEnvironment", **stranger) == "INVALID"
    assert await w.uma.ask(names, id=w.model) == before

    await w.uma.environment(w.model, "development")
    await w.tess.do("createEnvironment", "environment { id restricted }", **new)
    after = (await w.uma.ask(names, id=w.model))["project"]["environments"]["nodes"]
    assert {each["name"]: each["restricted"] for each in after} == {
        "canary": True,
        "development": False,
        "production": True,
    }
    for person in (w.uma, w.max):
        assert await person.refused("restrictEnvironments", **_restriction(w.team, "x")) == "FORBIDDEN"
        adding = {"restrictionId": restriction, "addGrants": [grant(person)]}
        assert await person.refused("updateEnvironmentRestriction", **adding) == "FORBIDDEN"
        off = {"restrictionId": restriction, "enabled": False}
        assert await person.refused("setEnvironmentRestrictionEnabled", **off) == "FORBIDDEN"


@pytest.mark.requirement("BAS-26", "BAS-27", "BAS-29", "BAS-31", "BAS-32", "BAS-33")
async def test_the_settings_page_and_the_models_page(workspace: Workspace) -> None:
    w = workspace
    tracker = await w.ada.project(w.team, "tracker", kind="MODEL")
    await w.ada.environment(tracker, "staging")
    restriction = await w.restrict()
    page = """query($id: ID!) { team(id: $id) {
        environmentNames { nodes { name environmentCount restriction { id } } }
    } }"""
    assert (await w.tess.ask(page, id=w.team))["team"]["environmentNames"]["nodes"] == [
        {"name": "production", "environmentCount": 1, "restriction": {"id": restriction}},
        {"name": "staging", "environmentCount": 1, "restriction": None},
    ]
    inherited = "query($id: ID!) { project(id: $id) { restrictions(inherited: true) { nodes { id } } } }"
    assert (await w.tess.ask(inherited, id=tracker))["project"]["restrictions"]["nodes"] == [{"id": restriction}]
    assert await w.max.refused("createEnvironment", projectId=tracker, name="production") == "FORBIDDEN"
    added = await w.uma.environment(tracker, "production")
    assert await w.max.code("ENVIRONMENT_DEPLOY", added) == "FORBIDDEN"
    search = """query($id: ID!, $search: String!) { team(id: $id) {
        grantCandidates(search: $search) { nodes { subject { ... on User { name } } heldLevel } }
    } }"""
    for part in ("Max", "max@house"):
        found = await w.tess.ask(search, id=w.team, search=part)
        assert found["team"]["grantCandidates"]["nodes"] == [{"subject": {"name": "Max"}, "heldLevel": "MEMBER"}]
    assert (await w.max.ask(search, id=w.team, search="max"))["team"] == {"grantCandidates": None}


def _restriction(scope: str, name: str = "production") -> dict[str, object]:
    return {"scopeId": scope, "target": {"name": name}, "restriction": {}}


def _role(key: str) -> str:
    return role_ids(key)[0]
