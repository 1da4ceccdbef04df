"""Grants and approval rules by whom they name, as sets of restrictions' numbers where many are asked about at once."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from itertools import chain, compress
from typing import Any

from app.policy.computed import computed
from app.policy.entities import ApprovalRule, Grant, Restriction
from app.policy.sets import bits, flags
from app.policy.vocabulary import Inheritance, RoleLevel

MOST_KNOWN = 256
"""For how many sets of nodes an answer is remembered: people who hold the same roles share one."""

_OF_MANY = ("by_level", "by_team", "passing")
"""What is computed of the rules that name others than single users."""


@dataclass(frozen=True, slots=True)
class Named:
    """That a grant or an approval rule of the restriction of this number names somebody."""

    restriction: int
    rule: Grant | ApprovalRule


class ByNode:
    """Restrictions by the node that they are passed on."""

    def __init__(self, pairs: Iterable[tuple[int, int]]) -> None:
        found = list(pairs)
        self._scopes = [node for node, _ in found]
        self._restrictions = [restriction for _, restriction in found]
        self._size = max(self._scopes, default=0) + 1
        self._nodes = bits(self._scopes, self._size)
        self._known: dict[int, int] = {self._nodes: self._over(self._nodes)}

    def over(self, nodes: int) -> int:
        """The restrictions (a set) of those nodes (a set)."""
        counting = nodes & self._nodes
        found = self._known.get(counting)
        if found is None:
            if len(self._known) >= MOST_KNOWN:
                self._known.clear()
            found = self._known[counting] = self._over(counting)
        return found

    def _over(self, nodes: int) -> int:
        held = flags(nodes, self._size)
        found = compress(self._restrictions, map(held.__getitem__, self._scopes))
        return bits(found, max(self._restrictions, default=0) + 1)


class Grantees:
    """Grants or approval rules by whom they name: a user, a team, or a level held on the restriction's scope."""

    def __init__(
        self,
        node_number: Mapping[str, int],
        restrictions: Sequence[Restriction],
        rules: Callable[[Restriction], Iterable[Grant | ApprovalRule]],
    ) -> None:
        self.users: dict[str, tuple[Named, ...]] = {}
        self.teams: dict[str, tuple[Named, ...]] = {}
        self.levels: dict[int, tuple[Named, ...]] = {}
        self._node_number = node_number
        self._rules = rules
        for number, restriction in enumerate(restrictions):
            self._add(number, restriction)

    def numbered(self, node_number: Mapping[str, int]) -> "Grantees":
        """The same among more nodes."""
        following = copy(self)
        following._node_number = node_number
        return following

    def renewed(
        self, was: Sequence[Restriction], now: Sequence[Restriction], changed: Sequence[int], added: Sequence[int]
    ) -> "Grantees":
        """Those after some restrictions, of these numbers, have changed or come; the rest is shared."""
        is_same = all(
            was[n].scope_id == now[n].scope_id and self._rules(was[n]) == self._rules(now[n]) for n in changed
        )
        if is_same and not any(self._rules(now[n]) for n in added):
            return self
        following = copy(self)
        following.users, following.teams, following.levels = self.users.copy(), self.teams.copy(), self.levels.copy()
        for number in changed:
            for rule in self._rules(was[number]):
                group, name = following._group(was[number], rule)
                if name in group:
                    group[name] = tuple(each for each in group[name] if each.restriction != number)
        for number in (*changed, *added):
            following._add(number, now[number])
        of_many = any(self._of_many(was[number]) != self._of_many(now[number]) for number in changed)
        if of_many or any(self._of_many(now[number])[1] for number in added):
            for name in _OF_MANY:
                following.__dict__.pop(name, None)
        return following

    def compute_like(self, known: "Grantees") -> None:
        """Compute what those of another version have computed."""
        for name in known.__dict__.keys() - self.__dict__.keys():
            getattr(self, name)

    def _of_many(self, restriction: Restriction) -> tuple[str, list[Grant | ApprovalRule]]:
        """What of a restriction counts for more than single users: its scope, and the rules that name others."""
        return restriction.scope_id, [rule for rule in self._rules(restriction) if rule.user_id is None]

    def _add(self, number: int, restriction: Restriction) -> None:
        for rule in self._rules(restriction):
            group, name = self._group(restriction, rule)
            if name is not None:
                group[name] = (*group.get(name, ()), Named(number, rule))

    def _group(self, restriction: Restriction, rule: Grant | ApprovalRule) -> tuple[Any, Any]:
        """Where a rule belongs, and under which name; None: nowhere, since its scope is gone."""
        if rule.user_id is not None:
            return self.users, rule.user_id
        if rule.team_id is not None:
            return self.teams, rule.team_id
        return self.levels, self._node_number.get(restriction.scope_id)

    def by_subject(self) -> Iterable[tuple[Named, ...]]:
        """Those that name a user or a team, by whom."""
        return chain(self.users.values(), self.teams.values())

    # Of what holds at every instant, by node; what begins or ends is looked at one by one.

    @computed
    def by_level(self) -> dict[RoleLevel, ByNode]:
        """By the least level named: the restrictions, by their scopes."""
        found: dict[RoleLevel, list[tuple[int, int]]] = {}
        for scope, named in self.levels.items():
            for each in named:
                if each.rule.level is not None and not _passes(each):
                    found.setdefault(each.rule.level, []).append((scope, each.restriction))
        return {level: ByNode(pairs) for level, pairs in found.items()}

    @computed
    def by_team(self) -> ByNode:
        """The restrictions that name a team with all who are in it by a level from above, by the team."""
        return ByNode(
            (self._node_number[team], each.restriction)
            for team, named in self.teams.items()
            if team in self._node_number
            for each in named
            if each.rule.inheritance is Inheritance.ALL and not _passes(each)
        )

    @computed
    def passing(self) -> list[tuple[int, Named]]:
        """What names a level or a team and begins or ends: with the scope's number, or the team's."""
        teams = ((self._node_number.get(team), named) for team, named in self.teams.items())
        groups = chain(self.levels.items(), teams)
        return [(node, each) for node, named in groups if node is not None for each in named if _passes(each)]


def _passes(named: Named) -> bool:
    """Whether it begins or ends by itself."""
    rule = named.rule
    return isinstance(rule, Grant) and not (rule.starts_at is None and rule.expires_at is None)
