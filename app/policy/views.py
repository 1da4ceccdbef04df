"""The rule in set form: everything one subject sees and may do, at one instant (rule.md, sections 2 to 5).

Says the same as rule.py, for another need: rule.py gives one answer with its reasons, a view gives thousands without.
They share no code beyond the vocabulary, so that each is a check of the other.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, compress, filterfalse, repeat

from app.policy.computed import computed
from app.policy.entities import Node, Project, Resource
from app.policy.node_view import NodeView
from app.policy.passing import Passing
from app.policy.sets import flags, holds, marks, members
from app.policy.structure import Structure
from app.policy.subject import Subject
from app.policy.vocabulary import (
    DEPLOYMENT_ONLY,
    GATED,
    NEEDS_PUSH,
    VIEW_PERMISSION,
    Permission,
    ResourceKind,
)

MOST_KNOWN = 500
"""How many answers about single environments a view remembers, at some 50 bytes each."""

SMALL = 4_000
"""Of so many environments or nodes a view remembers more: the lists it shows, and what it says of all of them."""

_SAID = (False, True)


class View:
    """What `subject` sees and may do in the organization of `structure` from `at` (µs) until `ends_at`.

    `node_view`: that of the same subject, where one stays as it was; else it is made.
    """

    def __init__(self, structure: Structure, subject: Subject, at: int, node_view: NodeView | None = None) -> None:
        self.structure = structure
        self.facts = structure.facts
        self.subject = subject
        self.at = at
        self.node_view = nodes = node_view or NodeView(structure, subject, at)
        self.standing = nodes.standing
        self.is_good = nodes.is_good
        self.is_instance_admin = nodes.is_instance_admin
        self.passing = Passing(structure, nodes.standing, at)
        self._visible_nodes = nodes.marked_visible
        self._environment_projects = nodes.marked_showing
        self._by_project = nodes.goes_by_project
        self._known: dict[Permission, dict[int, bool]] = {}
        self._left_to_know = MOST_KNOWN
        self._asked = 0
        """How many answers have been had by many at once."""
        self._outcomes: dict[Permission, bytes] = {}
        """What may be done in each environment, as 1 and 0 by number, once it was worth going over all of them."""

    def followed_by(self, structure: Structure, at: int) -> "View | None":
        """The view of the same subject over another version at `at` (µs), if what it sees of nodes stays."""
        stays = self.node_view.stays(structure, at)
        return View(structure, self.subject, at, self.node_view) if stays else None

    def holds_at(self, at: int) -> bool:
        """Whether it still says at an instant what it does."""
        return self.at <= at and (self.ends_at is None or at < self.ends_at)

    # What it answers.

    @computed
    def ends_at(self) -> int | None:
        """The first instant at which time alone could change anything here, or in what is seen of others.

        None for never. It may be too early, never too late: that of anybody's memberships and grants, or of the key.
        """
        key = self.subject.key
        ends = (self.facts.next_boundary(self.at), None if key is None else key.expires_at)
        return min((end for end in ends if end is not None and end > self.at), default=None)

    def sees(self, resource_id: str) -> bool:
        """Whether a resource is visible; False for an unknown id."""
        number = self.structure.node_number.get(resource_id)
        if number is not None:
            return holds(self._visible_nodes, number)
        # What is not there goes the way of a hidden environment, to the same end.
        return self.sees_environment(self.structure.environment_number.get(resource_id, self.structure.no_environment))

    def resource(self, resource_id: str) -> Resource | None:
        """The organization, team, project or environment, where it is visible; None for an unknown id."""
        structure = self.structure
        number = structure.node_number.get(resource_id)
        if number is not None:
            return structure.nodes[number] if holds(self._visible_nodes, number) else None
        number = structure.environment_number.get(resource_id, structure.no_environment)
        return structure.environments[number] if self.sees_environment(number) else None

    def may(self, permission: Permission, resource_id: str) -> bool:
        """Whether the subject may do this to that; False for an unknown id and for a pair that can't be asked."""
        number = self.structure.environment_number.get(resource_id)
        if number is not None:
            return self.may_in_environment(permission, number)
        number = self.structure.node_number.get(resource_id)
        if number is not None:
            return self.may_on_node(permission, number)
        return self.may_in_environment(permission, self.structure.no_environment)

    def may_all(self, permissions: Sequence[Permission], resource_ids: Sequence[str]) -> list[bool]:
        """The same of many permissions, each with its resource."""
        structure, nodes = self.structure, self.structure.node_number
        # What is not there goes the way of a hidden environment, as in `may`.
        nobodys = structure.no_environment
        numbers = list(map(structure.environment_number.get, resource_ids, repeat(nobodys)))
        answers = self._may_in_environments(permissions, numbers)
        if nobodys in numbers:
            for place, id in enumerate(resource_ids):
                if id in nodes:
                    answers[place] = self.may_on_node(permissions[place], nodes[id])
        return answers

    def _may_in_environments(self, permissions: Sequence[Permission], numbers: Sequence[int]) -> list[bool]:
        asked = set(permissions)
        if self._goes_over_all(len(numbers)):
            outcomes = {permission: self._outcomes_of(permission) for permission in asked}
            if len(asked) == 1:
                (of_each,) = outcomes.values()
                return [_SAID[of_each[number]] for number in numbers]
            pairs = zip(permissions, numbers, strict=True)
            return [_SAID[outcomes[permission][number]] for permission, number in pairs]
        may = self.may_in_environment
        if not self._by_project:
            return list(map(may, permissions, numbers))
        structure = self.structure
        held = {permission: self.node_view.marked_holding(permission) for permission in asked}
        restricted, projects = structure.restricted, map(structure.project_of.__getitem__, numbers)
        return [
            may(permission, n) if n in restricted else held[permission][project >> 3] >> (project & 7) & 1 == 1
            for permission, n, project in zip(permissions, numbers, projects, strict=True)
        ]

    def _goes_over_all(self, asked: int) -> bool:
        """Whether so much has been asked that it pays to go over all environments once and look answers up.

        Only how much was asked decides that, never what there is or is seen.
        """
        count = len(self.structure.environments)
        self._asked += asked
        return count <= SMALL and self._asked > count + asked

    def _outcomes_of(self, permission: Permission) -> bytes:
        """What may be done in each environment, by number, and 0 for the one that is nobody's."""
        outcomes = self._outcomes.get(permission)
        if outcomes is None:
            if not self.node_view.can_ask(permission, ResourceKind.ENVIRONMENT):
                return bytes(len(self.structure.project_of))
            outcomes = self._outcomes[permission] = bytes(self._gone_over(permission))
        return outcomes

    def _gone_over(self, permission: Permission) -> bytearray:
        structure, nodes = self.structure, self.node_view
        one_by_one: Iterable[int]
        if self._by_project:
            held = flags(nodes.holding_in_environments(permission), nodes.size + 1)
            outcomes, one_by_one = bytearray(map(held.__getitem__, structure.project_of)), structure.restricted
        else:
            outcomes = bytearray(len(structure.project_of))
            groups = (structure.environments_of[project] for project in members(nodes.showing_environments))
            one_by_one = chain.from_iterable(groups)
        for number in one_by_one:
            outcomes[number] = self._may_in_environment(permission, number)
        return outcomes

    def node(self, node_id: str) -> Node | None:
        """The organization, team or project, where it is visible."""
        number = self.structure.node_number.get(node_id)
        if number is None or not self._visible_nodes[number >> 3] >> (number & 7) & 1:
            return None
        return self.structure.nodes[number]

    def node_of_each(self, node_ids: Sequence[str]) -> list[Node | None]:
        """The same of each of many nodes."""
        nodes, visible, nobodys = self.structure.nodes, self._visible_nodes, repeat(len(self.structure.nodes))
        numbers = map(self.structure.node_number.get, node_ids, nobodys)
        return [nodes[number] if visible[number >> 3] >> (number & 7) & 1 else None for number in numbers]

    def sees_node(self, number: int) -> bool:
        return holds(self._visible_nodes, number)

    def permissions(self, resource_id: str) -> list[Permission]:
        """Everything the subject may do with a resource, in the vocabulary's order."""
        return [permission for permission in Permission if self.may(permission, resource_id)]

    def sees_environment(self, number: int) -> bool:
        project = self.structure.project_of[number]
        if not self._environment_projects[project >> 3] >> (project & 7) & 1:
            return False
        if self._by_project and number not in self.structure.restricted:
            return True
        id, limited_to = self.structure.environments[number].id, self.node_view.limited_to
        if not self._is_covered(id):
            return False
        if self.is_instance_admin:
            return True
        if limited_to is not None and id not in limited_to:
            return False
        return self._all(self.passing.restrictions, self.structure.matching[number].hiding)

    def may_on_node(self, permission: Permission, number: int) -> bool:
        node = self.structure.nodes[number]
        if not holds(self._visible_nodes, number) or not self.node_view.can_ask(permission, node.kind):
            return False
        if self.is_instance_admin or permission is VIEW_PERMISSION[node.kind]:
            return True
        if permission is Permission.PROJECT_RESTRICT and isinstance(node, Project):
            number = self.structure.node_number[node.parent_id]
        return self.standing.gives(permission, node.kind, number)

    def may_in_environment(self, permission: Permission, number: int) -> bool:
        if self._by_project and number not in self.structure.restricted:
            project = self.structure.project_of[number]
            return self.node_view.marked_holding(permission)[project >> 3] >> (project & 7) & 1 == 1
        known = self._known.get(permission)
        if known is None:
            if not self.node_view.can_ask(permission, ResourceKind.ENVIRONMENT):
                return False
            known = self._known[permission] = {}
        allowed = known.get(number)
        if allowed is None:
            allowed = self._may_in_environment(permission, number)
            self._remember(known, number, allowed=allowed)
        return allowed

    def _remember(self, known: dict[int, bool], number: int, *, allowed: bool) -> None:
        if not self._left_to_know:
            for each in self._known.values():
                each.clear()
            self._left_to_know = MOST_KNOWN
        known[number] = allowed
        self._left_to_know -= 1

    def _may_in_environment(self, permission: Permission, number: int) -> bool:
        """The same of a permission that is asked of environments."""
        if not self.sees_environment(number):
            return False
        if permission is Permission.ENVIRONMENT_APPROVE:
            return self._any(self.passing.approvable, self.structure.matching[number].all)
        if self.is_instance_admin or permission is Permission.ENVIRONMENT_VIEW:
            return True
        if permission in GATED and not self.passes_all(number):
            return False
        project = self.structure.project_of[number]
        gives = self.standing.gives
        if permission in NEEDS_PUSH and not gives(Permission.PROJECT_PUSH, ResourceKind.PROJECT, project):
            return False
        if gives(permission, ResourceKind.ENVIRONMENT, project):
            return True
        return permission in DEPLOYMENT_ONLY and self._any(self.passing.by_team, self.structure.matching[number].all)

    def passes_all(self, number: int) -> bool:
        """Whether every enabled restriction that matches the environment of this number is passed."""
        return self.is_instance_admin or self._all(self.passing.restrictions, self.structure.matching[number].all)

    def environments_in(self, projects: int, *, by_name: bool) -> Iterator[int]:
        """The visible environments of some projects (a set), in order of name or, for less, of numbers."""
        structure = self.structure
        inside = flags(projects & self.node_view.showing_environments, len(structure.nodes) + 1)
        order: Iterable[int] = structure.environments_by_name if by_name else range(structure.no_environment)
        of_each = structure.projects_by_name if by_name else structure.project_of
        numbers = compress(order, map(inside.__getitem__, of_each))
        if not self._by_project:
            return filter(self.sees_environment, numbers)
        hidden = {number for number in structure.hidden_by if not self.sees_environment(number)}
        return filterfalse(hidden.__contains__, numbers) if hidden else numbers

    def count_environments(self, projects: int) -> int:
        """How many visible environments are in those of some projects (a set) that show any."""
        projects &= self.node_view.showing_environments
        groups = (self.structure.environments_of[project] for project in members(projects))
        if not self._by_project:
            return sum(self.sees_environment(number) for group in groups for number in group)
        counted = marks(projects, len(self.structure.nodes))
        hidden = sum(
            holds(counted, self.structure.project_of[number]) and not self.sees_environment(number)
            for number in self.structure.hidden_by
        )
        return sum(map(len, groups)) - hidden

    def _is_covered(self, environment_id: str) -> bool:
        """Of the environments of a project that the key reaches."""
        return not self.node_view.covers_one_environment or environment_id == self.node_view.covered_id

    @staticmethod
    def _all(mask: int, numbers: tuple[int, ...]) -> bool:
        return all(mask >> number & 1 for number in numbers)

    @staticmethod
    def _any(mask: int, numbers: tuple[int, ...]) -> bool:
        return any(mask >> number & 1 for number in numbers)
