"""Who is let into what of the large organization: members of restricted projects, restrictions and their grants."""

from app.db import tables
from app.policy.vocabulary import BuiltInRole, Inheritance, RoleLevel, Tier
from app.services.demo.large.guards import guarded_projects, guarded_teams
from app.services.demo.large.loader import Loader
from app.services.demo.large.people import join
from app.services.demo.large.places import Places, environment_name, is_restricted
from app.services.demo.large.size import LEAST_PEOPLE, Size

FAR = 4_102_444_800_000_000
"""The year 2100, in µs: when some grants expire."""


def add_restrictions(loader: Loader, size: Size, places: Places, people: list[str]) -> None:
    """Write all restrictions, and the memberships on projects that they and restricted projects need."""
    guarded = guarded_projects(size)
    for number, project in enumerate(guarded):
        # Whoever has a key manages one that no ADMIN passes unnamed: its list is its grants, and nothing is computed.
        admin_bypass = number >= size.keys and number % 2 == 0
        _guard_project(loader, number, project, places, people, admin_bypass=admin_bypass)
    for project in sorted(set(filter(is_restricted, range(size.projects))) - set(guarded)):
        _let_in(loader, project, places, people)
    for team in guarded_teams(size):
        id = _restrict(loader, places.teams[team], environment_name=environment_name(0), admin_bypass=True)
        _grant(loader, id, level=RoleLevel.MAINTAINER.name)
        _grant(loader, id, team_id=places.teams[team])


def _let_in(loader: Loader, project: int, places: Places, people: list[str]) -> None:
    """Two people and, of every second restricted project, a team."""
    for offset, role in enumerate((BuiltInRole.MAINTAINER, BuiltInRole.VIEWER)):
        join(loader, people[(7 * project + offset) % len(people)], places.projects[project], role)
    if project % 8 == 3:
        join(loader, places.teams[project % len(places.teams)], places.projects[project], BuiltInRole.MEMBER)


def _guard_project(
    loader: Loader, number: int, project: int, places: Places, people: list[str], *, admin_bypass: bool
) -> None:
    """A restriction of a project's own: its maintainer manages it, and of its two members it may name the first."""
    scope_id = places.projects[project]
    one, two, three = (people[(number + offset) % len(people)] for offset in range(LEAST_PEOPLE))
    join(loader, one, scope_id, BuiltInRole.MAINTAINER)
    join(loader, two, scope_id, BuiltInRole.MEMBER)
    join(loader, three, scope_id, BuiltInRole.MEMBER)
    id = _restrict(
        loader,
        scope_id,
        **_target(number, places.environments[project]),
        admin_bypass=admin_bypass,
        hides=number % 10 == 9,
    )
    _grant(loader, id, level=RoleLevel.MAINTAINER.name)
    if number % 3 == 0:
        team_id = places.teams[project % len(places.teams)]
        join(loader, team_id, scope_id, BuiltInRole.VIEWER)
        _grant(loader, id, team_id=team_id)
    elif number % 3 == 1:
        _grant(loader, id, user_id=two, expires_at=FAR if number % 2 else None)
    if number % 5 == 0:
        loader.add(tables.ApprovalRule, restriction_id=id, required_approvals=1, level=RoleLevel.MAINTAINER.name)


def _target(number: int, environment_id: str) -> dict[str, str]:
    """A project's production, named in one of the three ways."""
    targets = ("environment_name", environment_name(0)), ("tier", Tier.PRODUCTION.value)
    return dict([(*targets, ("environment_id", environment_id))[number % 3]])


def _restrict(loader: Loader, scope_id: str, *, admin_bypass: bool, hides: bool = False, **target: str) -> str:
    whole = {"environment_name": None, "tier": None, "environment_id": None} | target
    return loader.add(tables.Restriction, scope_id=scope_id, admin_bypass=admin_bypass, hides=hides, **whole)


def _grant(loader: Loader, restriction_id: str, **grantee: str | int | None) -> None:
    inheritance = Inheritance.ALL if "team_id" in grantee else Inheritance.DIRECT
    loader.add(tables.Grant, restriction_id=restriction_id, inheritance=inheritance.value, **grantee)
