"""What a view shows in lists: environments, projects and teams below a node, in order of name, hidden ones left out."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from operator import attrgetter

from app.policy.entities import Environment, Node, Project, Team
from app.policy.ordered import Ordered
from app.policy.sets import flags, holds, marks, members
from app.policy.structure import order_of
from app.policy.views import SMALL, View
from app.policy.vocabulary import Permission

FEW = 20
"""Who sees less than one in so many has their own sorted; else the order of all is gone through."""


class Sight:
    """The lists of one view; what is made for one node is kept for the next page."""

    def __init__(self, view: View) -> None:
        self._view = view
        self._structure = view.structure
        self._environments: dict[str, Ordered[Environment]] = {}
        self._projects: dict[str, Ordered[Node]] = {}

    def environments(self, within: Node) -> Ordered[Environment]:
        """The visible environments of the projects at and below a node."""
        known = self._environments.get(within.id)
        if known is None:
            known = self._environments[within.id] = self._make_environments(self._structure.node_number[within.id])
        return known

    def environments_of_each(self, nodes: Sequence[Node]) -> list[Ordered[Environment]]:
        """The same of each of many nodes."""
        known = self._environments
        return [known[node.id] if node.id in known else self.environments(node) for node in nodes]

    def _make_environments(self, within: int) -> Ordered[Environment]:
        structure, view = self._structure, self._view
        if isinstance(structure.nodes[within], Project):
            own, environments = structure.environments_of[within], structure.environments
            return Ordered.of([environments[n] for n in own if view.sees_environment(n)], order_of)
        projects = self._showing_below(within)
        if self._are_few(projects):
            seen = (n for p in members(projects) for n in structure.environments_of[p] if view.sees_environment(n))
            numbers = sorted(seen, key=structure.environment_order)
            return Ordered(numbers, structure.environments, order_of)
        if len(structure.environments) <= SMALL:
            shown = view.environments_in(projects, by_name=True)
            return Ordered.of([structure.environments[n] for n in shown], order_of)
        if within == 0:
            keeps = view.sees_environment
        else:
            inside = marks(projects, len(structure.nodes))
            project_of = structure.project_of

            def keeps(number: int) -> bool:
                return holds(inside, project_of[number]) and view.sees_environment(number)

        return Ordered(
            structure.environments_by_name,
            structure.environments,
            order_of,
            keeps,
            lambda: view.count_environments(projects),
        )

    def environment_names(self, within: Node) -> Counter[str]:
        """How many visible environments of the projects at and below a node have each name."""
        structure = self._structure
        projects = self._showing_below(structure.node_number[within.id])
        if len(structure.environments) <= SMALL or self._are_few(projects):
            known = self.environments(within)
            found: Iterable[Environment] = known.first(len(known))
        else:
            found = map(structure.environments.__getitem__, self._view.environments_in(projects, by_name=False))
        return Counter(map(attrgetter("name"), found))

    def approvable(self) -> list[Environment]:
        """The environments whose deployments the subject may approve: where a rule of some restriction names them."""
        structure, view = self._structure, self._view
        names = flags(view.passing.approvable, len(structure.restrictions)).__getitem__
        named = (n for n in structure.restricted if any(map(names, structure.matching[n].all)))
        return [structure.environments[n] for n in named if view.may_in_environment(Permission.ENVIRONMENT_APPROVE, n)]

    def _showing_below(self, within: int) -> int:
        """The projects at and below a node of which environments may be seen."""
        below = self._structure.subtree(within) if within else self._structure.all_nodes
        return self._view.node_view.showing_environments & below

    def _are_few(self, projects: int) -> bool:
        return projects.bit_count() * FEW < len(self._structure.nodes)

    def projects(self, within: Node) -> Ordered[Node]:
        """The visible projects at and below a node."""
        if within.id not in self._projects:
            number = self._structure.node_number[within.id]
            below = self._structure.subtree(number) if number else self._structure.all_nodes
            self._projects[within.id] = self._nodes(self._structure.projects & below)
        return self._projects[within.id]

    def teams(self) -> Ordered[Node]:
        """The visible teams of the organization."""
        return self._nodes(self._structure.teams)

    def each_team(self) -> Iterator[Team]:
        """The same in no order, for who goes over all of them."""
        nodes = self._structure.nodes
        seen = (nodes[number] for number in members(self._structure.teams & self._view.node_view.visible))
        return (node for node in seen if isinstance(node, Team))

    def teams_right_below(self, parent: Node) -> Ordered[Node]:
        """The visible teams whose parent is this very node."""
        structure = self._structure
        children = structure.children[structure.node_number[parent.id]]
        seen = (n for n in children if isinstance(structure.nodes[n], Team) and self._view.sees_node(n))
        return Ordered(sorted(seen, key=structure.node_order), structure.nodes, order_of)

    def _nodes(self, wanted: int) -> Ordered[Node]:
        structure = self._structure
        seen = wanted & self._view.node_view.visible
        if seen.bit_count() * FEW < len(structure.nodes):
            return Ordered(sorted(members(seen), key=structure.node_order), structure.nodes, order_of)
        if len(structure.nodes) <= SMALL:
            is_seen = flags(seen, len(structure.nodes)).__getitem__
            return Ordered.of([structure.nodes[n] for n in filter(is_seen, structure.nodes_by_name)], order_of)
        marked = marks(seen, len(structure.nodes))
        return Ordered(
            structure.nodes_by_name, structure.nodes, order_of, lambda number: holds(marked, number), seen.bit_count
        )
