"""Which restrictions one subject passes, and of which they may approve (rule.md, sections 5 and 8)."""

from collections.abc import Iterable, Iterator
from itertools import chain

from app.policy.computed import computed
from app.policy.entities import ApprovalRule, Grant
from app.policy.grantees import Grantees, Named
from app.policy.sets import bits
from app.policy.standing import Standing
from app.policy.structure import Structure
from app.policy.vocabulary import Inheritance, RoleLevel


class Passing:
    """The restrictions of `structure` for whoever has this standing, at `at` (µs), as sets of their numbers."""

    def __init__(self, structure: Structure, standing: Standing, at: int) -> None:
        self._structure = structure
        self._facts = structure.facts
        self._standing = standing
        self._subject = standing.subject
        self._at = at
        self._size = len(structure.restrictions)

    @computed
    def restrictions(self) -> int:
        """The restrictions that the subject passes, had they to: belonging and seeing are asked elsewhere."""
        grantees = self._structure.grantees
        named = chain(grantees.users.get(self._subject.id, ()), self._named_for_a_time(grantees))
        return self.as_admin | self.by_team | self._by_level(grantees) | self._through(named)

    @computed
    def as_admin(self) -> int:
        """The restrictions passed by being an ADMIN of their scope, without a grant (BAS-35)."""
        return self._structure.bypassed.over(self._standing.levels[RoleLevel.ADMIN])

    @computed
    def by_team(self) -> int:
        """The restrictions passed through a team grant (GL-35)."""
        grantees = self._structure.grantees
        for_a_time = (each for each in self._named_for_a_time(grantees) if each.rule.team_id is not None)
        named = chain(self._named_directly(grantees), for_a_time)
        return grantees.by_team.over(self._standing.inherited) | self._through(named)

    @computed
    def approvable(self) -> int:
        """The restrictions of which an approval rule names the subject, who must belong and be a person."""
        if self._standing.membership is None or self._subject.person.is_service_account:
            return 0
        approvers = self._structure.approvers
        mine = chain(approvers.users.get(self._subject.id, ()), self._named_directly(approvers))
        standing = (named for named in mine if not self._is_gone(named.rule))
        fallen = (named for group in approvers.by_subject() for named in group if self._is_gone(named.rule))
        taken_over = (named for named in fallen if self._maintains(named.restriction))
        one_by_one = bits((named.restriction for named in chain(standing, taken_over)), self._size)
        return one_by_one | self._by_level(approvers) | approvers.by_team.over(self._standing.inherited)

    def _is_gone(self, rule: Grant | ApprovalRule) -> bool:
        """Whether the only subject of a rule is gone, so that it falls to MAINTAINER of its scope (section 8)."""
        if rule.team_id is not None:
            return rule.team_id not in self._facts.teams
        if rule.user_id is None:
            return False
        root = self._facts.membership_on(rule.user_id, self._facts.organization.id)
        person = self._facts.people.get(rule.user_id)
        return person is None or not person.is_active or root is None or not root.holds_at(self._at)

    def _maintains(self, restriction: int) -> bool:
        number = self._structure.node_number.get(self._structure.restrictions[restriction].scope_id)
        level = None if number is None else self._standing.level(number)
        return level is not None and level >= RoleLevel.MAINTAINER

    def _through(self, named: Iterable[Named]) -> int:
        passed = (each.restriction for each in named if isinstance(each.rule, Grant) and each.rule.holds_at(self._at))
        return bits(passed, self._size)

    def _by_level(self, grantees: Grantees) -> int:
        """The restrictions whose rules name a level that the subject holds on their scope."""
        found, everywhere = 0, self._structure.all_nodes if self._subject.person.is_instance_admin else 0
        for level, by_scope in grantees.by_level.items():
            found |= by_scope.over(everywhere or self._standing.levels[level])
        return found

    def _named_directly(self, grantees: Grantees) -> Iterator[Named]:
        """What names a team that the subject has a membership on."""
        for own in self._standing.own:
            if own.holds_at(self._at) and own.node_id in self._structure.node_number:
                yield from grantees.teams.get(own.node_id, ())

    def _named_for_a_time(self, grantees: Grantees) -> Iterator[Named]:
        """What begins or ends by itself and names a level or a team of the subject's, in effect or not."""
        for node, named in grantees.passing:
            if named.rule.level is not None:
                level = self._standing.level(node)
                matches = level is not None and level >= named.rule.level
            else:
                matches = named.rule.inheritance is Inheritance.ALL and bool(self._standing.inherited >> node & 1)
            if matches:
                yield named
