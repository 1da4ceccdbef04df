"""Restrictions: which of them match an environment, and who passes one (rule.md, sections 4 step 6 and 5)."""

from collections.abc import Iterator
from dataclasses import dataclass

from app.policy.entities import ApprovalRule, Environment, Grant, Membership, Restriction
from app.policy.facts import Facts
from app.policy.holding import belonging, held_roles, is_in_team, level_on
from app.policy.names import matches
from app.policy.subject import Subject
from app.policy.vocabulary import RoleLevel, Tier


@dataclass(frozen=True, slots=True)
class Passage:
    """How a restriction is passed: by one of its grants, or as ADMIN by the membership that makes one."""

    grant: Grant | None
    membership: Membership | None


def targets(restriction: Restriction, name: str, tier: Tier, environment_id: str | None) -> bool:
    """Whether a restriction's target is an environment of this name, tier and id (None: it is not there yet)."""
    if restriction.environment_name is not None:
        return matches(restriction.environment_name, name)
    if restriction.tier is not None:
        return restriction.tier is tier
    return restriction.environment_id == environment_id


def restrictions_on(
    facts: Facts, project_id: str, name: str, tier: Tier, environment_id: str | None
) -> Iterator[Restriction]:
    """Every restriction, enabled or not, that matches such an environment of the project, nearest scope first."""
    for node in facts.path(project_id):
        for restriction in facts.restrictions_at(node.id):
            if targets(restriction, name, tier, environment_id):
                yield restriction


def enabled_on(facts: Facts, environment: Environment) -> tuple[Restriction, ...]:
    """The enabled restrictions that match an environment: all of them must be passed (GL-65, GL-66)."""
    found = restrictions_on(facts, environment.project_id, environment.name, environment.tier, environment.id)
    return tuple(restriction for restriction in found if restriction.enabled)


def names_subject(facts: Facts, subject: Subject, rule: Grant | ApprovalRule, scope_id: str, at: int) -> bool:
    """Whether a grant or approval rule is about the subject, whatever the grant's own times."""
    if rule.user_id is not None:
        return rule.user_id == subject.id
    if rule.team_id is not None:
        return is_in_team(facts, subject.id, rule.team_id, rule.inheritance, at)
    level = level_on(facts, subject, scope_id, at)
    return rule.level is not None and level is not None and level >= rule.level


def has_fallen(facts: Facts, rule: ApprovalRule, at: int) -> bool:
    """Whether an approval rule's only subject is gone: it falls to MAINTAINER of the scope, never evaporates (8; G-8).

    Gone is a user who is deactivated or does not belong at the instant, and a team that is not there.
    """
    if rule.team_id is not None:
        return facts.node(rule.team_id) is None
    if rule.user_id is None:
        return False
    person = facts.person(rule.user_id)
    return person is None or not person.is_active or belonging(facts, rule.user_id, at) is None


def approves_by(facts: Facts, subject: Subject, rule: ApprovalRule, scope_id: str, at: int) -> bool:
    """Whether an approval rule is about the subject: matched like a grant's, or as what it fell to."""
    if not has_fallen(facts, rule, at):
        return names_subject(facts, subject, rule, scope_id, at)
    level = level_on(facts, subject, scope_id, at)
    return level is not None and level >= RoleLevel.MAINTAINER


def passage(facts: Facts, subject: Subject, restriction: Restriction, at: int) -> Passage | None:
    """How the subject passes a restriction, or None. Asks nothing about belonging or seeing: the caller has."""
    if restriction.admin_bypass:
        for held in held_roles(facts, subject.id, restriction.scope_id, at):
            if held.role.is_admin:
                return Passage(None, held.membership)
    for grant in restriction.grants:
        if grant.holds_at(at) and names_subject(facts, subject, grant, restriction.scope_id, at):
            return Passage(grant, None)
    return None


def team_passage(facts: Facts, subject: Subject, restriction: Restriction, at: int) -> Grant | None:
    """The team grant through which the subject passes a restriction: deployment-only access (GL-35, GL-41)."""
    return next(
        (
            grant
            for grant in restriction.grants
            if grant.team_id is not None
            and grant.holds_at(at)
            and names_subject(facts, subject, grant, restriction.scope_id, at)
        ),
        None,
    )


def matched_rules(
    facts: Facts, subject: Subject, environment: Environment, at: int
) -> Iterator[tuple[Restriction, ApprovalRule]]:
    """The approval rules on an environment that a subject who sees it matches; people who belong only (section 8)."""
    if subject.person.is_service_account or belonging(facts, subject.id, at) is None:
        return
    for restriction in enabled_on(facts, environment):
        for rule in restriction.approval_rules:
            if approves_by(facts, subject, rule, restriction.scope_id, at):
                yield restriction, rule
