"""Whom one may add: to a node as members, to its restrictions as grantees (BAS-29; rule.md, section 5).

Exactly those whom the mutations would accept.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from app.policy.entities import Membership, Node, Person, Team
from app.policy.everybody import subject_order
from app.policy.objects import Objects
from app.policy.subjects import Reads, of_each, read_about
from app.policy.vocabulary import RoleLevel
from app.services.grantees import eligible_level, eligible_teams
from app.services.joining import teams_that_may_join, user_may_join
from app.services.lists import matches_search
from app.services.lists import people as people_seen

C = TypeVar("C")


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


class Candidates(Sequence[C], Generic[C]):
    """Candidates in order of name, each made when it is looked at: a page shows few of them."""

    def __init__(self, subjects: list[Person | Team], made_of: Callable[[Person | Team], C]) -> None:
        self._subjects = subjects
        self._made_of = made_of

    def __len__(self) -> int:
        return len(self._subjects)

    def __getitem__(self, place: Any) -> Any:
        found = self._subjects[place]
        return list(map(self._made_of, found)) if isinstance(found, list) else self._made_of(found)


def member_candidates(objects: Objects, node: Node, search: str | None) -> Sequence[MemberCandidate]:
    """Whom the asker may add to a node, of those they see."""
    facts, at, people = objects.facts, objects.view.at, people_seen(objects, search)
    # What they are, and their membership of the organization, is all that counts.
    joining = of_each(facts, people, lambda person: user_may_join(facts, node, person, at), Reads())
    found = {person.id for person, may_join in zip(people, joining, strict=True) if may_join}
    found.update(team.id for team in teams_that_may_join(objects, node, _teams(objects, search)))
    return Candidates(
        _in_order(objects, found), lambda each: MemberCandidate(each, _seen_membership(objects, each, node))
    )


def grant_candidates(objects: Objects, scope: Node, search: str | None) -> Sequence[GrantCandidate]:
    """Whom the asker may name in a grant or approval rule of a scope, of those they see."""
    facts, people = objects.facts, people_seen(objects, search)
    levels = of_each(
        facts,
        people,
        lambda person: eligible_level(objects, scope, person),
        read_about(facts, scope.id),
        are_all=objects.sees_all_members,
    )
    held = {person.id: level for person, level in zip(people, levels, strict=True) if level is not None}
    teams = {team.id for team in eligible_teams(objects, scope, _teams(objects, search))}
    return Candidates(_in_order(objects, held.keys() | teams), lambda each: GrantCandidate(each, held.get(each.id)))


def candidate_order(candidate: MemberCandidate | GrantCandidate) -> tuple[str, str]:
    """The key that candidates are in order of."""
    return subject_order(candidate.subject)


def _in_order(objects: Objects, ids: set[str]) -> list[Person | Team]:
    return [each for each in objects.facts.everybody.with_teams if each.id in ids]


def _seen_membership(objects: Objects, subject: Person | Team, node: Node) -> Membership | None:
    membership = objects.facts.membership_on(subject.id, node.id)
    return membership if membership is not None and objects.sees_membership(membership) else None


def _teams(objects: Objects, search: str | None) -> list[Team]:
    facts, seen = objects.facts, objects.sight.each_team()
    return [team for team in seen if search is None or matches_search(search, team.name, facts.slug_path(team.id))]
