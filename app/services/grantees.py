"""Whom a grant or approval rule may name (rule.md, section 5): said once, for saving and for candidates."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import compress, islice

from app.policy.entities import ApprovalRule, Environment, Grant, Node, Person, Team
from app.policy.facts import Facts
from app.policy.holding import belonging, level_on
from app.policy.objects import Objects
from app.policy.restrictions import approves_by
from app.policy.rule import decide
from app.policy.sets import holds, marks
from app.policy.subject import Subject
from app.policy.subjects import of_each, read_of_rule
from app.policy.vocabulary import Permission, RoleLevel

LEVELS = (RoleLevel.MEMBER, RoleLevel.MAINTAINER, RoleLevel.ADMIN)
"""The levels that can be named."""


def eligible_level(objects: Objects, scope: Node, person: Person) -> RoleLevel | None:
    """The level that somebody holds on the scope, if a grant may name them; else None.

    That is who belongs, is active, and holds at least MEMBER there (GL-18, GL-22).
    """
    facts, at = objects.facts, objects.view.at
    if not person.is_active or belonging(facts, person.id, at) is None:
        return None
    level = level_on(facts, Subject(person), scope.id, at)
    return level if level is not None and level >= RoleLevel.MEMBER else None


def eligible_teams(objects: Objects, scope: Node, teams: Iterable[Team]) -> Iterator[Team]:
    """Those of some teams that are the scope, below it, or hold a membership on it or above (GL-16, GL-72).

    Only a direct member or an ADMIN of a team names it (GL-6).
    """
    facts, structure, at = objects.facts, objects.structure, objects.view.at
    above = {node.id for node in facts.path(scope.id)}
    below = marks(structure.subtree(structure.node_number[scope.id]), len(structure.nodes))
    for team in nameable(objects, teams):
        invited = (each.node_id in above and each.holds_at(at) for each in facts.memberships_of(team.id))
        if holds(below, structure.node_number[team.id]) or any(invited):
            yield team


def count_approvers(
    facts: Facts, scope_id: str, rule: ApprovalRule, environments: Sequence[Environment], at: int
) -> int:
    """How many active people match an approval rule and see an environment it is about; all who match if it has none.

    Counted up to as many as it requires: to find out who sees what takes long.
    """
    people = list(facts.people.values())

    def matches(person: Person) -> bool:
        return (
            person.is_active
            and not person.is_service_account
            and belonging(facts, person.id, at) is not None
            and approves_by(facts, Subject(person), rule, scope_id, at)
        )

    matching = compress(people, of_each(facts, people, matches, read_of_rule(facts, scope_id, rule), are_all=True))
    seeing = (person for person in matching if not environments or _sees_any(facts, person, environments, at))
    return sum(1 for _ in islice(seeing, rule.required_approvals))


def same_grantee(one: Grant | ApprovalRule, other: Grant | ApprovalRule) -> bool:
    """Whether two grants, or two rules, name the same user, team or level."""
    return (one.user_id, one.team_id, one.level) == (other.user_id, other.team_id, other.level)


def nameable(objects: Objects, teams: Iterable[Team]) -> Iterator[Team]:
    """Those of some teams that the asker may name: a direct member or an ADMIN of it, inherited or not (GL-6)."""
    view, number = objects.view, objects.structure.node_number
    own = {each.node_id for each in view.standing.own if each.holds_at(view.at)}
    level = view.standing.level
    return (team for team in teams if team.id in own or level(number[team.id]) is RoleLevel.ADMIN)


def _sees_any(facts: Facts, person: Person, environments: Sequence[Environment], at: int) -> bool:
    subject = Subject(person)
    return any(decide(facts, subject, Permission.ENVIRONMENT_VIEW, each.id, at) for each in environments)
