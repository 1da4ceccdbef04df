"""Baseten: keys act as their users, and every way of changing a restricted environment is covered."""

from dataclasses import dataclass

import pytest

from tests.conformance.baseten import CHANGING, READING, another_key
from tests.conformance.house import Caller, Data, House, grant

ASIDE = {
    "restrictEnvironments",  # who may restrict is test_baseten_restricting's
    "decideDeployment",  # to approve is not to change (GL-21)
    "withdrawDecision",
    "requestAccess",  # asks for access, changes nothing
    "breakGlass",  # goes past restrictions on purpose
}
AIMED = {"environmentId", "deploymentId", "environmentName", "target"}
"""Input fields that name an environment, or a deployment and so the environment it serves."""


@dataclass(frozen=True, slots=True)
class Models:
    """Ada's organization without teams: its member Max with a key of his own, and a model in restricted production."""

    ada: Caller
    max: Caller
    script: Caller
    organization: str
    model: str
    production: str
    restriction: str
    running: str
    candidate: str
    unplaced: str

    def changes(self) -> dict[str, Data]:
        """Every way of changing production."""
        return {
            "promoteDeployment": {"deploymentId": self.candidate, "environmentId": self.production},
            "updateAutoscaling": {"target": {"deploymentId": self.running}, "minReplica": 1},
            "updateEnvironmentSettings": {"environmentId": self.production, "settings": {"region": "eu"}},
            "stopEnvironment": {"environmentId": self.production},
            "deleteEnvironment": {"environmentId": self.production},
            "createDeployment": {"projectId": self.model, "ref": "v9", "environmentName": "production"},
            "runDeployment": {"deploymentId": self.running},
            "finishDeployment": {"deploymentId": self.running, "succeeded": True},
            "cancelDeployment": {"deploymentId": self.running},
        }


@pytest.fixture
async def models(house: House) -> Models:
    ada, max_ = await house.people("Ada", "Max")
    organization = await ada.organization()
    await ada.add(max_, organization, "MEMBER")
    model = await ada.project(organization, "detector", kind="MODEL")
    production, _ = [await ada.environment(model, name) for name in ("production", "development")]
    restriction = await ada.restrict(organization, {"name": "production"})
    running = await _deploy(ada, model, environmentName="production")
    candidate = await _deploy(max_, model, environmentName="development")
    unplaced = await _deploy(max_, model)
    script = await another_key(house, max_)
    return Models(ada, max_, script, organization, model, production, restriction, running, candidate, unplaced)


@pytest.mark.requirement("BAS-42", "BAS-43", "BAS-44", "BAS-45", "BAS-46", "BAS-48", "BAS-49")
async def test_every_way_of_changing_is_refused_and_changes_nothing(models: Models) -> None:
    m = models
    state = """query($id: ID!, $organization: ID!) {
        project(id: $id) {
            environments { nodes { name state settings autoscaling { minReplica } currentDeployment { id } } }
            deployments { totalCount nodes { id status } }
        }
        organization(id: $organization) { revision }
    }"""
    before = await m.ada.ask(state, id=m.model, organization=m.organization)
    for mutation, input in m.changes().items():
        for caller in (m.max, m.script):
            assert await caller.refused(mutation, **input) == "FORBIDDEN", mutation
    assert await m.ada.ask(state, id=m.model, organization=m.organization) == before
    for mutation in ("promoteDeployment", "updateAutoscaling", "updateEnvironmentSettings", "createDeployment"):
        await m.ada.do(mutation, **m.changes()[mutation])


@pytest.mark.requirement("BAS-46")
async def test_no_way_of_changing_is_left_out(models: Models) -> None:
    asked = "{ __schema { mutationType { fields { name args { type { ofType { inputFields { name } } } } } } } }"
    aimed = set()
    for mutation in (await models.ada.ask(asked))["__schema"]["mutationType"]["fields"]:
        fields = {field["name"] for arg in mutation["args"] for field in arg["type"]["ofType"]["inputFields"]}
        if fields & AIMED:
            aimed.add(mutation["name"])
    assert aimed - ASIDE == set(models.changes())


@pytest.mark.requirement("BAS-44")
async def test_scaling_a_deployment_is_decided_on_the_environment_it_serves(models: Models) -> None:
    m = models
    for deployment in (m.unplaced, m.candidate):
        await m.script.do("updateAutoscaling", target={"deploymentId": deployment}, minReplica=1)
    promoted = await m.ada.do(
        "promoteDeployment", "deployment { id }", deploymentId=m.candidate, environmentId=m.production
    )
    scale = {"target": {"deploymentId": promoted["deployment"]["id"]}, "minReplica": 1}
    assert await m.script.refused("updateAutoscaling", **scale) == "FORBIDDEN"


@pytest.mark.requirement("BAS-40", "BAS-41", "BAS-47")
async def test_a_key_has_the_access_of_its_user_and_no_longer(models: Models) -> None:
    m = models
    asked = """query($id: ID!, $all: [Permission!]!) { environment(id: $id) {
        viewerAccess viewerDecisions(permissions: $all) { permission allowed code reasons { gate passed message } }
    } }"""

    async def decisions() -> Data:
        found = [await caller.ask(asked, id=m.production, all=[*READING, *CHANGING]) for caller in (m.max, m.script)]
        assert found[0] == found[1]
        return {each["permission"]: each["allowed"] for each in found[0]["environment"]["viewerDecisions"]}

    closed = {permission: permission in READING for permission in (*READING, *CHANGING)}
    assert closed["ENVIRONMENT_INVOKE"]
    assert await decisions() == closed
    done = await m.ada.do(
        "updateEnvironmentRestriction",
        "restriction { grants { id source } }",
        restrictionId=m.restriction,
        addGrants=[grant(m.max)],
    )
    assert all((await decisions()).values())
    promote = m.changes()["promoteDeployment"]
    await m.script.do("promoteDeployment", **promote)
    given = next(row["id"] for row in done["restriction"]["grants"] if row["source"] == "EXPLICIT")
    await m.ada.do("updateEnvironmentRestriction", restrictionId=m.restriction, removeGrantIds=[given])
    assert await m.script.refused("promoteDeployment", **promote) == "FORBIDDEN"
    assert await decisions() == closed


async def _deploy(caller: Caller, project: str, **more: str) -> str:
    done = await caller.do("createDeployment", "deployment { id }", projectId=project, ref="v1", **more)
    return str(done["deployment"]["id"])
