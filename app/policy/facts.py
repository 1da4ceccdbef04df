"""Facts: one organization at one revision, immutable, and the questions the rule puts to them."""

from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping
from itertools import chain
from operator import attrgetter
from typing import Any, TypeVar

from app.policy.computed import computed
from app.policy.entities import (
    ApprovalRule,
    Environment,
    Grant,
    Membership,
    Node,
    Organization,
    Person,
    Project,
    Resource,
    Restriction,
    Team,
)
from app.policy.everybody import Everybody
from app.policy.grouping import grouped, regrouped
from app.policy.roles import BUILT_IN_ROLES, Role

N = TypeVar("N", Team, Project)


class Facts:
    """One organization at one revision, with the people who belong to it at one revision of the instance.

    The mappings are by id, in order of creation, and are never changed; versions share them. `people` holds everybody
    with a membership here and every instance administrator.
    """

    def __init__(
        self,
        *,
        organization: Organization,
        revision: int,
        instance_revision: int,
        teams: Mapping[str, Team],
        projects: Mapping[str, Project],
        environments: Mapping[str, Environment],
        custom_roles: Mapping[str, Role],
        memberships: Mapping[str, Membership],
        restrictions: Mapping[str, Restriction],
        people: Mapping[str, Person],
    ) -> None:
        self.organization = organization
        self.revision = revision
        self.instance_revision = instance_revision
        self.teams = teams
        self.projects = projects
        self.environments = environments
        self.custom_roles = custom_roles
        self.memberships = memberships
        self.restrictions = restrictions
        self.people = people

    # The questions that the rule asks. Whatever answers them can be decided about.

    def node(self, id: str) -> Node | None:
        """The organization, team or project of this id."""
        if id == self.organization.id:
            return self.organization
        return self.teams.get(id) or self.projects.get(id)

    def environment(self, id: str) -> Environment | None:
        return self.environments.get(id)

    def environment_named(self, project_id: str, name: str) -> Environment | None:
        return next((e for e in self.environments_of(project_id) if e.name == name), None)

    def environments_of(self, project_id: str) -> tuple[Environment, ...]:
        return self._environments_by_project.get(project_id, ())

    def path(self, node_id: str) -> tuple[Node, ...]:
        """The node and its ancestors up to the organization, itself first; empty for an unknown id."""
        steps: list[Node] = []
        node = self.node(node_id)
        while node is not None:
            steps.append(node)
            node = None if node.parent_id is None else self.node(node.parent_id)
        return tuple(steps)

    def role(self, id: str) -> Role | None:
        return BUILT_IN_ROLES.get(id) or self.custom_roles.get(id)

    def person(self, id: str) -> Person | None:
        return self.people.get(id)

    def membership_on(self, subject_id: str, node_id: str) -> Membership | None:
        """The one membership of a user or team on a node, whether or not it holds at any instant."""
        return next((m for m in self.memberships_of(subject_id) if m.node_id == node_id), None)

    def memberships_of(self, subject_id: str) -> tuple[Membership, ...]:
        return self._memberships_by_subject.get(subject_id, ())

    def memberships_on(self, node_id: str) -> tuple[Membership, ...]:
        return self._memberships_by_node.get(node_id, ())

    def restrictions_at(self, scope_id: str) -> tuple[Restriction, ...]:
        """The restrictions whose scope is this very node."""
        return self._restrictions_by_scope.get(scope_id, ())

    # What the reading side asks beyond the rule.

    def children(self, node_id: str) -> tuple[Team | Project, ...]:
        return self._children.get(node_id, ())

    def resource(self, id: str) -> Resource | None:
        return self.node(id) or self.environment(id)

    def slug_path(self, node_id: str) -> str:
        """The slugs from the organization down, joined by `/`."""
        return "/".join(node.slug for node in reversed(self.path(node_id)))

    @property
    def size(self) -> int:
        """How many facts these are, about."""
        return sum(
            map(len, (self.teams, self.projects, self.environments, self.memberships, self.restrictions, self.people))
        )

    def roles(self) -> tuple[Role, ...]:
        """Every role of the organization: the built-in ones, then its own in order of creation."""
        return (*BUILT_IN_ROLES.values(), *self.custom_roles.values())

    def team_at(self, path: str) -> Team | None:
        """The team at a path of slugs that begins with the organization's."""
        parent, slug = self._last_step(path)
        return None if parent is None else self._child(parent, slug, Team)

    def project_at(self, path: str) -> Project | None:
        """The project at a path of slugs that begins with the organization's."""
        parent, slug = self._last_step(path)
        return None if parent is None else self._child(parent, slug, Project)

    def _last_step(self, path: str) -> tuple[str | None, str]:
        """The id of what all but the last slug of a path lead to, None for nothing; and the last slug."""
        # Slug by slug from the top, so that a path of any length ends where the first one is wrong.
        slug, slash, rest = path.partition("/")
        if slug != self.organization.slug or not slash:
            return None, ""
        parent = self.organization.id
        slug, slash, rest = rest.partition("/")
        while slash:
            team = self._child(parent, slug, Team)
            if team is None:
                return None, ""
            parent = team.id
            slug, slash, rest = rest.partition("/")
        return parent, slug

    def _child(self, parent_id: str, slug: str, kind: type[N]) -> N | None:
        """A team and a project of one parent may have the same slug."""
        return next((node for node in self.children(parent_id) if isinstance(node, kind) and node.slug == slug), None)

    def next_boundary(self, at: int) -> int | None:
        """The first instant after `at` at which a membership or grant begins or ends; µs, None for never."""
        all_bounds = (self._bounds_of_memberships, self._bounds_of_grants)
        places = ((bounds, bisect_right(bounds, at)) for bounds in all_bounds)
        return min((bounds[place] for bounds, place in places if place < len(bounds)), default=None)

    def take_over(self, known: "Facts", changed: Mapping[str, Collection[str]]) -> None:
        """Share what was computed for another version of the same organization.

        `changed` has the ids, by the name of the mapping, of what came, went or changed between the two.
        """
        for name, sources in _DERIVED.items():
            computed = known.__dict__.get(name)
            if computed is not None and not any(changed.get(each) for each in sources):
                self.__dict__[name] = computed
        for name, source, key in _GROUPS:
            if name in known.__dict__ and name not in self.__dict__:
                now = getattr(self, source)
                self.__dict__[name] = regrouped(known.__dict__[name], getattr(known, source), now, changed[source], key)
        for name, source, spans in _SPANS:
            if name in known.__dict__ and name not in self.__dict__:
                was, now = (
                    bounds_of(chain.from_iterable(spans(side[id]) for id in changed[source] if id in side))
                    for side in (getattr(known, source), getattr(self, source))
                )
                if was == now:
                    self.__dict__[name] = known.__dict__[name]
        if "everybody" in known.__dict__:
            self.everybody.take_over(known.everybody)

    def complete(self) -> None:
        """Compute the groups that almost every question asks for, while there is time."""
        for name in _ASKED_FOR:
            getattr(self, name)
        self.everybody.complete()

    def compute_like(self, known: "Facts") -> None:
        """Compute of these what another version has computed."""
        for name in _ASKED_FOR:
            if name in known.__dict__:
                getattr(self, name)
        if "everybody" in known.__dict__:
            self.everybody.compute_like(known.everybody)

    @computed
    def everybody(self) -> Everybody:
        """The people, in order of name and by what they have in common."""
        return Everybody(self.organization.id, self.people, self.teams, self._memberships_by_node)

    @computed
    def grants(self) -> dict[str, Grant]:
        """Every grant, by id."""
        return {grant.id: grant for restriction in self.restrictions.values() for grant in restriction.grants}

    @computed
    def approval_rules(self) -> dict[str, ApprovalRule]:
        """Every approval rule, by id."""
        return {rule.id: rule for restriction in self.restrictions.values() for rule in restriction.approval_rules}

    @computed
    def _bounds_of_memberships(self) -> list[int]:
        """Every instant at which a membership begins or ends, ascending."""
        return bounds_of(self.memberships.values())

    @computed
    def _bounds_of_grants(self) -> list[int]:
        """The same of grants."""
        return bounds_of(chain.from_iterable(restriction.grants for restriction in self.restrictions.values()))

    @computed
    def _environments_by_project(self) -> dict[str, tuple[Environment, ...]]:
        return grouped(self.environments.values(), attrgetter("project_id"))

    @computed
    def _memberships_by_subject(self) -> dict[str, tuple[Membership, ...]]:
        return grouped(self.memberships.values(), attrgetter("subject_id"))

    @computed
    def _memberships_by_node(self) -> dict[str, tuple[Membership, ...]]:
        return grouped(self.memberships.values(), attrgetter("node_id"))

    @computed
    def _restrictions_by_scope(self) -> dict[str, tuple[Restriction, ...]]:
        return grouped(self.restrictions.values(), attrgetter("scope_id"))

    @computed
    def _children(self) -> dict[str, tuple[Team | Project, ...]]:
        return grouped(chain(self.teams.values(), self.projects.values()), attrgetter("parent_id"))


def bounds_of(spans: Iterable[Membership | Grant]) -> list[int]:
    """Every instant (µs) at which one of them begins or ends, ascending."""
    return sorted({bound for span in spans for bound in (span.starts_at, span.expires_at) if bound is not None})


_DERIVED = {
    "grants": ("restrictions",),
    "approval_rules": ("restrictions",),
    "_bounds_of_memberships": ("memberships",),
    "_bounds_of_grants": ("restrictions",),
    "_environments_by_project": ("environments",),
    "_memberships_by_subject": ("memberships",),
    "_memberships_by_node": ("memberships",),
    "_restrictions_by_scope": ("restrictions",),
    "_children": ("teams", "projects"),
}
"""What facts compute of themselves, and from which mappings."""

_GROUPS: tuple[tuple[str, str, Callable[[Any], str]], ...] = (
    ("_environments_by_project", "environments", attrgetter("project_id")),
    ("_memberships_by_subject", "memberships", attrgetter("subject_id")),
    ("_memberships_by_node", "memberships", attrgetter("node_id")),
    ("_restrictions_by_scope", "restrictions", attrgetter("scope_id")),
)
"""Of these, those whose groups can be renewed one by one: the mapping, and what its values are grouped by."""

_ASKED_FOR = (*(each[0] for each in _GROUPS), "_children", "_bounds_of_memberships", "_bounds_of_grants")
"""What almost every question asks for."""

_SPANS: tuple[tuple[str, str, Callable[[Any], Iterable[Membership | Grant]]], ...] = (
    ("_bounds_of_memberships", "memberships", lambda membership: (membership,)),
    ("_bounds_of_grants", "restrictions", attrgetter("grants")),
)
"""Those that stay where what changed begins and ends when it did: the mapping, and what in its values does."""
