"""Memberships as they are asked for: whom, which roles, for how long; each judged, then added or changed (2, 3, 10)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from app.db import tables
from app.errors import BailiwickError
from app.policy.entities import Membership, Node, Organization, Person, Project, Team
from app.policy.management import may_give
from app.policy.roles import Role
from app.policy.vocabulary import ErrorCode, Permission
from app.services.changes import Change
from app.services.departures import forget_member, forget_membership
from app.services.joining import teams_that_may_join, user_may_join
from app.services.last_admin import expect_admin_remains, lasts_as_admin
from app.services.patch import ABSENT, Absent
from app.services.problems import Problems
from app.services.sight import membership

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Binding:
    """A membership that is asked for: at most one of user and team; instants in µs."""

    user_id: str | None
    team_id: str | None
    role_ids: tuple[str, ...]
    starts_at: int | None = None
    expires_at: int | None = None

    @property
    def subject_id(self) -> str:
        return self.user_id or self.team_id or ""


@dataclass(frozen=True, slots=True)
class BindingChange:
    """What to change of a membership; what is ABSENT stays, null lets it begin or end never."""

    membership_id: str
    role_ids: tuple[str, ...] | Absent | None = ABSENT
    starts_at: int | Absent | None = ABSENT
    expires_at: int | Absent | None = ABSENT


def check_roles_shape(problems: Problems, role_ids: Sequence[str] | Absent | None, *path: str | int) -> None:
    """Note where no role is given."""
    if role_ids is not ABSENT and not role_ids:
        problems.add("a membership carries at least one role", *path)


def check_span(
    problems: Problems, starts_at: int | Absent | None, expires_at: int | Absent | None, *path: str | int
) -> None:
    """Note where it would end before it begins."""
    if isinstance(starts_at, int) and isinstance(expires_at, int) and expires_at <= starts_at:
        problems.add("it would end before it begins", *path)


def require_management(change: Change, node_id: str, told_id: str) -> Node:
    """Who may manage memberships on a node; gives it.

    Raises FORBIDDEN also where the node is hidden, as it may be from the subject of a membership on it: then of
    `told_id`, which they see.
    """
    node = change.facts.node(node_id)
    permission = Permission.PROJECT_ACCESS_MANAGE if isinstance(node, Project) else Permission.MEMBERS_MANAGE
    if node is None or not change.view.sees(node_id):
        message = f"you need `{permission.value}` for this"
        raise BailiwickError(ErrorCode.FORBIDDEN, message, permission=permission, resource_id=told_id)
    change.require(permission, node)
    return node


class Bindings:
    """Judges memberships on one node and writes them into a change; problems are collected with their paths.

    What it writes counts only if nothing was collected in the end.
    """

    def __init__(self, change: Change, node: Node, problems: Problems) -> None:
        self._change = change
        self._node = node
        self._problems = problems
        self._ended: set[str] = set()

    def judge_subject(self, binding: Binding, path: Path) -> bool:
        """Whether whom a binding names is seen by the asker and can have a membership here; path: of the subject."""
        if binding.user_id is not None:
            person = self._change.objects.person(binding.user_id)
            if person is None:
                return self._refuse("there is no such user", *path, "userId")
            return self.judge_person(person, *path, "userId")
        team = self._change.objects.node(binding.team_id)
        if not isinstance(team, Team):
            return self._refuse("there is no such team", *path, "teamId")
        if not any(teams_that_may_join(self._change.objects, self._node, (team,))):
            message = "a team is invited to other teams and projects, by a direct member or ADMIN of it"
            return self._refuse(message, *path, "teamId", code=ErrorCode.INELIGIBLE_SUBJECT)
        return True

    def judge_person(self, person: Person, *path: str | int) -> bool:
        """Whether somebody, seen or known by their e-mail, can have a membership here."""
        if user_may_join(self._change.facts, self._node, person, self._change.instant):
            return True
        message = "only active users have new memberships; below an organization, those who belong to it"
        return self._refuse(message, *path, code=ErrorCode.INELIGIBLE_SUBJECT)

    def judge_roles(self, role_ids: Sequence[str], *path: str | int) -> bool:
        """Whether there are such roles, and the asker may hand them on here."""
        unknown = [index for index, role_id in enumerate(role_ids) if self._change.facts.role(role_id) is None]
        for index in unknown:
            self._refuse("there is no such role", *path, index)
        return not unknown and self._may_hand_on(role_ids, *path)

    def add(self, binding: Binding, path: Path, *, replacing: bool = False) -> str | None:
        """Add a membership whose subject and roles were judged, in place of an expired one.

        A standing one is CONFLICT, or gets the new roles and times. Gives its id; None for a problem, which is at the
        path of the subject.
        """
        old = self._change.facts.membership_on(binding.subject_id, self._node.id)
        if old is None or old.id in self._ended:
            return self._insert(binding)
        if old.expires_at is not None and old.expires_at <= self._change.instant:
            self._forget(old)
            return self._insert(binding)
        if not replacing:
            self._refuse("they have a membership here already: change that one", *path, code=ErrorCode.CONFLICT)
            return None
        if not self._may_hand_on(old.role_ids, *path):
            return None
        return self._write(old, BindingChange(old.id, binding.role_ids, binding.starts_at, binding.expires_at))

    def update(self, wanted: BindingChange, path: Path) -> str | None:
        """Change one of the node's memberships, which keeps its id; None where there is a problem."""
        old = self._standing(wanted.membership_id, *path, "membershipId")
        if old is None or not self._may_hand_on(old.role_ids, *path, "membershipId"):
            return None
        if isinstance(wanted.role_ids, tuple) and not self.judge_roles(wanted.role_ids, *path, "roleIds"):
            return None
        new = _changed(old, wanted)
        if new.starts_at is not None and new.expires_at is not None and new.expires_at <= new.starts_at:
            self._refuse("it would end before it begins", *path, "expiresAt")
            return None
        return self._write(old, wanted)

    def end(self, membership_id: str, *path: str | int) -> None:
        """End one of the node's memberships: one's own always, others' where the asker could have given it.

        Raises LAST_ADMIN.
        """
        old = self._standing(membership_id, *path)
        if old is None:
            return
        if old.subject_id == self._change.asker.id or self._may_hand_on(old.role_ids, *path):
            expect_admin_remains(self._change.facts, self._change.instant, without=(old.id,))
            self._forget(old)

    def _standing(self, membership_id: str, *path: str | int) -> Membership | None:
        """The membership of this id on the node, if the asker sees it: managing access is not seeing members."""
        found = membership(self._change.objects, membership_id)
        if found is not None and found.node_id == self._node.id:
            return found
        self._refuse("there is no such membership here", *path)
        return None

    def _insert(self, binding: Binding) -> str:
        return self._change.add(
            tables.Membership,
            subject_id=binding.subject_id,
            node_id=self._node.id,
            role_ids=list(dict.fromkeys(binding.role_ids)),
            starts_at=binding.starts_at,
            expires_at=binding.expires_at,
        )

    def _write(self, old: Membership, wanted: BindingChange) -> str:
        new = _changed(old, wanted)
        if not lasts_as_admin(self._change.facts, new, self._change.instant):
            expect_admin_remains(self._change.facts, self._change.instant, without=(old.id,))
        self._change.set(
            tables.Membership,
            old.id,
            role_ids=list(new.role_ids),
            starts_at=new.starts_at,
            expires_at=new.expires_at,
        )
        return old.id

    def _forget(self, old: Membership) -> None:
        self._ended.add(old.id)
        if isinstance(self._node, Organization):
            forget_member(self._change, old.subject_id)
        else:
            forget_membership(self._change, old.id)

    def _may_hand_on(self, role_ids: Iterable[str], *path: str | int) -> bool:
        roles: list[Role] = [role for role in map(self._change.facts.role, role_ids) if role is not None]
        if may_give(self._change.view, self._node, roles):
            return True
        message = "these roles allow more here than your own: you can't give or take them"
        return self._refuse(message, *path, code=ErrorCode.PRIVILEGE_ESCALATION)

    def _refuse(self, message: str, *path: str | int, code: ErrorCode = ErrorCode.INVALID) -> bool:
        self._problems.add(message, *path, code=code)
        return False


def _changed(old: Membership, wanted: BindingChange) -> Membership:
    if isinstance(wanted.role_ids, tuple):
        old = replace(old, role_ids=tuple(dict.fromkeys(wanted.role_ids)))
    if wanted.starts_at is not ABSENT:
        old = replace(old, starts_at=wanted.starts_at)
    if wanted.expires_at is not ABSENT:
        old = replace(old, expires_at=wanted.expires_at)
    return old
