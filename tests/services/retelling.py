"""A story of the demo told a second time, through the mutations that its steps are named after."""

from collections.abc import Callable
from typing import Any

from app.services.demo.load import read_story
from tests.conformance.house import Caller, House, role_ids

Ids = dict[str, str]
"""By path, name, `ref in place` of a deployment and `membership of` somebody."""
Step = dict[str, Any]


async def retell(house: House, people: dict[str, Caller], slug: str, again: str) -> str:
    """Do every step of a story as the person it names, under another slug; gives the organization's id.

    Raises Refused at the first step that its person may not do.
    """
    callers = dict(people)
    ids = {"again": again} | {name: caller.id for name, caller in people.items()}
    for step in read_story(slug):
        mutation, name = next(iter(step.items()))
        made, key = MADE.get(mutation, ("", str))
        input = INPUT[mutation](ids, name, step)
        by = callers[step["by"]]
        payload = await by.do(mutation, f"{made} {{ id }}" if made else "revision", **input)
        if made:
            ids[key(step)] = payload[made]["id"]
        if mutation == "createOrganization":
            ids[f"membership of {by.name}"] = await _own_membership(by, ids[""])
        elif mutation == "createServiceAccount":
            done = await by.do("createApiKey", "secret", userId=ids[name], name="demo")
            callers[name] = house.caller(name, ids[name], done["secret"])
    return ids[""]


async def _own_membership(by: Caller, organization_id: str) -> str:
    document = "query($id: ID!, $user: ID!) { organization(id: $id) { membership(userId: $user) { id } } }"
    data = await by.ask(document, id=organization_id, user=by.id)
    return str(data["organization"]["membership"]["id"])


def _child(ids: Ids, path: str) -> Step:
    parent, _, slug = path.rpartition("/")
    return {"parentId": ids[parent], "slug": slug}


def _place(ids: Ids, path: str) -> tuple[str, str]:
    """The project's id and the name of the environment, which may hold slashes, too."""
    project = max((known for known in ids if known and path.startswith(f"{known}/")), key=len)
    return ids[project], path.removeprefix(f"{project}/")


def _environment(ids: Ids, path: str, step: Step) -> Step:
    project_id, name = _place(ids, path)
    return {"projectId": project_id, "name": name} | _given(step, "tier")


def _member(ids: Ids, name: str, step: Step) -> Step:
    """Nobody sees a person before they belong, so people are invited by e-mail; accounts and teams are seen."""
    path = step.get("to", "")
    subject = {"email": f"{name.lower()}@demo.example"} if not path else _subject(ids, name)
    return {"resourceId": ids[path], "member": subject, "roleIds": _roles(ids, step["roles"])}


def _subject(ids: Ids, name: str) -> Step:
    return {"teamId" if ids[name].startswith("tea") else "userId": ids[name]}


def _roles(ids: Ids, roles: list[str]) -> list[str]:
    return role_ids(*(ids.get(role, role) for role in roles))


def _restriction(ids: Ids, scope: str, step: Step) -> Step:
    rules = [
        {"approver": _grantee(ids, entry), "requiredApprovals": entry["requiredApprovals"]}
        for entry in step.get("approvalRules", ())
    ]
    grants = [{"grantee": _grantee(ids, entry)} for entry in step["grants"]]
    restriction = {"adminBypass": step["adminBypass"], "grants": grants, "approvalRules": rules}
    return {"scopeId": ids[scope], "target": step["target"], "restriction": restriction}


def _grantee(ids: Ids, entry: Step) -> Step:
    named = entry.get("user") or entry.get("team")
    return {"level": entry["level"]} if named is None else _subject(ids, named)


def _bindings(ids: Ids, path: str, step: Step) -> Step:
    bindings = [
        {"subject": {"userId": ids[each["user"]]}, "roleIds": _roles(ids, each["roles"])} for each in step["bindings"]
    ]
    return {"projectId": ids[path], "bindings": bindings}


def _list(ids: Ids, member: str, step: Step) -> Step:
    listed = [ids[path] for path in step["environments"]]
    return {"membershipId": ids[f"membership of {member}"], "mode": "LIMITED", "environmentIds": listed}


def _deployment(ids: Ids, ref: str, step: Step) -> Step:
    if "of" in step:
        return {"ref": ref, "projectId": ids[step["of"]]}
    project_id, name = _place(ids, step["in"])
    return {"ref": ref, "projectId": project_id, "environmentName": name}


def _of(ids: Ids, ref: str, step: Step) -> Step:
    return {"deploymentId": ids[f"{ref} in {step['in']}"]}


def _given(step: Step, *names: str) -> Step:
    return {name: step[name] for name in names if name in step}


INPUT: dict[str, Callable[[Ids, Any, Step], Step]] = {
    "createOrganization": lambda ids, _, step: {"slug": ids["again"], "name": step["name"]},
    "createTeam": lambda ids, path, step: _child(ids, path) | _given(step, "name", "isolated"),
    "createProject": lambda ids, path, step: _child(ids, path) | _given(step, "name", "kind"),
    "createEnvironment": _environment,
    "stopEnvironment": lambda ids, path, _: {"environmentId": ids[path]},
    "updateEnvironmentSettings": lambda ids, path, step: {"environmentId": ids[path]} | _given(step, "settings"),
    "updateAutoscaling": lambda ids, path, step: {
        "target": {"environmentId": ids[path]},
        **_given(step, "minReplica", "maxReplica", "concurrencyTarget"),
    },
    "addMembership": _member,
    "createRole": lambda ids, name, step: {"organizationId": ids[""], "name": name} | _given(step, "permissions"),
    "createServiceAccount": lambda ids, name, _: {"organizationId": ids[""], "name": name},
    "restrictEnvironments": _restriction,
    "restrictProject": _bindings,
    "setEnvironmentAccessEnabled": lambda ids, enabled, _: {"organizationId": ids[""], "enabled": enabled},
    "setEnvironmentAccess": _list,
    "createAiProvider": lambda ids, name, step: {"organizationId": ids[""], "name": name} | _given(step, "kind"),
    "createDeployment": _deployment,
    "promoteDeployment": lambda ids, ref, step: {
        "deploymentId": ids[f"{ref} in {step['from']}"],
        "environmentId": ids[step["in"]],
    },
    "decideDeployment": lambda ids, ref, step: _of(ids, ref, step) | _given(step, "decision", "comment"),
    "runDeployment": _of,
    "finishDeployment": lambda ids, ref, step: _of(ids, ref, step) | _given(step, "succeeded"),
    "cancelDeployment": _of,
}
"""What each step gives its mutation, from the ids so far, what its first key says, and the rest of it."""


def _first(step: Step) -> str:
    return str(next(iter(step.values())))


def _deployed(step: Step) -> str:
    return f"{_first(step)} in {step.get('in') or step['of']}"


MADE: dict[str, tuple[str, Callable[[Step], str]]] = {
    "createOrganization": ("organization", lambda _: ""),
    "createTeam": ("team", _first),
    "createProject": ("project", _first),
    "createEnvironment": ("environment", _first),
    "addMembership": ("membership", lambda step: f"membership of {_first(step)} {step.get('to', '')}".rstrip()),
    "createRole": ("role", _first),
    "createServiceAccount": ("user", _first),
    "createDeployment": ("deployment", _deployed),
    "promoteDeployment": ("deployment", _deployed),
}
"""What a mutation makes that later steps name, and how they name it."""
