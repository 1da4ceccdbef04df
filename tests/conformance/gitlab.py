"""GitLab's words on our server: people of a project, environments protected for some of them, and jobs that deploy."""

from datetime import UTC, datetime, timedelta
from typing import Any

from tests.conformance.house import Caller, Data, House, Refused


async def newcomer(house: House, owner: Caller, name: str, organization_id: str, **places: str) -> Caller:
    """Somebody new, whom `owner` gives each role on a node: `MEMBER=project_id`; a GUEST of the organization else."""
    person = await house.person(name)
    if organization_id not in places.values():
        await owner.add(person, organization_id, "GUEST")
    for role, node_id in places.items():
        await owner.add(person, node_id, role)
    return person


async def protect(caller: Caller, scope_id: str, target: Data | str, *grants: Data, **more: Any) -> str:
    """Protect as GitLab does: those named are let in, and no admin but by name. `target` may be just a name."""
    found = {"name": target} if isinstance(target, str) else target
    return await caller.restrict(scope_id, found, grants, adminBypass=False, **more)


async def start(caller: Caller, project_id: str, environment: str) -> str:
    """Start a deployment; gives its id."""
    input = {"projectId": project_id, "ref": "main", "environmentName": environment}
    done = await caller.do("createDeployment", "deployment { id }", **input)
    return str(done["deployment"]["id"])


async def deploys(caller: Caller, project_id: str, environment: str) -> bool:
    """Whether a deployment of theirs proceeds to its end; False where it is FORBIDDEN from the start."""
    try:
        deployment_id = await start(caller, project_id, environment)
    except Refused as refused:
        if refused.code != "FORBIDDEN":
            raise
        return False
    return await finish(caller, deployment_id) == "SUCCESS"


async def finish(caller: Caller, deployment_id: str) -> str:
    """Run a deployment that is READY, to success; gives its status."""
    await caller.do("runDeployment", deploymentId=deployment_id)
    input = {"deploymentId": deployment_id, "succeeded": True}
    done = await caller.do("finishDeployment", "deployment { status }", **input)
    return str(done["deployment"]["status"])


async def decide(caller: Caller, deployment_id: str, decision: str = "APPROVED", **more: Any) -> str:
    """Approve or reject; gives the deployment's status."""
    input = {"deploymentId": deployment_id, "decision": decision, **more}
    done = await caller.do("decideDeployment", "deployment { status }", **input)
    return str(done["deployment"]["status"])


def rule(who: Caller | None = None, *, team: str | None = None, level: str | None = None, **more: Any) -> Data:
    """An approval rule as in the contract, by one of the three."""
    approver = {"userId": who.id} if who is not None else {"teamId": team} if team is not None else {"level": level}
    return {"approver": approver, **more}


def at(microseconds: int) -> str:
    """An instant as the API takes it."""
    return (datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=microseconds)).isoformat()
