"""Steps of a story that make the tree: organization, teams, projects, environments and what is set on them."""

from collections.abc import Callable
from dataclasses import asdict

from app.db import tables
from app.policy.kinds import Kind
from app.policy.tiers import guess_tier
from app.policy.vocabulary import EnvironmentState, TierSource
from app.services.demo.story import About, Step, Story, split
from app.store.configuration import DEFAULT_AUTOSCALING
from app.store.identities import new_id


def create_organization(story: Story, step: Step) -> About:
    story.name = step["name"]
    id = story.nodes[""] = new_id(Kind.ORGANIZATION)
    story.writer.create_ledger(id)
    slug = step["createOrganization"]
    story.add(tables.Organization, id=id, slug=slug, name=story.name, environment_access_enabled=False)
    story.join(story.actor(step), "", ["ADMIN"])
    return About(id, story.name)


def create_team(story: Story, step: Step) -> About:
    path, name = step["createTeam"], step["name"]
    parent, slug = split(path)
    isolated = step.get("isolated", False)
    id = story.add(tables.Team, parent_id=story.nodes[parent], slug=slug, name=name, isolated=isolated)
    story.nodes[path] = id
    return About(id, name)


def create_project(story: Story, step: Step) -> About:
    path, name = step["createProject"], step["name"]
    parent, slug = split(path)
    parent_id, kind = story.nodes[parent], step["kind"]
    id = story.add(tables.Project, parent_id=parent_id, slug=slug, name=name, kind=kind, restricted=False)
    story.nodes[path] = id
    return About(id, name)


def create_environment(story: Story, step: Step) -> About:
    path = step["createEnvironment"]
    project = story.project_of(path)
    name = path.removeprefix(f"{project}/")
    id = story.add(
        tables.Environment,
        project_id=story.nodes[project],
        name=name,
        tier=step.get("tier", guess_tier(name).value),
        tier_source=(TierSource.EXPLICIT if "tier" in step else TierSource.GUESSED).value,
        state=EnvironmentState.AVAILABLE.value,
    )
    story.environments[path] = id
    return About(id, name)


def stop_environment(story: Story, step: Step) -> About:
    path = step["stopEnvironment"]
    id = story.environments[path]
    story.writer.set(tables.Environment, id, state=EnvironmentState.STOPPED.value)
    return About(id, _name(story, path))


def update_environment_settings(story: Story, step: Step) -> About:
    path = step["updateEnvironmentSettings"]
    id = story.environments[path]
    story.add(tables.EnvironmentSettings, target_id=id, settings=step["settings"])
    return About(id, _name(story, path))


def update_autoscaling(story: Story, step: Step) -> About:
    path = step["updateAutoscaling"]
    id = story.environments[path]
    values = asdict(DEFAULT_AUTOSCALING) | {
        "min_replica": step["minReplica"],
        "max_replica": step["maxReplica"],
        "concurrency_target": step["concurrencyTarget"],
    }
    story.add(tables.Autoscaling, target_id=id, **values)
    return About(id, _name(story, path))


def _name(story: Story, path: str) -> str:
    return path.removeprefix(f"{story.project_of(path)}/")


STEPS: dict[str, Callable[[Story, Step], About]] = {
    "createOrganization": create_organization,
    "createTeam": create_team,
    "createProject": create_project,
    "createEnvironment": create_environment,
    "stopEnvironment": stop_environment,
    "updateEnvironmentSettings": update_environment_settings,
    "updateAutoscaling": update_autoscaling,
}
