"""One row of a fact table to one frozen value of the policy."""

import json
from typing import Any

from sqlalchemy import Row

from app.policy.entities import (
    ApprovalRule,
    Environment,
    Grant,
    Membership,
    Organization,
    Person,
    Project,
    Restriction,
    Team,
)
from app.policy.roles import Role
from app.policy.vocabulary import (
    EnvironmentAccessMode,
    EnvironmentState,
    GrantSource,
    Inheritance,
    Permission,
    ProjectKind,
    RoleLevel,
    Tier,
    TierSource,
)

AnyRow = Row[Any]
USER_PREFIX = "usr_"


def organization(row: AnyRow) -> Organization:
    return Organization(row.id, row.slug, row.name, bool(row.environment_access_enabled), row.created_at)


def team(row: AnyRow) -> Team:
    return Team(row.id, row.ledger_id, row.parent_id, row.slug, row.name, bool(row.isolated), row.created_at)


def project(row: AnyRow) -> Project:
    kind, restricted = ProjectKind[row.kind], bool(row.restricted)
    return Project(row.id, row.ledger_id, row.parent_id, row.slug, row.name, kind, restricted, row.created_at)


def environment(row: AnyRow) -> Environment:
    return Environment(
        row.id,
        row.ledger_id,
        row.project_id,
        row.name,
        Tier[row.tier],
        TierSource[row.tier_source],
        EnvironmentState[row.state],
        row.created_at,
    )


def role(row: AnyRow) -> Role:
    permissions = frozenset(Permission[name] for name in json.loads(row.permissions))
    return Role(row.id, row.ledger_id, row.id, row.name, None, permissions)


def membership(row: AnyRow, environment_ids: frozenset[str]) -> Membership:
    return Membership(
        row.id,
        row.ledger_id,
        row.subject_id,
        not row.subject_id.startswith(USER_PREFIX),
        row.node_id,
        tuple(json.loads(row.role_ids)),
        row.starts_at,
        row.expires_at,
        EnvironmentAccessMode[row.environment_access_mode],
        environment_ids,
        row.created_at,
    )


def restriction(row: AnyRow, grants: tuple[Grant, ...], rules: tuple[ApprovalRule, ...]) -> Restriction:
    return Restriction(
        row.id,
        row.ledger_id,
        row.scope_id,
        row.environment_name,
        None if row.tier is None else Tier[row.tier],
        row.environment_id,
        bool(row.admin_bypass),
        bool(row.hides),
        bool(row.allow_self_approval),
        bool(row.enabled),
        grants,
        rules,
        row.created_at,
    )


def grant(row: AnyRow) -> Grant:
    return Grant(
        row.id,
        row.ledger_id,
        row.restriction_id,
        row.user_id,
        row.team_id,
        level(row.level),
        Inheritance[row.inheritance],
        GrantSource[row.source],
        row.starts_at,
        row.expires_at,
    )


def approval_rule(row: AnyRow) -> ApprovalRule:
    return ApprovalRule(
        row.id,
        row.ledger_id,
        row.restriction_id,
        row.user_id,
        row.team_id,
        level(row.level),
        Inheritance[row.inheritance],
        row.required_approvals,
    )


def person(row: AnyRow) -> Person:
    return Person(
        row.id,
        row.name,
        row.email,
        bool(row.is_service_account),
        row.organization_id,
        bool(row.is_active),
        bool(row.is_instance_admin),
        row.created_by,
        row.created_at,
    )


def level(name: str | None) -> RoleLevel | None:
    return None if name is None else RoleLevel[name]
