"""Memberships as they are asked for: whom, which roles, for how long; each judged, then added or changed (2, 3, 10)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from app.db import tables
from app.errors import BailiwickError
from app.policy.facts import Facts, Membership, Node, Person, Project, Team
from app.policy.holding import belonging
from app.policy.management import may_give
from app.policy.objects import Objects
from app.policy.roles import Role
from app.policy.vocabulary import ErrorCode, Permission
from app.services.changes import Change
from app.services.departures import forget_membership
from app.services.grantees import may_name
from app.services.last_admin import expect_admin_remains, lasts_as_admin
from app.services.patch import ABSENT, Absent
from app.services.problems import Problems

Path = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Binding:
    """A membership that is asked for: exactly one of user and team; instants in µs."""

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
    """Judges memberships on one node and writes them into a change; problems are collected with their paths."""

    def __init__(self, change: Change, node: Node, problems: Problems) -> None:
        self._change = change
        self._node = node
        self._problems = problems

    def add(self, binding: Binding, path: Path, *, replacing: bool = False) -> str | None:
        """Add a membership, in place of an expired one; a standing one is CONFLICT, or gets the new roles and times.

        Gives its id; None where there is a problem.
        """
        roles = self._roles(binding.role_ids, (*path, "roleIds"))
        if roles is None or not self._is_eligible(binding, path):
            return None
        self._expect_no_escalation(roles)
        old = self._change.facts.membership_on(binding.subject_id, self._node.id)
        standing = old is not None and (old.expires_at is None or old.expires_at > self._change.instant)
        if old is not None and standing and replacing:
            times = BindingChange(old.id, binding.role_ids, binding.starts_at, binding.expires_at)
            return self.update(times, (old,), path)
        if standing:
            self._problems.add("they have a membership here already", *path, code=ErrorCode.CONFLICT)
            return None
        if old is not None:
            forget_membership(self._change, old.id)
        return self.insert(binding.subject_id, binding)

    def insert(self, subject_id: str, binding: Binding) -> str:
        """Add a membership of a subject that was judged; gives its id."""
        return self._change.add(
            tables.Membership,
            subject_id=subject_id,
            node_id=self._node.id,
            role_ids=list(dict.fromkeys(binding.role_ids)),
            starts_at=binding.starts_at,
            expires_at=binding.expires_at,
        )

    def expect_may_give(self, role_ids: Sequence[str]) -> None:
        """Raises INVALID for unknown roles, PRIVILEGE_ESCALATION for those that are more than the asker's."""
        roles = self._roles(role_ids, ("input", "roleIds"))
        self._problems.refuse()
        self._expect_no_escalation(roles or ())

    def update(self, wanted: BindingChange, standing: Iterable[Membership], path: Path) -> str | None:
        """Change one of the node's memberships, which keeps its id; None where there is a problem."""
        old = next((each for each in standing if each.id == wanted.membership_id), None)
        if old is None:
            self._problems.add("there is no such membership here", *path, "membershipId")
            return None
        new = old
        if isinstance(wanted.role_ids, tuple):
            if self._roles(wanted.role_ids, (*path, "roleIds")) is None:
                return None
            new = replace(new, role_ids=tuple(dict.fromkeys(wanted.role_ids)))
        if wanted.starts_at is not ABSENT:
            new = replace(new, starts_at=wanted.starts_at)
        if wanted.expires_at is not ABSENT:
            new = replace(new, expires_at=wanted.expires_at)
        if new.starts_at is not None and new.expires_at is not None and new.expires_at <= new.starts_at:
            self._problems.add("it would end before it begins", *path, "expiresAt")
            return None
        self._expect_no_escalation(self._known(old.role_ids))
        self._expect_no_escalation(self._known(new.role_ids))
        facts, at = self._change.facts, self._change.instant
        if lasts_as_admin(facts, old, at) and not lasts_as_admin(facts, new, at):
            expect_admin_remains(facts, at, without=(old.id,))
        self._change.set(
            tables.Membership,
            old.id,
            role_ids=list(new.role_ids),
            starts_at=new.starts_at,
            expires_at=new.expires_at,
        )
        return old.id

    def expect_may_end(self, membership: Membership) -> None:
        """Raises PRIVILEGE_ESCALATION where another's roles are more than the asker's, LAST_ADMIN for the last one."""
        if membership.subject_id != self._change.asker.id:
            self._expect_no_escalation(self._known(membership.role_ids))
        if lasts_as_admin(self._change.facts, membership, self._change.instant):
            expect_admin_remains(self._change.facts, self._change.instant, without=(membership.id,))

    def _expect_no_escalation(self, roles: Iterable[Role]) -> None:
        if not may_give(self._change.view, self._node, roles):
            raise BailiwickError(
                ErrorCode.PRIVILEGE_ESCALATION, "these roles allow more here than your own: you can't hand them on"
            )

    def _known(self, role_ids: Iterable[str]) -> list[Role]:
        return [role for role in map(self._change.facts.role, role_ids) if role is not None]

    def _roles(self, role_ids: Sequence[str], path: Path) -> list[Role] | None:
        unknown = [index for index, role_id in enumerate(role_ids) if self._change.facts.role(role_id) is None]
        for index in unknown:
            self._problems.add("there is no such role", *path, index)
        return None if unknown else self._known(role_ids)

    def _is_eligible(self, binding: Binding, path: Path) -> bool:
        objects = self._change.objects
        if binding.user_id is not None:
            person = objects.person(binding.user_id)
            if person is None:
                return self._refuse("there is no such user", path, "userId", ErrorCode.INVALID)
            if not user_may_join(self._change.facts, self._node, person, self._change.instant):
                message = "only who belongs to the organization has memberships below it"
                return self._refuse(message, path, "userId", ErrorCode.INELIGIBLE_SUBJECT)
            return True
        team = objects.node(binding.team_id)
        if not isinstance(team, Team):
            return self._refuse("there is no such team", path, "teamId", ErrorCode.INVALID)
        if not team_may_join(objects, self._node, team):
            message = "a team is invited to other teams and projects, by a direct member or ADMIN of it"
            return self._refuse(message, path, "teamId", ErrorCode.INELIGIBLE_SUBJECT)
        return True

    def _refuse(self, message: str, path: Path, field: str, code: ErrorCode) -> bool:
        self._problems.add(message, *path, field, code=code)
        return False


def user_may_join(facts: Facts, node: Node, person: Person, at: int) -> bool:
    """Whether somebody can have a membership on a node: on the organization, or below where they belong."""
    if person.is_service_account and person.organization_id != facts.organization.id:
        return False
    return node.id == facts.organization.id or belonging(facts, person.id, at) is not None


def team_may_join(objects: Objects, node: Node, team: Team) -> bool:
    """Whether the asker may invite a team to a node: never to the organization or itself (section 3; GL-6)."""
    return node.id not in (objects.facts.organization.id, team.id) and may_name(objects, team)
