"""Whom one may add: to a node as members, to its restrictions as grantees (BAS-29; rule.md, section 5).

Exactly those whom the mutations would accept.
"""

from dataclasses import dataclass

from app.policy.entities import Membership, Node, Person, Team
from app.policy.holding import level_on
from app.policy.objects import Objects
from app.policy.subject import Subject
from app.policy.vocabulary import RoleLevel
from app.services.grantees import team_is_eligible, user_is_eligible
from app.services.joining import team_may_join, user_may_join
from app.services.lists import matches_search


@dataclass(frozen=True, slots=True)
class MemberCandidate:
    """Somebody who may be added to a node, and the membership that they have on it already, if the asker sees that."""

    subject: Person | Team
    membership: Membership | None


@dataclass(frozen=True, slots=True)
class GrantCandidate:
    """Somebody who may be granted passage, and the level that they hold on the scope; none for a team."""

    subject: Person | Team
    held_level: RoleLevel | None


def member_candidates(objects: Objects, node: Node, search: str | None) -> list[MemberCandidate]:
    """Whom the asker may add to a node, of those they see."""
    facts = objects.facts
    found: list[Person | Team] = [
        person for person in _people(objects, search) if user_may_join(facts, node, person, objects.view.at)
    ]
    found += [team for team in _teams(objects, search) if team_may_join(objects, node, team)]
    candidates = [MemberCandidate(each, _seen_membership(objects, each, node)) for each in found]
    return sorted(candidates, key=candidate_order)


def grant_candidates(objects: Objects, scope: Node, search: str | None) -> list[GrantCandidate]:
    """Whom the asker may name in a grant or approval rule of a scope, of those they see."""
    facts, at = objects.facts, objects.view.at
    people = [person for person in _people(objects, search) if user_is_eligible(objects, scope, person)]
    teams = [team for team in _teams(objects, search) if team_is_eligible(objects, scope, team)]
    found = [GrantCandidate(person, level_on(facts, Subject(person), scope.id, at)) for person in people]
    found += [GrantCandidate(team, None) for team in teams]
    return sorted(found, key=candidate_order)


def candidate_order(candidate: MemberCandidate | GrantCandidate) -> tuple[str, str]:
    """The key that candidates are in order of."""
    return candidate.subject.name.casefold(), candidate.subject.id


def _seen_membership(objects: Objects, subject: Person | Team, node: Node) -> Membership | None:
    membership = objects.facts.membership_on(subject.id, node.id)
    return membership if membership is not None and objects.sees_membership(membership) else None


def _people(objects: Objects, search: str | None) -> list[Person]:
    seen = objects.people()
    return [each for each in seen if search is None or matches_search(search, each.name, each.email or "")]


def _teams(objects: Objects, search: str | None) -> list[Team]:
    facts = objects.facts
    seen = (team for team in objects.sight.teams() if isinstance(team, Team))
    return [team for team in seen if search is None or matches_search(search, team.name, facts.slug_path(team.id))]
