"""Grants and approval rules as they are asked for: validated one by one, saved all or not at all (rule.md, 5)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.db import tables
from app.policy.entities import ApprovalRule, Environment, Grant, Node, Restriction, Team
from app.policy.structure import Structure
from app.policy.vocabulary import ErrorCode, GrantSource, Inheritance, RoleLevel, Tier
from app.services.changes import Change
from app.services.grantees import (
    LEVELS,
    count_approvers,
    eligible_level,
    eligible_teams,
    same_grantee,
)
from app.services.problems import Problems

Path = tuple[str | int, ...]
MOST_APPROVALS = 1_000


@dataclass(frozen=True, slots=True)
class Grantee:
    """Whom an entry names: exactly one of the three."""

    user_id: str | None = None
    team_id: str | None = None
    level: RoleLevel | None = None


@dataclass(frozen=True, slots=True)
class GrantEntry:
    """A grant that is asked for; instants in µs."""

    grantee: Grantee
    inheritance: Inheritance = Inheritance.DIRECT
    starts_at: int | None = None
    expires_at: int | None = None


@dataclass(frozen=True, slots=True)
class RuleEntry:
    """An approval rule that is asked for."""

    approver: Grantee
    inheritance: Inheritance = Inheritance.DIRECT
    required_approvals: int = 1


@dataclass(frozen=True, slots=True)
class RestrictionEntry:
    """A restriction that is asked for, but for its scope and target."""

    admin_bypass: bool = True
    hides: bool = False
    allow_self_approval: bool = False
    grants: tuple[GrantEntry, ...] = ()
    approval_rules: tuple[RuleEntry, ...] = ()


@dataclass(frozen=True, slots=True)
class Target:
    """What a restriction matches: exactly one of the three."""

    name: str | None = None
    tier: Tier | None = None
    environment_id: str | None = None


def check_shape(problems: Problems, entry: RestrictionEntry, *path: str | int) -> None:
    """Note what is wrong with a restriction whatever the facts are."""
    check_grants_shape(problems, entry.grants, *path, "grants")
    check_rules_shape(problems, entry.approval_rules, *path, "approvalRules")
    if not entry.admin_bypass and not entry.grants:
        problems.add("without `adminBypass` at least one grant is needed", *path, "grants")


def check_grants_shape(problems: Problems, grants: Iterable[GrantEntry], *path: str | int) -> None:
    """Note what is wrong with grants whatever the facts are: levels, spans, and naming somebody twice."""
    seen: set[Grantee] = set()
    for index, grant in enumerate(grants):
        _check_grantee_shape(problems, grant.grantee, seen, *path, index, "grantee")
        if grant.starts_at is not None and grant.expires_at is not None and grant.expires_at <= grant.starts_at:
            problems.add("it would end before it begins", *path, index, "expiresAt")


def check_rules_shape(problems: Problems, rules: Iterable[RuleEntry], *path: str | int) -> None:
    """Note what is wrong with approval rules whatever the facts are."""
    seen: set[Grantee] = set()
    for index, rule in enumerate(rules):
        _check_grantee_shape(problems, rule.approver, seen, *path, index, "approver")
        if not 1 <= rule.required_approvals <= MOST_APPROVALS:
            problems.add(f"this is from 1 to {MOST_APPROVALS}", *path, index, "requiredApprovals")


def _check_grantee_shape(problems: Problems, grantee: Grantee, seen: set[Grantee], *path: str | int) -> None:
    if grantee.level is not None and grantee.level not in LEVELS:
        problems.add("a level is `MEMBER`, `MAINTAINER` or `ADMIN`", *path, "level")
    if grantee in seen:
        problems.add("this is named twice", *path)
    seen.add(grantee)


class Entries:
    """Validates entries of one restriction, there already or about to be, and adds them to a change."""

    def __init__(self, change: Change, scope: Node, problems: Problems, environments: Sequence[Environment]) -> None:
        self._change = change
        self._scope = scope
        self._problems = problems
        self._environments = environments

    def grant(self, restriction_id: str, entry: GrantEntry, standing: Iterable[Grant], path: Path) -> None:
        """Add a grant, in place of an expired one for the same grantee; a standing one is CONFLICT."""
        new = Grant(
            "",
            self._change.organization.id,
            restriction_id,
            entry.grantee.user_id,
            entry.grantee.team_id,
            entry.grantee.level,
            entry.inheritance if entry.grantee.team_id is not None else Inheritance.DIRECT,
            GrantSource.EXPLICIT,
            entry.starts_at,
            entry.expires_at,
        )
        if not self._may_name(entry.grantee, (*path, "grantee")):
            return
        for old in standing:
            if not same_grantee(old, new):
                continue
            if old.expires_at is None or old.expires_at > self._change.instant:
                self._problems.add("this has a grant already", *path, "grantee", code=ErrorCode.CONFLICT)
                return
            self._change.end(tables.Grant, old.id)
        self._change.add(
            tables.Grant,
            restriction_id=restriction_id,
            user_id=new.user_id,
            team_id=new.team_id,
            level=None if new.level is None else new.level.name,
            inheritance=new.inheritance.value,
            source=new.source.value,
            starts_at=new.starts_at,
            expires_at=new.expires_at,
        )

    def rule(self, restriction_id: str, entry: RuleEntry, standing: Iterable[ApprovalRule], path: Path) -> None:
        """Add an approval rule; one for the same approver is CONFLICT."""
        new = ApprovalRule(
            "",
            self._change.organization.id,
            restriction_id,
            entry.approver.user_id,
            entry.approver.team_id,
            entry.approver.level,
            entry.inheritance if entry.approver.team_id is not None else Inheritance.DIRECT,
            entry.required_approvals,
        )
        if not self._may_name(entry.approver, (*path, "approver")):
            return
        if any(same_grantee(old, new) for old in standing):
            self._problems.add("this has an approval rule already", *path, "approver", code=ErrorCode.CONFLICT)
            return
        self.check_number(new, (*path, "requiredApprovals"))
        self._change.add(
            tables.ApprovalRule,
            restriction_id=restriction_id,
            user_id=new.user_id,
            team_id=new.team_id,
            level=None if new.level is None else new.level.name,
            inheritance=new.inheritance.value,
            required_approvals=new.required_approvals,
        )

    def check_number(self, rule: ApprovalRule, path: Path) -> None:
        """Note where a rule requires more approvals than there are people to give them (GL-23)."""
        facts, at = self._change.facts, self._change.instant
        most = count_approvers(facts, self._scope.id, rule, self._environments, at)
        if rule.required_approvals > most:
            self._problems.add(f"at most {most} people could approve this", *path)

    def _may_name(self, grantee: Grantee, path: Path) -> bool:
        objects = self._change.objects
        if grantee.user_id is not None:
            person = objects.person(grantee.user_id)
            if person is None:
                return self._refuse("there is no such user", path, "userId", ErrorCode.INVALID)
            if eligible_level(objects, self._scope, person) is None:
                return self._refuse(
                    "a user must hold at least MEMBER on the scope", path, "userId", ErrorCode.INELIGIBLE_SUBJECT
                )
        elif grantee.team_id is not None:
            team = objects.node(grantee.team_id)
            if not isinstance(team, Team):
                return self._refuse("there is no such team", path, "teamId", ErrorCode.INVALID)
            if not any(eligible_teams(objects, self._scope, (team,))):
                message = "a team must be at, below or invited to the scope, and you a direct member or ADMIN of it"
                return self._refuse(message, path, "teamId", ErrorCode.INELIGIBLE_SUBJECT)
        return True

    def _refuse(self, message: str, path: Path, field: str, code: ErrorCode) -> bool:
        self._problems.add(message, *path, field, code=code)
        return False


def add_restriction(
    change: Change,
    scope: Node,
    target: Target,
    entry: RestrictionEntry,
    environments: Sequence[Environment],
    path: Path,
) -> str:
    """Add a restriction with its grants and approval rules; gives its id.

    `environments` are those it matches now. Raises every problem of its entries at once, under `path`.
    """
    problems = Problems()
    restriction_id = change.add(
        tables.Restriction,
        scope_id=scope.id,
        environment_name=target.name,
        tier=None if target.tier is None else target.tier.value,
        environment_id=target.environment_id,
        admin_bypass=entry.admin_bypass,
        hides=entry.hides,
        allow_self_approval=entry.allow_self_approval,
        enabled=True,
    )
    entries = Entries(change, scope, problems, environments)
    for index, grant in enumerate(entry.grants):
        entries.grant(restriction_id, grant, (), (*path, "grants", index))
    for index, rule in enumerate(entry.approval_rules):
        entries.rule(restriction_id, rule, (), (*path, "approvalRules", index))
    problems.refuse()
    return restriction_id


def environments_matching(change: Change, scope: Node, target: Target) -> list[Environment]:
    """The environments that a restriction of this scope and target would match now."""
    structure: Structure = change.objects.structure
    probe = Restriction(
        "", change.organization.id, scope.id, target.name, target.tier, target.environment_id,
        admin_bypass=True, hides=False, allow_self_approval=False, enabled=True, grants=(), approval_rules=(),
        created_at=0,
    )  # fmt: skip
    return [structure.environments[number] for number in structure.targets(probe)]
