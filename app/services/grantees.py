"""Whom a grant or approval rule may name (rule.md, section 5): said once, for saving and for candidates."""

from collections.abc import Sequence

from app.policy.entities import ApprovalRule, Environment, Grant, Node, Person, Team
from app.policy.facts import Facts
from app.policy.holding import belonging, level_on
from app.policy.objects import Objects
from app.policy.restrictions import approves_by
from app.policy.rule import decide
from app.policy.subject import Subject
from app.policy.vocabulary import Permission, RoleLevel

LEVELS = (RoleLevel.MEMBER, RoleLevel.MAINTAINER, RoleLevel.ADMIN)
"""The levels that can be named."""


def user_is_eligible(objects: Objects, scope: Node, person: Person) -> bool:
    """Whether somebody belongs and holds at least MEMBER on the scope (GL-18, GL-22)."""
    facts, at = objects.facts, objects.view.at
    level = level_on(facts, Subject(person), scope.id, at)
    belongs = belonging(facts, person.id, at) is not None
    return person.is_active and belongs and level is not None and level >= RoleLevel.MEMBER


def team_is_eligible(objects: Objects, scope: Node, team: Team) -> bool:
    """Whether a team is the scope, below it, or holds a membership on it or above (GL-16, GL-72), and may be named.

    Only a direct member or an ADMIN of the team names it (GL-6).
    """
    facts, at = objects.facts, objects.view.at
    above = {node.id for node in facts.path(scope.id)}
    related = any(node.id == scope.id for node in facts.path(team.id)) or any(
        membership.node_id in above and membership.holds_at(at) for membership in facts.memberships_of(team.id)
    )
    return related and may_name(objects, team)


def eligible_approvers(
    facts: Facts, scope_id: str, rule: ApprovalRule, environments: Sequence[Environment], at: int
) -> set[str]:
    """The active people who match an approval rule and see an environment it is about; all who match if it has none."""
    matching = [
        person
        for person in facts.people.values()
        if person.is_active
        and not person.is_service_account
        and belonging(facts, person.id, at) is not None
        and approves_by(facts, Subject(person), rule, scope_id, at)
    ]
    return {person.id for person in matching if not environments or _sees_any(facts, person, environments, at)}


def same_grantee(one: Grant | ApprovalRule, other: Grant | ApprovalRule) -> bool:
    """Whether two grants, or two rules, name the same user, team or level."""
    return (one.user_id, one.team_id, one.level) == (other.user_id, other.team_id, other.level)


def may_name(objects: Objects, team: Team) -> bool:
    """Whether the asker may name a team as a subject: a direct member or an ADMIN of it, inherited or not (GL-6)."""
    view = objects.view
    own = objects.facts.membership_on(view.subject.id, team.id)
    level = view.standing.level(view.structure.node_number[team.id])
    return (own is not None and own.holds_at(view.at)) or level is RoleLevel.ADMIN


def _sees_any(facts: Facts, person: Person, environments: Sequence[Environment], at: int) -> bool:
    subject = Subject(person)
    return any(decide(facts, subject, Permission.ENVIRONMENT_VIEW, each.id, at) for each in environments)
