"""Baseten: keys act as their users, and every way of changing a restricted environment is covered."""

import pytest

from tests.conformance.house import Caller, House, grant


@pytest.mark.requirement("BAS-40", "BAS-41", "BAS-42", "BAS-43", "BAS-44", "BAS-45", "BAS-46", "BAS-47", "BAS-48")
async def test_keys_and_every_way_of_changing(house: House) -> None:
    ada, max_ = await house.people("Ada", "Max")
    organization = await ada.organization()
    await ada.add(max_, organization, "MEMBER")
    model = await ada.project(organization, "detector", kind="MODEL")
    production, development = [await ada.environment(model, name) for name in ("production", "development")]
    restriction = await ada.restrict(organization, {"name": "production"})
    running = await _deployed(ada, model, "production")
    candidate = await _deployed(max_, model, "development")
    unplaced = (await max_.do("createDeployment", "deployment { id }", projectId=model, ref="v3"))["deployment"]["id"]
    made = await max_.do("createApiKey", "secret apiKey { id }", name="script")
    script = house.caller("Max", max_.id, made["secret"])

    changes = {
        "promoteDeployment": {"deploymentId": candidate, "environmentId": production},
        "updateAutoscaling": {"target": {"deploymentId": running}, "minReplica": 1},
        "updateEnvironmentSettings": {"environmentId": production, "settings": {"region": "eu"}},
        "stopEnvironment": {"environmentId": production},
        "deleteEnvironment": {"environmentId": production},
        "createDeployment": {"projectId": model, "ref": "v9", "environmentName": "production"},
        "runDeployment": {"deploymentId": running},
        "cancelDeployment": {"deploymentId": running},
    }
    state = """query($id: ID!, $organization: ID!) {
        project(id: $id) { deployments { totalCount nodes { id status } } }
        organization(id: $organization) { revision }
    }"""
    before = await ada.ask(state, id=model, organization=organization)
    for mutation, input in changes.items():
        for caller in (max_, script):
            assert await caller.refused(mutation, **input) == "FORBIDDEN", mutation
    assert await ada.ask(state, id=model, organization=organization) == before
    assert await script.may("ENVIRONMENT_INVOKE", production)
    await script.do("updateAutoscaling", target={"deploymentId": unplaced}, minReplica=1)
    await script.do("updateAutoscaling", target={"deploymentId": candidate}, minReplica=1)
    assert await script.may("ENVIRONMENT_DEPLOY", development)

    done = await ada.do(
        "updateEnvironmentRestriction",
        "restriction { grants { id source } }",
        restrictionId=restriction,
        addGrants=[grant(max_)],
    )
    await script.do("promoteDeployment", deploymentId=candidate, environmentId=production)
    given = next(row["id"] for row in done["restriction"]["grants"] if row["source"] == "EXPLICIT")
    await ada.do("updateEnvironmentRestriction", restrictionId=restriction, removeGrantIds=[given])
    assert await script.refused("promoteDeployment", **changes["promoteDeployment"]) == "FORBIDDEN"


async def _deployed(caller: Caller, project: str, environment: str) -> str:
    done = await caller.do(
        "createDeployment", "deployment { id status }", projectId=project, ref="v1", environmentName=environment
    )
    assert done["deployment"]["status"] == "READY"
    return str(done["deployment"]["id"])
