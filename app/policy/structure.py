"""What views share: nodes, environments and restrictions numbered, and sets of them as ints, one bit a number.

Nodes (organization, teams, projects), environments and restrictions are numbered apart, those that come after those
that were there (`renewal.py`); numbers never leave the process. An environment has no set of its own kind anywhere:
whoever may do something in a project has one bit for it, and a project keeps a tuple of its environments' numbers.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from heapq import merge
from operator import attrgetter

from app.policy.computed import computed
from app.policy.entities import Environment, Node, Organization, Project, Restriction, Team
from app.policy.facts import Facts
from app.policy.grantees import ByNode, Grantees
from app.policy.names import matches
from app.policy.sets import bits
from app.policy.vocabulary import Tier


@dataclass(frozen=True, slots=True)
class Matching:
    """Numbers of the enabled restrictions that match an environment, and of those among them that hide."""

    all: tuple[int, ...]
    hiding: tuple[int, ...]


UNRESTRICTED = Matching((), ())
"""What every environment has that no restriction matches."""


def order_of(thing: Node | Environment) -> tuple[str, str]:
    """The key that lists are in order of: the name, whatever its case, then the id."""
    return thing.name.casefold(), thing.id


class Structure:
    """The tree and the restrictions' targets of one Facts, numbered. Memberships, grants and people are not in it."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.nodes: list[Node] = [facts.organization, *facts.teams.values(), *facts.projects.values()]
        self.node_number = {node.id: number for number, node in enumerate(self.nodes)}
        self.environments: list[Environment] = list(facts.environments.values())
        self.environment_number = {e.id: number for number, e in enumerate(self.environments)}
        self.project_of = [self.node_number[e.project_id] for e in self.environments]
        self.no_environment = len(self.environments)
        """The number of an environment that is nobody's: in a project that no set holds, matched by nothing."""
        self.project_of.append(len(self.nodes))
        self.restrictions: list[Restriction] = list(facts.restrictions.values())
        self.restriction_number = {r.id: number for number, r in enumerate(self.restrictions)}
        self._reach: dict[int, int] = {}
        self._subtree: dict[int, int] = {}

    def complete(self) -> "Structure":
        """Compute what almost every view asks for, while there is time; gives itself."""
        _ = self.matching, self.environments_of, self.nodes_by_name, self.children, self.hidden_by
        _ = self.restricted
        _ = self.grantees.by_level, self.grantees.by_team, self.grantees.passing
        _ = self.bypassed, self.teams, self.projects
        self._complete_below()
        self.facts.complete()
        return self

    def compute_like(self, known: "Structure") -> None:
        """Compute what another version has computed for whoever asks it, while there is time."""
        for name in known.__dict__.keys() - self.__dict__.keys():
            if not name.startswith("_"):  # what else there is only helps to compute the others
                getattr(self, name)
        for name in ("grantees", "approvers"):
            if name in known.__dict__:
                getattr(self, name).compute_like(getattr(known, name))
        if self._reach is not known._reach and known._reach:
            self._complete_below()
        self.facts.compute_like(known.facts)

    def _complete_below(self) -> None:
        for number, below in enumerate(self.children):
            if below:
                _ = self.subtree(number), self.reach(number)

    def forget_below(self, numbers: Collection[int]) -> None:
        """Have what is below these nodes computed anew."""
        # Copied first: another thread may be adding to those of the version before.
        self._subtree = {number: below for number, below in self._subtree.copy().items() if number not in numbers}
        self._reach = {number: below for number, below in self._reach.copy().items() if number not in numbers}

    def matching_of(self, environment: Environment) -> Matching:
        """What `matching` says of one environment."""
        scopes = self.facts.path(environment.project_id)
        above = (restriction for scope in scopes for restriction in self.facts.restrictions_at(scope.id))
        found = [r for r in above if r.enabled and is_target(r, environment)]
        if not found:
            return UNRESTRICTED
        numbers = sorted(self.restriction_number[restriction.id] for restriction in found)
        return Matching(tuple(numbers), tuple(n for n in numbers if self.restrictions[n].hides))

    def environment_order(self, number: int) -> tuple[str, str]:
        """The key that the environment of a number is listed by."""
        return order_of(self.environments[number])

    def node_order(self, number: int) -> tuple[str, str]:
        """The key that the node of a number is listed by."""
        return order_of(self.nodes[number])

    @computed
    def all_nodes(self) -> int:
        return (1 << len(self.nodes)) - 1

    @computed
    def projects(self) -> int:
        return bits((n for n, node in enumerate(self.nodes) if isinstance(node, Project)), len(self.nodes))

    @computed
    def teams(self) -> int:
        return bits((n for n, node in enumerate(self.nodes) if isinstance(node, Team)), len(self.nodes))

    @computed
    def children(self) -> list[list[int]]:
        """By number: the numbers of the nodes right below."""
        found: list[list[int]] = [[] for _ in self.nodes]
        for number, node in enumerate(self.nodes):
            if not isinstance(node, Organization):
                found[self.node_number[node.parent_id]].append(number)
        return found

    @computed
    def environments_of(self) -> list[tuple[int, ...]]:
        """By node number: the numbers of a project's environments, in order of name."""
        found: list[list[int]] = [[] for _ in self.nodes]
        for number in self.environments_by_name:
            found[self.project_of[number]].append(number)
        return [tuple(group) for group in found]

    def subtree(self, number: int) -> int:
        """The node and all below it."""
        return self._below(self._subtree, number, through_boundaries=True)

    def reach(self, number: int) -> int:
        """Where a role other than ADMIN held on this node counts: its subtree, cut above every boundary below it."""
        return self._below(self._reach, number, through_boundaries=False)

    def _below(self, known: dict[int, int], number: int, *, through_boundaries: bool) -> int:
        """A node and what is below it, made of what is below its children."""
        waiting, unknown = [number], []
        while waiting:
            current = waiting.pop()
            if current not in known:
                unknown.append(current)
                waiting += [n for n in self._right_below(current, through_boundaries) if self.children[n]]
        for current in reversed(unknown):  # children first
            below = self._right_below(current, through_boundaries)
            alone = (child for child in below if not self.children[child])
            found = bits((current, *alone), len(self.nodes))
            for child in below:
                found |= known.get(child, 0)
            known[current] = found  # when it is whole: other threads may read it at once
        return known[number]

    def _right_below(self, number: int, through_boundaries: bool) -> list[int]:
        below = self.children[number]
        return below if through_boundaries else [child for child in below if not self.nodes[child].is_boundary]

    def _walk(self, number: int) -> Iterable[int]:
        """The node and all below it, one by one."""
        waiting = [number]
        while waiting:
            current = waiting.pop()
            yield current
            waiting += self.children[current]

    @computed
    def matching(self) -> list[Matching]:
        """By environment number: the enabled restrictions that match it. Equal ones are shared."""
        found: list[list[int]] = [[] for _ in self.environments]
        for number, restriction in enumerate(self.restrictions):
            if restriction.enabled:
                for environment in self.targets(restriction):
                    found[environment].append(number)
        shared: dict[tuple[int, ...], Matching] = {(): UNRESTRICTED}
        for group in found:
            key = tuple(group)
            if key not in shared:
                shared[key] = Matching(key, tuple(n for n in key if self.restrictions[n].hides))
        return [*(shared[tuple(group)] for group in found), UNRESTRICTED]

    def targets(self, restriction: Restriction) -> Iterable[int]:
        """The numbers of the environments that a restriction, enabled or not, matches."""
        scope = self.node_number.get(restriction.scope_id)
        if scope is None:
            return ()
        if scope == 0:
            return self._targets_anywhere(restriction)
        # From the scope down: what matches elsewhere may be a hundred times as much.
        below = self._walk(scope)
        return [e for n in below for e in self.environments_of[n] if is_target(restriction, self.environments[e])]

    def _targets_anywhere(self, restriction: Restriction) -> Iterable[int]:
        if restriction.environment_id is not None:
            number = self.environment_number.get(restriction.environment_id)
            return () if number is None else (number,)
        if restriction.tier is not None:
            return self._by_tier.get(restriction.tier, ())
        pattern = restriction.environment_name or ""
        names = [pattern] if "*" not in pattern else [name for name in self._by_name if matches(pattern, name)]
        return [number for name in names for number in self._by_name.get(name, ())]

    @computed
    def environments_by_name(self) -> list[int]:
        """The numbers of the environments in order of name, then id."""
        return _sorted(list(map(order_of, self.environments)))

    @computed
    def projects_by_name(self) -> list[int]:
        """The projects of the environments in that order."""
        return [self.project_of[number] for number in self.environments_by_name]

    @computed
    def nodes_by_name(self) -> list[int]:
        """The numbers of the nodes in order of name, then id."""
        return _sorted(list(map(order_of, self.nodes)))

    @computed
    def restricted(self) -> frozenset[int]:
        """The numbers of the environments that some enabled restriction matches."""
        return frozenset(number for number, matched in enumerate(self.matching) if matched is not UNRESTRICTED)

    @computed
    def hidden_by(self) -> list[int]:
        """The numbers of the environments that some restriction hides from who doesn't pass it."""
        return [number for number, matched in enumerate(self.matching) if matched.hiding]

    @computed
    def grantees(self) -> "Grantees":
        return Grantees(self.node_number, self.restrictions, attrgetter("grants"))

    @computed
    def approvers(self) -> "Grantees":
        return Grantees(self.node_number, self.restrictions, attrgetter("approval_rules"))

    @computed
    def bypassed(self) -> ByNode:
        """The restrictions that an ADMIN of their scope passes, by the scope."""
        return ByNode(
            (self.node_number[restriction.scope_id], number)
            for number, restriction in enumerate(self.restrictions)
            if restriction.admin_bypass and restriction.scope_id in self.node_number
        )

    @computed
    def _by_name(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for number in self.environment_number.values():  # of those that there are
            found.setdefault(self.environments[number].name, []).append(number)
        return found

    @computed
    def _by_tier(self) -> dict[Tier, list[int]]:
        found: dict[Tier, list[int]] = {}
        for number in self.environment_number.values():
            found.setdefault(self.environments[number].tier, []).append(number)
        return found


def is_target(restriction: Restriction, environment: Environment) -> bool:
    """Whether a restriction whose scope an environment lies below is about it, enabled or not."""
    if restriction.environment_id is not None:
        return restriction.environment_id == environment.id
    if restriction.tier is not None:
        return restriction.tier is environment.tier
    pattern = restriction.environment_name or ""
    return pattern == environment.name or ("*" in pattern and matches(pattern, environment.name))


_RUN = 5_000
"""How many things are sorted at once: for 4 ms."""


def _sorted(keys: list[tuple[str, str]]) -> list[int]:
    """The places of the keys in their order."""
    # In runs, merged step by step: to sort 100,000 at once would hold all other threads for 120 ms.
    starts = range(0, len(keys), _RUN)
    runs = [sorted(range(start, min(start + _RUN, len(keys))), key=keys.__getitem__) for start in starts]
    return list(merge(*runs, key=keys.__getitem__))
