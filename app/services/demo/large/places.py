"""The tree of the large organization: nested teams, projects of which a quarter are restricted, environments."""

from dataclasses import dataclass, field

from app.db import tables
from app.policy.tiers import guess_tier
from app.policy.vocabulary import EnvironmentState, ProjectKind, TierSource
from app.services.demo.large.loader import Loader
from app.services.demo.large.size import Size

SLUG, NAME = "large", "Large"
ROOTS = 4
"""Teams right below the organization; each team has up to as many below it as BRANCHES says."""
BRANCHES = 3
NAMES = ("production", "staging", "development", "testing", "canary")
WORDS = ("Atlas", "Beacon", "Cobalt", "Delta", "Ember", "Falcon", "Garnet", "Harbor", "Indigo", "Juniper", "Kestrel")
KINDS = (ProjectKind.APP, ProjectKind.MODEL, ProjectKind.CHAIN, ProjectKind.GENERATIVE)


@dataclass(slots=True)
class Places:
    """Ids in order of creation; the first environments are the projects' first ones."""

    teams: list[str] = field(default_factory=list)
    projects: list[str] = field(default_factory=list)
    environments: list[str] = field(default_factory=list)


def is_restricted(project: int) -> bool:
    """Whether the project of this number is restricted: a quarter are."""
    return project % 4 == 3


def has_teams(team: int, size: Size) -> bool:
    """Whether there are teams below the one of this number."""
    return ROOTS + BRANCHES * team < size.teams


def team_of(project: int, size: Size) -> int | None:
    """Which team the project of this number is in; None for some, right below the organization."""
    return None if project % 23 == 22 else (project + project // size.teams) % size.teams


def environment_name(number: int) -> str:
    """The name of a project's environment of this number: the first is its production."""
    return NAMES[number] if number < len(NAMES) else f"review/{number}"


def add_places(loader: Loader, size: Size) -> Places:
    """Write the organization and its tree."""
    places = Places()
    loader.add_organization(slug=SLUG, name=NAME, environment_access_enabled=True)
    for number in range(size.teams):
        parent = loader.organization_id if number < ROOTS else places.teams[(number - ROOTS) // BRANCHES]
        places.teams.append(_add_team(loader, number, parent))
    for number in range(size.projects):
        team = team_of(number, size)
        parent = loader.organization_id if team is None else places.teams[team]
        places.projects.append(_add_project(loader, number, parent))
    for number in range(size.environments):
        name = environment_name(number // size.projects)
        places.environments.append(_add_environment(loader, name, places.projects[number % size.projects]))
    return places


def _add_team(loader: Loader, number: int, parent_id: str) -> str:
    isolated = number % 10 == 9
    return loader.add(
        tables.Team, parent_id=parent_id, slug=f"team-{number}", name=_name(number, "Team"), isolated=isolated
    )


def _add_project(loader: Loader, number: int, parent_id: str) -> str:
    return loader.add(
        tables.Project,
        parent_id=parent_id,
        slug=f"project-{number}",
        name=_name(number, "Project"),
        kind=KINDS[number % len(KINDS)].value,
        restricted=is_restricted(number),
    )


def _add_environment(loader: Loader, name: str, project_id: str) -> str:
    return loader.add(
        tables.Environment,
        project_id=project_id,
        name=name,
        tier=guess_tier(name).value,
        tier_source=TierSource.GUESSED.value,
        state=EnvironmentState.AVAILABLE.value,
    )


def _name(number: int, kind: str) -> str:
    return f"{WORDS[number % len(WORDS)]} {kind} {number}"
