"""What goes when something ends, so that no fact is left dangling (rule.md, sections 2, 7, 8 and 10).

Deleting a subject leaves the rules that name it standing: a restriction keeps refusing, and an approval rule whose
only subject disappears falls to MAINTAINER of its scope instead of evaporating.
"""

from app.db import tables
from app.db.tables import Fact
from app.policy.entities import ApprovalRule, Environment, Project, Restriction, Team
from app.policy.vocabulary import Inheritance, RoleLevel
from app.services.changes import Change
from app.store.living import living_ids


def forget_team(change: Change, team: Team) -> None:
    """End what a team that is deleted has: memberships on it and of it, its restrictions, grants that name it."""
    _forget_node(change, team.id)
    _forget_subject(change, team.id)


def forget_project(change: Change, project: Project) -> None:
    """End what a project without environments has when it is deleted."""
    _forget_node(change, project.id)
    for deployment_id in living_ids(change.connection, tables.Deployment, "project_id", project.id):
        _forget_deployment(change, deployment_id)


def forget_environment(change: Change, environment: Environment) -> None:
    """End what an environment has when it is deleted: its deployments go with it, and it leaves every list."""
    for restriction in change.facts.restrictions.values():
        if restriction.environment_id == environment.id:
            forget_restriction(change, restriction)
    for deployment_id in living_ids(change.connection, tables.Deployment, "environment_id", environment.id):
        _forget_deployment(change, deployment_id)
    for model, column in _OF_ENVIRONMENT:
        _end_all(change, model, column, environment.id)


def forget_member(change: Change, user_id: str) -> None:
    """End what somebody who leaves the organization has there: every membership, list entry and grant."""
    for membership in change.facts.memberships_of(user_id):
        forget_membership(change, membership.id)
    _forget_rules(change, user_id)


def forget_membership(change: Change, membership_id: str) -> None:
    """End a membership and the access list on it."""
    _end_all(change, tables.EnvironmentAccessEntry, "membership_id", membership_id)
    change.end(tables.Membership, membership_id)


def forget_restriction(change: Change, restriction: Restriction) -> None:
    """End a restriction with its grants and approval rules (GL-46)."""
    for grant in restriction.grants:
        change.end(tables.Grant, grant.id)
    for rule in restriction.approval_rules:
        change.end(tables.ApprovalRule, rule.id)
    change.end(tables.Restriction, restriction.id)


_OF_ENVIRONMENT: tuple[tuple[type[Fact], str], ...] = (
    (tables.EnvironmentSettings, "target_id"),
    (tables.Autoscaling, "target_id"),
    (tables.EnvironmentAccessEntry, "environment_id"),
    (tables.AccessRequest, "environment_id"),
    (tables.BreakGlass, "environment_id"),
)


def _forget_node(change: Change, node_id: str) -> None:
    for membership in change.facts.memberships_on(node_id):
        forget_membership(change, membership.id)
    for restriction in change.facts.restrictions_at(node_id):
        forget_restriction(change, restriction)


def _forget_subject(change: Change, team_id: str) -> None:
    for membership in change.facts.memberships_of(team_id):
        forget_membership(change, membership.id)
    _forget_rules(change, team_id)


def _forget_rules(change: Change, subject_id: str) -> None:
    """End the grants that name somebody; let approval rules that do fall to MAINTAINER (G-8)."""
    for restriction in change.facts.restrictions.values():
        if restriction.scope_id == subject_id:
            continue  # ended with its scope
        for grant in restriction.grants:
            if subject_id in (grant.user_id, grant.team_id):
                change.end(tables.Grant, grant.id)
        for rule in restriction.approval_rules:
            if subject_id in (rule.user_id, rule.team_id):
                _fall_to_maintainers(change, restriction, rule)


def _fall_to_maintainers(change: Change, restriction: Restriction, rule: ApprovalRule) -> None:
    """One rule a subject: where MAINTAINER has one already, that takes the larger number."""
    level = RoleLevel.MAINTAINER
    standing = next((each for each in restriction.approval_rules if each.level is level), None)
    if standing is not None:
        required = max(standing.required_approvals, rule.required_approvals)
        change.set(tables.ApprovalRule, standing.id, required_approvals=required)
        change.end(tables.ApprovalRule, rule.id)
        return
    change.set(
        tables.ApprovalRule,
        rule.id,
        user_id=None,
        team_id=None,
        level=level.name,
        inheritance=Inheritance.DIRECT.value,
    )


def _forget_deployment(change: Change, deployment_id: str) -> None:
    _end_all(change, tables.Approval, "deployment_id", deployment_id)
    _end_all(change, tables.Autoscaling, "target_id", deployment_id)
    change.end(tables.Deployment, deployment_id)


def _end_all(change: Change, model: type[Fact], column: str, referred_id: str) -> None:
    for id in living_ids(change.connection, model, column, referred_id):
        change.end(model, id)
