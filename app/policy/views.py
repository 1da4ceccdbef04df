"""The rule in set form: everything one subject sees and may do, at one instant (rule.md, sections 2 to 5).

Says the same as rule.py, for another need: rule.py gives one answer with its reasons, a view gives thousands without.
They share no code beyond the vocabulary, so that each is a check of the other.
"""

from collections.abc import Iterator, Sequence
from copy import copy
from functools import cached_property
from itertools import compress, filterfalse, repeat

from app.policy.facts import Facts, Node, Project, Resource
from app.policy.passing import Passing
from app.policy.sets import bits, flags, holds, marks, members
from app.policy.standing import Standing
from app.policy.structure import Structure
from app.policy.subject import Subject
from app.policy.vocabulary import (
    ASKED_OF,
    DEPLOYMENT_ONLY,
    GATED,
    NEEDS_PUSH,
    VIEW_PERMISSION,
    EnvironmentAccessMode,
    Permission,
    ResourceKind,
)

MOST_KNOWN = 1_000
"""How many answers about single environments a view remembers for each permission, at some 50 bytes each."""


class View:
    """What `subject` sees and may do in the organization of `structure` from `at` (µs) until `ends_at`."""

    def __init__(self, structure: Structure, subject: Subject, at: int) -> None:
        self.structure = structure
        self.facts = structure.facts
        self.subject = subject
        self.at = at
        key = subject.key
        self.is_good = subject.person.is_active and (key is None or key.expires_at is None or at < key.expires_at)
        self.is_instance_admin = subject.person.is_instance_admin
        self.standing = Standing(structure, subject, at)
        self.passing = Passing(structure, self.standing, at)
        self._size = len(structure.nodes)
        self._visible_nodes = marks(self.visible_nodes, self._size)
        self._environment_projects = marks(self.projects_showing_environments, self._size)
        # Neither an access list nor a key binds single environments: what no restriction matches goes by its project.
        self._by_project = self._limited_to is None and not self._covers_one_environment
        self._asked: dict[Permission, bytes] = {}
        self._known: dict[Permission, dict[int, bool]] = {}

    def followed_by(self, structure: Structure, at: int) -> "View | None":
        """The view of the same subject over another version, if what it was built from is the same there.

        What it says of restrictions is found out anew, of all else nothing: `at` (µs) lies before its end.
        """
        known, facts = self.facts, structure.facts
        if facts.organization is not known.organization or facts.custom_roles is not known.custom_roles:
            return None
        if facts.teams is not known.teams or facts.projects is not known.projects:
            return None
        if facts.environments is not known.environments and not self._by_project:
            return None
        if facts.memberships is not known.memberships and not self._counts_the_same(facts):
            return None
        following = copy(self)
        following.structure, following.facts, following.at = structure, facts, at
        following.standing = self.standing.over(structure)
        following.passing, following._known = Passing(structure, following.standing, at), {}
        following.__dict__.pop("ends_at", None)
        return following

    def _counts_the_same(self, facts: Facts) -> bool:
        """Whether the subject's memberships, and those of the teams that they are in, are the same there."""
        sources = [self.subject.id, *(own.node_id for own in self.standing.own)]
        return all(facts.memberships_of(id) == self.facts.memberships_of(id) for id in sources)

    # What it answers.

    @cached_property
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
        may = self.may_in_environment
        if not self._by_project:
            return list(map(may, permissions, numbers))
        structure = self.structure
        asked = {permission: self._asked_by_project(permission) for permission in set(permissions)}
        restricted, projects = structure.restricted, map(structure.project_of.__getitem__, numbers)
        if len(asked) == 1:
            ((permission, held),) = asked.items()
            pairs = zip(numbers, projects, strict=True)
            return [
                may(permission, n) if n in restricted else held[project >> 3] >> (project & 7) & 1 == 1
                for n, project in pairs
            ]
        return [
            may(permission, n) if n in restricted else asked[permission][project >> 3] >> (project & 7) & 1 == 1
            for permission, n, project in zip(permissions, numbers, projects, strict=True)
        ]

    def node(self, node_id: str) -> Node | None:
        """The organization, team or project, where it is visible."""
        number = self.structure.node_number.get(node_id)
        return self.structure.nodes[number] if number is not None and holds(self._visible_nodes, number) else None

    def node_of_each(self, node_ids: Sequence[str]) -> list[Node | None]:
        """The same of each of many nodes."""
        nodes, visible, nobodys = self.structure.nodes, self._visible_nodes, repeat(self._size)
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
        if not self._covers_environment(number):
            return False
        if self.is_instance_admin:
            return True
        if self._limited_to is not None and self.structure.environments[number].id not in self._limited_to:
            return False
        return self._all(self.passing.restrictions, self.structure.matching[number].hiding)

    def may_on_node(self, permission: Permission, number: int) -> bool:
        node = self.structure.nodes[number]
        if not holds(self._visible_nodes, number) or not self._can_ask(permission, node.kind):
            return False
        if self.is_instance_admin or permission is VIEW_PERMISSION[node.kind]:
            return True
        if permission is Permission.PROJECT_RESTRICT and isinstance(node, Project):
            number = self.structure.node_number[node.parent_id]
        return self.standing.gives(permission, node.kind, number)

    def may_in_environment(self, permission: Permission, number: int) -> bool:
        if self._by_project and number not in self.structure.restricted:
            return holds(self._asked_by_project(permission), self.structure.project_of[number])
        known = self._known.setdefault(permission, {})
        allowed = known.get(number)
        if allowed is None:
            if len(known) == MOST_KNOWN:
                known.clear()
            allowed = known[number] = self._may_in_environment(permission, number)
        return allowed

    def _asked_by_project(self, permission: Permission) -> bytes:
        """The projects in whose environments, where no restriction matches them, the subject holds a permission."""
        asked = self._asked.get(permission)
        if asked is None:
            asked = self._asked[permission] = self._held_in_projects(permission)
        return asked

    def _held_in_projects(self, permission: Permission) -> bytes:
        if not self._can_ask(permission, ResourceKind.ENVIRONMENT) or permission is Permission.ENVIRONMENT_APPROVE:
            return bytes(len(self._environment_projects))
        projects = self.projects_showing_environments
        if not self.is_instance_admin and permission is not Permission.ENVIRONMENT_VIEW:
            projects &= self.standing.nodes(permission, ResourceKind.ENVIRONMENT)
            if permission in NEEDS_PUSH:
                projects &= self.standing.nodes(Permission.PROJECT_PUSH, ResourceKind.PROJECT)
        return marks(projects, self._size)

    def _may_in_environment(self, permission: Permission, number: int) -> bool:
        if not self._can_ask(permission, ResourceKind.ENVIRONMENT) or not self.sees_environment(number):
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

    def node_mask(self, permission: Permission, kind: ResourceKind) -> int:
        """The set of nodes of one kind on which the subject holds a permission; not for PROJECT_RESTRICT."""
        if not self._can_ask(permission, kind):
            return 0
        of_kind = {ResourceKind.TEAM: self.structure.teams, ResourceKind.PROJECT: self.structure.projects}.get(kind, 1)
        given = int.from_bytes(self.standing.marked(permission, kind), "little")
        held = self.structure.all_nodes if self.is_instance_admin else given
        return held & self.visible_nodes & of_kind

    # What is visible.

    @cached_property
    def visible_nodes(self) -> int:
        """The set of nodes that the subject sees."""
        if not self.is_good:
            return 0
        if self.is_instance_admin:
            return self._coverage
        if self.standing.membership is None:
            return 0
        teams = self.standing.nodes(Permission.TEAM_VIEW, ResourceKind.TEAM) & self.structure.teams
        return (1 | teams | self._visible_projects) & self._coverage

    def sees_uncovered(self, project_id: str) -> bool:
        """Whether a project is visible but for how the key narrows: what is passed doesn't depend on the key."""
        return bool(self._visible_projects >> self.structure.node_number[project_id] & 1)

    @cached_property
    def _visible_projects(self) -> int:
        """The set of projects that the subject sees, whatever the key covers."""
        given = self.standing.nodes(Permission.PROJECT_VIEW, ResourceKind.PROJECT)
        return given & self.structure.projects & self._listed

    @cached_property
    def projects_showing_environments(self) -> int:
        """The projects of which the subject may see environments, none hidden by a restriction or left off a list."""
        if not self.is_good or (self.standing.membership is None and not self.is_instance_admin):
            return 0
        covered = self._coverage
        if self._covers_one_environment:
            covered = 1 << self.structure.project_of[self.structure.environment_number[self._covered_id]]
        if self.is_instance_admin:
            return self.structure.projects & covered
        given = self.standing.nodes(Permission.ENVIRONMENT_VIEW, ResourceKind.ENVIRONMENT)
        return self._visible_projects & given & covered

    def environments_by_name(self, projects: int) -> Iterator[int]:
        """The visible environments of some projects (a set), in order of name."""
        structure = self.structure
        inside = flags(projects & self.projects_showing_environments, self._size)
        numbers = compress(structure.environments_by_name, map(inside.__getitem__, structure.projects_by_name))
        if not self._by_project:
            return filter(self.sees_environment, numbers)
        hidden = {number for number in structure.hidden_by if not self.sees_environment(number)}
        return filterfalse(hidden.__contains__, numbers) if hidden else numbers

    def count_environments(self, projects: int) -> int:
        """How many visible environments are in those of some projects (a set) that show any."""
        projects &= self.projects_showing_environments
        groups = (self.structure.environments_of[project] for project in members(projects))
        if not self._by_project:
            return sum(self.sees_environment(number) for group in groups for number in group)
        counted = marks(projects, self._size)
        hidden = sum(
            holds(counted, self.structure.project_of[number]) and not self.sees_environment(number)
            for number in self.structure.hidden_by
        )
        return sum(map(len, groups)) - hidden

    @property
    def is_limited(self) -> bool:
        """Whether the environment access list binds the subject (section 7)."""
        return self._limited_to is not None

    @cached_property
    def _limited_to(self) -> frozenset[str] | None:
        """The environments on the access list, where one binds (section 7)."""
        root = self.standing.membership
        if root is None or root.mode is EnvironmentAccessMode.FULL or self.is_instance_admin:
            return None
        return root.environment_ids if self.facts.organization.environment_access_enabled else None

    @cached_property
    def _listed(self) -> int:
        """The projects that the access list leaves visible (section 4, step 5)."""
        if self._limited_to is None:
            return self.structure.all_nodes
        number = self.structure.environment_number
        listed = {self.structure.project_of[number[id]] for id in self._limited_to if id in number}
        own = (self.structure.node_number.get(m.node_id) for m in self.standing.own if m.holds_at(self.at))
        empty = {n for n in own if n is not None and not self.structure.environments_of[n]}
        return bits(listed | empty, self._size)

    @property
    def _covered_id(self) -> str:
        """Below which resource a key is confined; empty for none."""
        key = self.subject.key
        return "" if key is None else key.resource_id or ""

    @cached_property
    def _coverage(self) -> int:
        """The nodes that the key's subtree holds."""
        if not self._covered_id:
            return self.structure.all_nodes
        number = self.structure.node_number.get(self._covered_id)
        return 0 if number is None else self.structure.subtree(number)

    @property
    def _covers_one_environment(self) -> bool:
        return self._covered_id in self.structure.environment_number

    def _covers_environment(self, number: int) -> bool:
        """Of the environments of a project that the key reaches."""
        return not self._covers_one_environment or self.structure.environments[number].id == self._covered_id

    def _can_ask(self, permission: Permission, kind: ResourceKind) -> bool:
        key = self.subject.key
        covered = key is None or key.permissions is None or permission in key.permissions
        return covered and kind in ASKED_OF[permission]

    @staticmethod
    def _all(mask: int, numbers: tuple[int, ...]) -> bool:
        return all(mask >> number & 1 for number in numbers)

    @staticmethod
    def _any(mask: int, numbers: tuple[int, ...]) -> bool:
        return any(mask >> number & 1 for number in numbers)
