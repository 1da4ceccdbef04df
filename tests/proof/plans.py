"""What a random world is to contain, drawn piece by piece; pieces name each other by number, modulo how many there are.

So any piece may be dropped or made simpler without the rest losing its meaning, which is what shrinking needs.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from app.policy.vocabulary import (
    NOT_IN_CUSTOM_ROLES,
    VIEW_PERMISSION,
    GrantSource,
    Inheritance,
    Permission,
    ProjectKind,
    RoleLevel,
    Tier,
)
from tests.proof.draws import Draws
from tests.proof.world import NOW

MINUTE = 60_000_000
INSTANTS = (NOW, NOW + 1, NOW + MINUTE)
TIMES = (NOW - MINUTE, NOW, NOW + 1, NOW + MINUTE, NOW + 2 * MINUTE)

NAMES = (
    "prod",
    "production",
    "prod/eu",
    "prod/eu/1",
    "prod.eu",
    "Prod",
    "staging",
    "review/a",
    "review/a/prod",
    "review",
)
PATTERNS = (
    "prod",
    "*",
    "prod*",
    "prod/*",
    "*prod*",
    "*/*",
    "review/*",
    "p*d",
    "prod.eu",
    "staging",
    "*a*/*d",
    "**",
    "PROD*",
    "prod/eu/1*",
)
GRANTED_LEVELS = (RoleLevel.MEMBER, RoleLevel.MAINTAINER, RoleLevel.ADMIN)
VIEWS = frozenset(VIEW_PERMISSION.values())

_FAR = 10_000  # more than there are things of any kind


@dataclass(frozen=True)
class Span:
    starts_at: int | None
    expires_at: int | None


@dataclass(frozen=True)
class RolePlan:
    permissions: frozenset[Permission]


@dataclass(frozen=True)
class TeamPlan:
    parent: int
    isolated: bool


@dataclass(frozen=True)
class EnvironmentPlan:
    name: str
    tier: Tier


@dataclass(frozen=True)
class ProjectPlan:
    parent: int
    kind: ProjectKind
    restricted: bool
    environments: list[EnvironmentPlan]


@dataclass(frozen=True)
class KeyPlan:
    permissions: frozenset[Permission] | None
    resource: int | None
    expires_at: int | None


@dataclass(frozen=True)
class PersonPlan:
    """`span` and `roles` are those of the membership on the organization; `listed` is None for the mode FULL."""

    outside: bool
    service_account: bool
    instance_admin: bool
    active: bool
    roles: list[str]
    span: Span
    listed: list[int] | None
    keys: list[KeyPlan]


@dataclass(frozen=True)
class MembershipPlan:
    subject: int
    of_team: bool
    node: int
    roles: list[str]
    span: Span


@dataclass(frozen=True)
class WhoPlan:
    """A user, team or level, as grants and approval rules name them; or a team that is `gone`."""

    kind: str
    number: int
    level: RoleLevel
    inheritance: Inheritance
    span: Span
    source: GrantSource
    required: int


@dataclass(frozen=True)
class RestrictionPlan:
    scope: int
    target: str
    pattern: str
    tier: Tier
    environment: int
    admin_bypass: bool
    hides: bool
    allow_self_approval: bool
    enabled: bool
    grants: list[WhoPlan]
    rules: list[WhoPlan]


@dataclass(frozen=True)
class Plan:
    lists_enforced: bool
    roles: list[RolePlan]
    teams: list[TeamPlan]
    projects: list[ProjectPlan]
    people: list[PersonPlan]
    memberships: list[MembershipPlan]
    restrictions: list[RestrictionPlan]
    instants: list[int]


def plan(draws: Draws, size: int) -> Plan:
    """`size` 5 gives about 20 resources and 8 subjects."""
    return Plan(
        lists_enforced=draws.chance(50),
        roles=draws.several(_role, 0, 3),
        teams=draws.several(_team, 0, size),
        projects=draws.several(_project, 0, size),
        people=draws.several(_person, 1, size + 2),
        memberships=draws.several(_membership, 0, 3 * size),
        restrictions=draws.several(_restriction, 0, size),
        instants=sorted(draws.some(INSTANTS, 40) | {NOW}),
    )


def _role(draws: Draws) -> RolePlan:
    permissions = draws.some([p for p in Permission if p not in NOT_IN_CUSTOM_ROLES], draws.one((20, 50)))
    if draws.chance(50):
        permissions |= VIEWS
    return RolePlan(permissions or frozenset({Permission.ENVIRONMENT_VIEW}))


def _team(draws: Draws) -> TeamPlan:
    return TeamPlan(draws.integer(0, _FAR), draws.chance(25))


def _project(draws: Draws) -> ProjectPlan:
    return ProjectPlan(
        draws.integer(0, _FAR), draws.one(list(ProjectKind)), draws.chance(30), draws.several(_environment, 0, 3)
    )


def _environment(draws: Draws) -> EnvironmentPlan:
    return EnvironmentPlan(draws.one(NAMES), draws.one(list(Tier)))


def _person(draws: Draws) -> PersonPlan:
    service_account = draws.chance(15)
    return PersonPlan(
        outside=draws.chance(8),
        service_account=service_account,
        instance_admin=draws.chance(8) and not service_account,
        active=not draws.chance(6),
        roles=_roles(draws, "GUEST", 35),
        span=_span(draws),
        listed=draws.several(_number, 0, 6) if draws.chance(30) else None,
        keys=draws.several(_key, 0, 2) if draws.chance(25) else [],
    )


def _number(draws: Draws) -> int:
    return draws.integer(0, _FAR)


def _key(draws: Draws) -> KeyPlan:
    narrow = draws.chance(60)
    return KeyPlan(
        permissions=VIEWS | draws.some(list(Permission), 50) if narrow else None,
        resource=_number(draws) if draws.chance(50) else None,
        expires_at=draws.one(TIMES) if draws.chance(25) else None,
    )


def _membership(draws: Draws) -> MembershipPlan:
    return MembershipPlan(_number(draws), draws.chance(25), _number(draws), _roles(draws, "MEMBER", 25), _span(draws))


_ROLES = ("VIEWER", "MEMBER", "MAINTAINER", "ADMIN", "GUEST", "ACCESS_MANAGER", "AUDITOR")
CUSTOM = "custom"


def _roles(draws: Draws, first: str, percent: int) -> list[str]:
    """Keys of built-in roles, or `custom` and a number; at least one."""
    if draws.chance(100 - percent):
        return draws.several(_any_role, 1, 2)
    return [first]


def _any_role(draws: Draws) -> str:
    return f"{CUSTOM}{draws.integer(0, 5)}" if draws.chance(25) else draws.one(_ROLES)


def _span(draws: Draws) -> Span:
    if not draws.chance(25):
        return Span(None, None)
    starts_at = draws.one((None, *TIMES))
    later = [time for time in TIMES if starts_at is None or time > starts_at]
    return Span(starts_at, draws.one((None, *later)))


def _restriction(draws: Draws) -> RestrictionPlan:
    return RestrictionPlan(
        scope=_number(draws),
        target=draws.one(("name", "tier", "environment")),
        pattern=draws.one(PATTERNS),
        tier=draws.one(list(Tier)),
        environment=_number(draws),
        admin_bypass=draws.chance(40),
        hides=draws.chance(25),
        allow_self_approval=draws.chance(30),
        enabled=not draws.chance(12),
        grants=draws.several(_grantee, 0, 3),
        rules=draws.several(_approver, 0, 2) if draws.chance(50) else [],
    )


def _grantee(draws: Draws) -> WhoPlan:
    return _who(draws, ("user", "team", "team", "level"))


def _approver(draws: Draws) -> WhoPlan:
    """Also a team that is gone: a rule outlives its subject (rule.md, section 8)."""
    return _who(draws, ("user", "team", "level") * 4 + ("gone",))


def _who(draws: Draws, kinds: Sequence[str]) -> WhoPlan:
    return WhoPlan(
        kind=draws.one(kinds),
        number=_number(draws),
        level=draws.one(GRANTED_LEVELS),
        inheritance=draws.one(list(Inheritance)),
        span=_span(draws),
        source=draws.one((GrantSource.EXPLICIT, GrantSource.ACCESS_REQUEST)),
        required=draws.integer(1, 3),
    )
