"""Teams: created, changed, moved and deleted (rule.md, sections 1 and 10)."""

from app.db import tables
from app.errors import conflict, invalid, not_found
from app.policy.entities import Node, Organization, Project, Team
from app.policy.vocabulary import Permission
from app.services.changes import Action, Applied, Change, apply
from app.services.creators import see_what_one_made
from app.services.departures import forget_team
from app.services.instance import Instance
from app.services.patch import ABSENT, Absent, given
from app.services.problems import Problems
from app.services.reader import Reader
from app.services.walkout import expect_no_walkout, placings

MAX_DEPTH = 20
"""How deep teams nest (rule.md, section 1)."""


async def create_team(
    instance: Instance, reader: Reader, *, parent_id: str, name: str, slug: str, isolated: bool
) -> Applied[str]:
    """Create a team below an organization or team; gives its id. Needs TEAM_CREATE on the parent.

    CONFLICT: the slug is taken there, even by a hidden team. INVALID: too deep.
    """
    problems = Problems()
    problems.check_name(name, "input", "name")
    problems.check_slug(slug, "input", "slug")
    problems.refuse()
    return await apply(instance, reader, Action("createTeam"), parent_id, _create, parent_id, name, slug, isolated)


def _create(change: Change, parent_id: str, name: str, slug: str, isolated: bool) -> str:
    parent = team_parent(change, parent_id)
    change.require(Permission.TEAM_CREATE, parent)
    expect_free_slug(change, parent.id, slug)
    if len(change.facts.path(parent.id)) > MAX_DEPTH:
        raise invalid(f"teams nest at most {MAX_DEPTH} deep", "input", "parentId")
    team_id = change.add(tables.Team, parent_id=parent.id, name=name, slug=slug, isolated=isolated)
    see_what_one_made(change, parent, team_id, is_boundary=isolated)
    change.about(team_id, name)
    return team_id


async def update_team(
    instance: Instance,
    reader: Reader,
    *,
    team_id: str,
    name: str | Absent | None = ABSENT,
    isolated: bool | Absent | None = ABSENT,
) -> Applied[str]:
    """Rename a team, or let it be isolated or not; gives its id. Needs TEAM_UPDATE."""
    problems = Problems()
    if name is not ABSENT:
        problems.check_name(name, "input", "name")
    if isolated is None:
        problems.add("`isolated` is true or false", "input", "isolated")
    problems.refuse()
    return await apply(instance, reader, Action("updateTeam"), team_id, _update, team_id, name, isolated)


def _update(change: Change, team_id: str, name: str | Absent | None, isolated: bool | Absent | None) -> str:
    team = change.find(team_id, Team)
    change.require(Permission.TEAM_UPDATE, team)
    change.set(tables.Team, team.id, **given(name=name, isolated=isolated))
    change.about(team.id, team.name)
    return team.id


async def move_team(instance: Instance, reader: Reader, *, team_id: str, parent_id: str) -> Applied[str]:
    """Move a team below another parent of its organization; gives its id.

    Needs TEAM_DELETE on it and TEAM_CREATE on the new parent, and that nobody walks out of a restriction. INVALID: too
    deep, or below itself. CONFLICT: its slug is taken there.
    """
    return await apply(instance, reader, Action("moveTeam"), team_id, _move, team_id, parent_id)


def _move(change: Change, team_id: str, parent_id: str) -> str:
    team = change.find(team_id, Team)
    parent = team_parent(change, parent_id)
    change.require(Permission.TEAM_DELETE, team)
    change.require(Permission.TEAM_CREATE, parent)
    if parent.id == team.parent_id:
        return team.id
    above = change.facts.path(parent.id)
    if any(node.id == team.id for node in above):
        raise invalid("a team can't be moved below itself", "input", "parentId")
    if len(above) - 1 + _height(change, team.id) > MAX_DEPTH:
        raise invalid(f"teams nest at most {MAX_DEPTH} deep", "input", "parentId")
    expect_free_slug(change, parent.id, team.slug)
    expect_no_walkout(change, *placings(change, team, parent))
    change.set(tables.Team, team.id, parent_id=parent.id)
    change.about(team.id, team.name)
    return team.id


async def delete_team(instance: Instance, reader: Reader, *, team_id: str) -> Applied[str]:
    """Delete a team without teams and projects; gives its id. Needs TEAM_DELETE.

    CONFLICT: it has some, even if all are hidden.
    """
    return await apply(instance, reader, Action("deleteTeam"), team_id, _delete, team_id)


def _delete(change: Change, team_id: str) -> str:
    team = change.find(team_id, Team)
    change.require(Permission.TEAM_DELETE, team)
    expect_childless(change, team)
    forget_team(change, team)
    change.end(tables.Team, team.id)
    change.about(team.id, team.name)
    return team.id


def expect_childless(change: Change, node: Team | Project) -> None:
    """Raises CONFLICT where a node has children, hidden or not (section 11)."""
    if change.facts.children(node.id) or change.facts.environments_of(node.id):
        raise conflict("it is not empty: delete or move what is in it first")


def _height(change: Change, team_id: str) -> int:
    """How many levels of teams a team and those below it make."""
    below = (child for child in change.facts.children(team_id) if isinstance(child, Team))
    return 1 + max((_height(change, child.id) for child in below), default=0)


def team_parent(change: Change, parent_id: str) -> Organization | Team:
    """What a team or project can be below. Raises NOT_FOUND for anything else."""
    parent = change.node(parent_id)
    if isinstance(parent, Project):
        raise not_found()
    return parent


def expect_free_slug(change: Change, parent_id: str, slug: str, of: type[Node] = Team) -> None:
    """Raises CONFLICT where a team (or project) right below the parent has the slug, hidden or not (section 11)."""
    if any(child.slug == slug and isinstance(child, of) for child in change.facts.children(parent_id)):
        raise conflict(f"the slug `{slug}` is taken there")
