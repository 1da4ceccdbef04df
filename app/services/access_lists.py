"""Environment access lists as their editor and their member see them (rule.md, section 7)."""

from dataclasses import dataclass

from app.policy.entities import Environment, Membership, Project
from app.policy.objects import Objects
from app.policy.structure import order_of
from app.policy.vocabulary import EnvironmentAccessMode, Permission


@dataclass(frozen=True, slots=True)
class Choice:
    """An environment by its names, and whether a list lets its member see it."""

    environment_id: str
    name: str
    project_name: str
    allowed: bool


@dataclass(frozen=True, slots=True)
class ProjectChoices:
    """A project with its environments, to choose from."""

    project_id: str
    name: str
    environments: list[Choice]


def listed(objects: Objects, membership: Membership) -> list[Choice]:
    """What is on a list: to who manages lists everything, to its member what their roles show.

    Whether the list itself hides something from its member doesn't matter: what is on it, it doesn't hide.
    """
    facts, view = objects.facts, objects.view
    manages = view.may(Permission.MEMBERS_MANAGE, facts.organization.id)
    found = [facts.environments[id] for id in membership.environment_ids if id in facts.environments]
    chosen = [environment for environment in found if manages or view.sees(environment.id)]
    return [_choice(facts.projects[e.project_id], e, membership) for e in sorted(chosen, key=order_of)]


def choices(objects: Objects, membership: Membership, search: str | None = None) -> list[ProjectChoices]:
    """Every environment of the organization by project, whatever the editor sees: names only (QV-21, QV-22)."""
    facts = objects.facts
    wanted = None if search is None else search.casefold()
    found = []
    for project in sorted(facts.projects.values(), key=order_of):
        path = facts.slug_path(project.id)
        whole = wanted is None or wanted in path.casefold() or wanted in project.name.casefold()
        environments = [
            environment
            for environment in sorted(facts.environments_of(project.id), key=order_of)
            if whole or (wanted is not None and wanted in environment.name.casefold())
        ]
        if environments:
            rows = [_choice(project, environment, membership) for environment in environments]
            found.append(ProjectChoices(project.id, project.name, rows))
    return found


def choice_order(choice: ProjectChoices) -> tuple[str, str]:
    """The key that choices are in order of."""
    return choice.name.casefold(), choice.project_id


def _choice(project: Project, environment: Environment, membership: Membership) -> Choice:
    allowed = membership.mode is EnvironmentAccessMode.FULL or environment.id in membership.environment_ids
    return Choice(environment.id, environment.name, project.name, allowed)
