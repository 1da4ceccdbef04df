"""Projects: created, changed, moved and deleted (rule.md, sections 1 and 10)."""

from app.db import tables
from app.policy.entities import Project
from app.policy.vocabulary import Permission, ProjectKind
from app.services.changes import Action, Applied, Change, apply
from app.services.creators import see_what_one_made
from app.services.departures import forget_project
from app.services.instance import Instance
from app.services.patch import ABSENT, Absent, given
from app.services.problems import Problems
from app.services.reader import Reader
from app.services.teams import expect_childless, expect_free_slug, team_parent
from app.services.walkout import expect_no_walkout, placings


async def create_project(
    instance: Instance, reader: Reader, *, parent_id: str, name: str, slug: str, kind: ProjectKind
) -> Applied[str]:
    """Create a project below an organization or team; gives its id. Needs PROJECT_CREATE on the parent.

    CONFLICT: the slug is taken there, even by a hidden project.
    """
    problems = Problems()
    problems.check_name(name, "input", "name")
    problems.check_slug(slug, "input", "slug")
    problems.refuse()
    return await apply(instance, reader, Action("createProject"), parent_id, _create, parent_id, name, slug, kind)


def _create(change: Change, parent_id: str, name: str, slug: str, kind: ProjectKind) -> str:
    parent = team_parent(change, parent_id)
    change.require(Permission.PROJECT_CREATE, parent)
    expect_free_slug(change, parent.id, slug, Project)
    project_id = change.add(
        tables.Project, parent_id=parent.id, name=name, slug=slug, kind=kind.value, restricted=False
    )
    see_what_one_made(change, parent, project_id, is_project=True)
    change.about(project_id, name)
    return project_id


async def update_project(
    instance: Instance, reader: Reader, *, project_id: str, name: str | Absent | None = ABSENT
) -> Applied[str]:
    """Rename a project, never change its kind; gives its id. Needs PROJECT_UPDATE."""
    problems = Problems()
    if name is not ABSENT:
        problems.check_name(name, "input", "name")
    problems.refuse()
    return await apply(instance, reader, Action("updateProject"), project_id, _update, project_id, name)


def _update(change: Change, project_id: str, name: str | Absent | None) -> str:
    project = change.find(project_id, Project)
    change.require(Permission.PROJECT_UPDATE, project)
    change.set(tables.Project, project.id, **given(name=name))
    change.about(project.id, project.name)
    return project.id


async def move_project(instance: Instance, reader: Reader, *, project_id: str, parent_id: str) -> Applied[str]:
    """Move a project below another parent of its organization; gives its id.

    Needs PROJECT_DELETE on it and PROJECT_CREATE on the new parent, and that nobody walks out of a restriction.
    CONFLICT: its slug is taken there.
    """
    return await apply(instance, reader, Action("moveProject"), project_id, _move, project_id, parent_id)


def _move(change: Change, project_id: str, parent_id: str) -> str:
    project = change.find(project_id, Project)
    parent = team_parent(change, parent_id)
    change.require(Permission.PROJECT_DELETE, project)
    change.require(Permission.PROJECT_CREATE, parent)
    if parent.id == project.parent_id:
        return project.id
    expect_free_slug(change, parent.id, project.slug, Project)
    expect_no_walkout(change, *placings(change, project, parent))
    change.set(tables.Project, project.id, parent_id=parent.id)
    change.about(project.id, project.name)
    return project.id


async def delete_project(instance: Instance, reader: Reader, *, project_id: str) -> Applied[str]:
    """Delete a project without environments; gives its id. Needs PROJECT_DELETE.

    CONFLICT: it has environments, even if all are hidden.
    """
    return await apply(instance, reader, Action("deleteProject"), project_id, _delete, project_id)


def _delete(change: Change, project_id: str) -> str:
    project = change.find(project_id, Project)
    change.require(Permission.PROJECT_DELETE, project)
    expect_childless(change, project)
    forget_project(change, project)
    change.end(tables.Project, project.id)
    change.about(project.id, project.name)
    return project.id
