"""Restricted projects: restricted with their memberships in one step, lifted, and their access managed (rule.md, 6)."""

from collections.abc import Sequence
from dataclasses import dataclass

from app.db import tables
from app.errors import BailiwickError
from app.policy.entities import Project
from app.policy.vocabulary import ErrorCode, Permission, ProjectKind
from app.services.bindings import Binding, BindingChange, Bindings, Path, check_roles_shape, check_span
from app.services.changes import Action, Applied, Change, apply
from app.services.instance import Instance
from app.services.problems import Problems
from app.services.reader import Reader


@dataclass(frozen=True, slots=True)
class AccessChanged:
    """The memberships on a project that were added or changed, and those that ended."""

    membership_ids: tuple[str, ...]
    ended_ids: tuple[str, ...]


async def restrict_project(
    instance: Instance, reader: Reader, *, project_id: str, bindings: Sequence[Binding]
) -> Applied[str]:
    """Restrict a project to its own memberships, adding or replacing some in the same step; gives its id.

    Needs PROJECT_RESTRICT, and PROJECT_ACCESS_MANAGE for memberships. A restricted one stays so. UNSUPPORTED_RESOURCE:
    it is PREDICTIVE (AZ-5).
    """
    problems = Problems()
    _check_shape(problems, bindings, "input", "bindings")
    problems.refuse()
    return await apply(instance, reader, Action("restrictProject"), project_id, _restrict, project_id, bindings)


def _restrict(change: Change, project_id: str, bindings: Sequence[Binding]) -> str:
    project = change.find(project_id, Project)
    change.require(Permission.PROJECT_RESTRICT, project)
    if bindings:
        change.require(Permission.PROJECT_ACCESS_MANAGE, project)
    if project.project_kind is ProjectKind.PREDICTIVE:
        raise BailiwickError(ErrorCode.UNSUPPORTED_RESOURCE, "a predictive project can't be restricted")
    problems = Problems()
    _add_all(Bindings(change, project, problems), bindings, ("input", "bindings"), replacing=True)
    problems.refuse()
    change.set(tables.Project, project.id, restricted=True)
    change.about(project.id, project.name)
    return project.id


async def unrestrict_project(instance: Instance, reader: Reader, *, project_id: str, confirm: bool) -> Applied[str]:
    """Lift a project's restriction, keeping its memberships; gives its id. Needs PROJECT_ACCESS_MANAGE.

    NOT_RESTRICTED: it isn't. CONFIRMATION_REQUIRED: without `confirm`.
    """
    return await apply(instance, reader, Action("unrestrictProject"), project_id, _unrestrict, project_id, confirm)


def _unrestrict(change: Change, project_id: str, confirm: bool) -> str:
    project = change.find(project_id, Project)
    change.require(Permission.PROJECT_ACCESS_MANAGE, project)
    if not project.restricted:
        raise BailiwickError(ErrorCode.NOT_RESTRICTED, "the project is not restricted")
    if not confirm:
        message = "everybody whom roles from above show the project gets it back: say `confirm: true`"
        if not change.view.may(Permission.PROJECT_RESTRICT, project.id):
            message += "; you could not restrict it again"
        raise BailiwickError(ErrorCode.CONFIRMATION_REQUIRED, message)
    change.set(tables.Project, project.id, restricted=False)
    change.about(project.id, project.name)
    return project.id


async def update_project_access(
    instance: Instance,
    reader: Reader,
    *,
    project_id: str,
    add: Sequence[Binding],
    update: Sequence[BindingChange],
    remove_ids: Sequence[str],
) -> Applied[AccessChanged]:
    """Add, change and end memberships on a project, all or nothing. Needs PROJECT_ACCESS_MANAGE.

    CONFLICT: whom it adds has a membership there that it doesn't end. PRIVILEGE_ESCALATION: one allows more than the
    asker's own roles.
    """
    problems = Problems()
    _check_shape(problems, add, "input", "add")
    for index, each in enumerate(update):
        check_roles_shape(problems, each.role_ids, "input", "update", index, "roleIds")
        check_span(problems, each.starts_at, each.expires_at, "input", "update", index, "expiresAt")
        if each.membership_id in remove_ids:
            problems.add("this is removed in the same call", "input", "update", index, "membershipId")
        if any(other.membership_id == each.membership_id for other in update[:index]):
            problems.add("this is named twice", "input", "update", index, "membershipId")
    problems.refuse()
    action = Action("updateProjectAccess")
    return await apply(instance, reader, action, project_id, _update_access, project_id, add, update, remove_ids)


def _update_access(
    change: Change,
    project_id: str,
    add: Sequence[Binding],
    update: Sequence[BindingChange],
    remove_ids: Sequence[str],
) -> AccessChanged:
    project = change.find(project_id, Project)
    change.require(Permission.PROJECT_ACCESS_MANAGE, project)
    problems = Problems()
    judged = Bindings(change, project, problems)
    for id in dict.fromkeys(remove_ids):
        judged.end(id, "input", "removeIds", remove_ids.index(id))
    changed = [judged.update(each, ("input", "update", index)) for index, each in enumerate(update)]
    added = _add_all(judged, add, ("input", "add"))
    problems.refuse()
    change.about(project.id, project.name)
    return AccessChanged(tuple(id for id in (*changed, *added) if id is not None), tuple(dict.fromkeys(remove_ids)))


def _add_all(judged: Bindings, bindings: Sequence[Binding], path: Path, *, replacing: bool = False) -> list[str | None]:
    added = []
    for index, binding in enumerate(bindings):
        subject = (*path, index, "subject")
        is_fit = judged.judge_subject(binding, subject)
        if judged.judge_roles(binding.role_ids, *path, index, "roleIds") and is_fit:
            added.append(judged.add(binding, subject, replacing=replacing))
    return added


def _check_shape(problems: Problems, bindings: Sequence[Binding], *path: str | int) -> None:
    seen: set[str] = set()
    for index, binding in enumerate(bindings):
        check_roles_shape(problems, binding.role_ids, *path, index, "roleIds")
        check_span(problems, binding.starts_at, binding.expires_at, *path, index, "expiresAt")
        if binding.subject_id in seen:
            problems.add("this is named twice", *path, index, "subject")
        seen.add(binding.subject_id)
