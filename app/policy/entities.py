"""What facts are made of, as frozen records: nodes of the tree, environments, people, memberships, restrictions."""

from dataclasses import dataclass
from typing import ClassVar

from app.policy.vocabulary import (
    EnvironmentAccessMode,
    EnvironmentState,
    GrantSource,
    Inheritance,
    ProjectKind,
    ResourceKind,
    RoleLevel,
    Tier,
    TierSource,
)


def holds_at(starts_at: int | None, expires_at: int | None, at: int) -> bool:
    """Whether `at` lies from `starts_at` (included) until `expires_at` (excluded); µs, None is unbounded."""
    return (starts_at is None or starts_at <= at) and (expires_at is None or at < expires_at)


@dataclass(frozen=True, slots=True)
class Person:
    """A person or service account, as the instance's ledger has them; `organization_id` is a service account's."""

    id: str
    name: str
    email: str | None
    is_service_account: bool
    organization_id: str | None
    is_active: bool
    is_instance_admin: bool
    created_by: str | None
    created_at: int


@dataclass(frozen=True, slots=True)
class Organization:
    """The root of the tree."""

    kind: ClassVar[ResourceKind] = ResourceKind.ORGANIZATION
    parent_id: ClassVar[None] = None
    is_boundary: ClassVar[bool] = False

    id: str
    slug: str
    name: str
    environment_access_enabled: bool
    created_at: int

    @property
    def organization_id(self) -> str:
        return self.id


@dataclass(frozen=True, slots=True)
class Team:
    """A node between the organization and its projects; also a group of people (rule.md, sections 1 and 2)."""

    kind: ClassVar[ResourceKind] = ResourceKind.TEAM

    id: str
    organization_id: str
    parent_id: str
    slug: str
    name: str
    isolated: bool
    created_at: int

    @property
    def is_boundary(self) -> bool:
        """Whether only ADMIN passes from above."""
        return self.isolated


@dataclass(frozen=True, slots=True)
class Project:
    """What has environments."""

    kind: ClassVar[ResourceKind] = ResourceKind.PROJECT

    id: str
    organization_id: str
    parent_id: str
    slug: str
    name: str
    project_kind: ProjectKind
    restricted: bool
    created_at: int

    @property
    def is_boundary(self) -> bool:
        """Whether only ADMIN passes from above."""
        return self.restricted


@dataclass(frozen=True, slots=True)
class Environment:
    """A leaf of the tree, of one project."""

    kind: ClassVar[ResourceKind] = ResourceKind.ENVIRONMENT

    id: str
    organization_id: str
    project_id: str
    name: str
    tier: Tier
    tier_source: TierSource
    state: EnvironmentState
    created_at: int


Node = Organization | Team | Project
Resource = Node | Environment


@dataclass(frozen=True, slots=True)
class Membership:
    """Subject holds roles on node from `starts_at` until `expires_at` (µs); on an organization, with an access list."""

    id: str
    organization_id: str
    subject_id: str
    subject_is_team: bool
    node_id: str
    role_ids: tuple[str, ...]
    starts_at: int | None
    expires_at: int | None
    mode: EnvironmentAccessMode
    environment_ids: frozenset[str]
    created_at: int

    def holds_at(self, at: int) -> bool:
        return holds_at(self.starts_at, self.expires_at, at)


@dataclass(frozen=True, slots=True)
class Grant:
    """One way through a restriction: exactly one of user, team and level, from `starts_at` until `expires_at` (µs)."""

    id: str
    organization_id: str
    restriction_id: str
    user_id: str | None
    team_id: str | None
    level: RoleLevel | None
    inheritance: Inheritance
    source: GrantSource
    starts_at: int | None
    expires_at: int | None

    def holds_at(self, at: int) -> bool:
        return holds_at(self.starts_at, self.expires_at, at)


@dataclass(frozen=True, slots=True)
class ApprovalRule:
    """Who must approve, and how many of them: exactly one of user, team and level."""

    id: str
    organization_id: str
    restriction_id: str
    user_id: str | None
    team_id: str | None
    level: RoleLevel | None
    inheritance: Inheritance
    required_approvals: int


@dataclass(frozen=True, slots=True)
class Restriction:
    """A scope, a target (exactly one of name, tier and environment), grants and approval rules (rule.md, section 5)."""

    id: str
    organization_id: str
    scope_id: str
    environment_name: str | None
    tier: Tier | None
    environment_id: str | None
    admin_bypass: bool
    hides: bool
    allow_self_approval: bool
    enabled: bool
    grants: tuple[Grant, ...]
    approval_rules: tuple[ApprovalRule, ...]
    created_at: int


def person_order(person: Person) -> tuple[str, str]:
    """The key that lists of people are in order of: the name, whatever its case, then the id."""
    return person.name.casefold(), person.id
