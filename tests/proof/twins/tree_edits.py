"""Edits of hidden teams, projects and environments, and of what is deployed and set there."""

import random
from dataclasses import replace

from app.db import tables
from app.policy.entities import Environment, Project, Team
from app.policy.vocabulary import (
    EnvironmentState,
    ProjectKind,
    Tier,
    TierSource,
)
from tests.proof.assembly import LONG_AGO, OWNER
from tests.proof.plans import NAMES
from tests.proof.twins.draft import Draft
from tests.proof.twins.hidden import (
    Applied,
    any_parent,
    hidden,
    hidden_rows,
    one,
    some,
)
from tests.proof.twins.people_edits import put_membership
from tests.proof.twins.whole import Row


def rename_node(draft: Draft, rng: random.Random) -> Applied:
    node = one(rng, [*hidden(draft, draft.teams), *hidden(draft, draft.projects)])
    if node is None:
        return None
    named = replace(node, name=f"Renamed {rng.choice(('x', 'Core', 'pay'))}")
    if rng.random() < 0.5:
        named = replace(named, slug=f"renamed-{node.id.lstrip('teaprj_0')}")
    (draft.teams if isinstance(node, Team) else draft.projects)[node.id] = named  # type: ignore[index]
    return f"rename {node.id}"


def remove_node(draft: Draft, rng: random.Random) -> Applied:
    node = one(rng, [*hidden(draft, draft.teams), *hidden(draft, draft.projects)])
    if node is None:
        return None
    draft.remove_node(node.id)
    return f"remove {node.id}"


def switch_node(draft: Draft, rng: random.Random) -> Applied:
    node = one(rng, [*hidden(draft, draft.teams), *hidden(draft, draft.projects)])
    if isinstance(node, Team):
        draft.teams[node.id] = replace(node, isolated=not node.isolated)
    elif isinstance(node, Project) and node.project_kind is not ProjectKind.PREDICTIVE:
        draft.projects[node.id] = replace(node, restricted=not node.restricted)
    else:
        return None
    return f"isolate or restrict {node.id}, or no longer"


def add_team(draft: Draft, rng: random.Random) -> Applied:
    id, parent = draft.id("tea"), any_parent(draft, rng)
    organization = draft.organization.id
    draft.teams[id] = Team(id, organization, parent, f"added-{id[-6:]}", "Added", rng.random() < 0.7, LONG_AGO)
    for person in some(rng, list(draft.people), 2):
        put_membership(draft, rng, person, id)
    return f"add {id} below {parent}"


def add_project(draft: Draft, rng: random.Random) -> Applied:
    id, parent = draft.id("prj"), any_parent(draft, rng)
    named = (f"added-{id[-6:]}", rng.choice(("Added", "core", "Zürich")))
    kind = rng.choice((ProjectKind.APP, ProjectKind.MODEL))
    draft.projects[id] = Project(id, draft.organization.id, parent, *named, kind, rng.random() < 0.7, LONG_AGO)
    for name in rng.sample(NAMES, rng.randint(0, 3)):
        _add_environment(draft, rng, id, name)
    return f"add {id} below {parent}"


def add_environment(draft: Draft, rng: random.Random) -> Applied:
    project = one(rng, list(draft.projects))
    taken = {e.name for e in draft.environments.values() if e.project_id == project}
    if project is None or not (free := [name for name in (*NAMES, "extra", "extra/2") if name not in taken]):
        return None
    return f"add {_add_environment(draft, rng, project, rng.choice(free))} to {project}"


def _add_environment(draft: Draft, rng: random.Random, project: str, name: str) -> str:
    id, tier = draft.id("env"), rng.choice(list(Tier))
    state = rng.choice(list(EnvironmentState))
    named = (draft.organization.id, project, name, tier, TierSource.EXPLICIT, state, LONG_AGO)
    draft.environments[id] = Environment(id, *named)
    deployment = draft.id("dep")
    if rng.random() < 0.5:
        deploy(draft, deployment, project, id)
    return id


def change_environment(draft: Draft, rng: random.Random) -> Applied:
    environment = one(rng, hidden(draft, draft.environments))
    if environment is None:
        return None
    state, tier = rng.choice(list(EnvironmentState)), rng.choice(list(Tier))
    draft.environments[environment.id] = replace(environment, state=state, tier=tier)
    return f"set tier and state of {environment.id}"


def remove_environment(draft: Draft, rng: random.Random) -> Applied:
    environment = one(rng, hidden(draft, draft.environments))
    if environment is None:
        return None
    draft.remove_environment(environment.id)
    return f"remove {environment.id} `{environment.name}`"


def change_rows(draft: Draft, rng: random.Random) -> Applied:
    found = one(rng, hidden_rows(draft))
    if found is None:
        return None
    if rng.random() < 0.4:
        draft.remove_row(found)
        return f"remove {found}"
    draft.rows[found] = draft.rows[found].changed(ref=f"hidden-{rng.randint(1, 9)}")
    return f"change {found}"


def add_deployment(draft: Draft, rng: random.Random) -> Applied:
    environment = one(rng, hidden(draft, draft.environments))
    if environment is None:
        return None
    id = draft.id("dep")
    deploy(draft, id, environment.project_id, environment.id)
    return f"deploy {id} to {environment.id}"


def deploy(draft: Draft, id: str, project: str, environment: str) -> None:
    values = {"project_id": project, "environment_id": environment, "ref": "added", "status": "BLOCKED"}
    draft.rows[id] = Row(tables.Deployment, {**values, "created_by": OWNER})


def change_settings(draft: Draft, rng: random.Random) -> Applied:
    environment = one(rng, hidden(draft, draft.environments))
    if environment is None:
        return None
    for id, row in list(draft.rows.items()):
        if row.values.get("target_id") == environment.id:
            draft.remove_row(id)
    if rng.random() < 0.7:
        values = {"target_id": environment.id, "settings": {"secret": rng.randint(1, 99)}}
        draft.rows[draft.id("set")] = Row(tables.EnvironmentSettings, values)
    return f"set settings of {environment.id}"
