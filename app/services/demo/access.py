"""Steps of a story that say who may do what: memberships, roles, service accounts, restrictions and access lists."""

from collections.abc import Callable

from app.db import tables
from app.db.text import folded
from app.policy.vocabulary import EnvironmentAccessMode, Inheritance
from app.services.demo.people import add_key
from app.services.demo.story import About, Step, Story
from app.store.ledger import INSTANCE


def add_membership(story: Story, step: Step) -> About:
    return About(story.join(_subject(story, step["addMembership"]), step.get("to", ""), step["roles"]), None)


def create_role(story: Story, step: Step) -> About:
    name = step["createRole"]
    story.roles[name] = story.add(tables.Role, name=name, name_folded=folded(name), permissions=step["permissions"])
    return About(story.roles[name], name)


def create_service_account(story: Story, step: Step) -> About:
    """With the account comes its demo key: a story has no use for one without."""
    name = step["createServiceAccount"]
    id = story.subjects[name] = story.writer.add(
        tables.User,
        INSTANCE,
        name=name,
        is_service_account=True,
        organization_id=story.organization_id,
        is_active=True,
        is_instance_admin=False,
        created_by=story.actor(step),
    )
    story.join(id, "", ["GUEST"])
    add_key(story.writer, story.pepper, name, id, made_by=story.actor(step))
    return About(id, name)


def restrict_environments(story: Story, step: Step) -> About:
    target = step["target"]
    id = story.add(
        tables.Restriction,
        scope_id=story.nodes[step["restrictEnvironments"]],
        environment_name=target.get("name"),
        tier=target.get("tier"),
        environment_id=None,
        admin_bypass=step["adminBypass"],
        hides=False,
        allow_self_approval=False,
        enabled=True,
    )
    for entry in step.get("grants", ()):
        story.add(tables.Grant, restriction_id=id, **_grantee(story, entry))
    for entry in step.get("approvalRules", ()):
        number = entry["requiredApprovals"]
        story.add(tables.ApprovalRule, restriction_id=id, required_approvals=number, **_grantee(story, entry))
    return About(id, target.get("name") or target["tier"])


def _grantee(story: Story, entry: Step) -> Step:
    return {
        "user_id": story.subjects[entry["user"]] if "user" in entry else None,
        "team_id": story.nodes[entry["team"]] if "team" in entry else None,
        "level": entry.get("level"),
        "inheritance": Inheritance.DIRECT.value,
    }


def restrict_project(story: Story, step: Step) -> About:
    path = step["restrictProject"]
    id = story.nodes[path]
    for binding in step["bindings"]:
        story.join(story.subjects[binding["user"]], path, binding["roles"])
    story.writer.set(tables.Project, id, restricted=True)
    return About(id, story.facts().projects[id].name)


def set_environment_access_enabled(story: Story, step: Step) -> About:
    enabled = step["setEnvironmentAccessEnabled"]
    story.writer.set(tables.Organization, story.organization_id, environment_access_enabled=enabled)
    return About(story.organization_id, story.name)


def set_environment_access(story: Story, step: Step) -> About:
    id = story.memberships[story.subjects[step["setEnvironmentAccess"]], ""]
    story.writer.set(tables.Membership, id, environment_access_mode=EnvironmentAccessMode.LIMITED.value)
    for path in step["environments"]:
        story.add(tables.EnvironmentAccessEntry, membership_id=id, environment_id=story.environments[path])
    return About(id, None)


def create_ai_provider(story: Story, step: Step) -> About:
    name = step["createAiProvider"]
    return About(story.add(tables.AiProvider, name=name, kind=step["kind"]), name)


def _subject(story: Story, name: str) -> str:
    """The id of a person, service account or team; teams are named by their path."""
    return story.subjects.get(name) or story.nodes[name]


STEPS: dict[str, Callable[[Story, Step], About]] = {
    "addMembership": add_membership,
    "createRole": create_role,
    "createServiceAccount": create_service_account,
    "restrictEnvironments": restrict_environments,
    "restrictProject": restrict_project,
    "setEnvironmentAccessEnabled": set_environment_access_enabled,
    "setEnvironmentAccess": set_environment_access,
    "createAiProvider": create_ai_provider,
}
