"""What of a view lasts: what one subject sees and holds among the nodes, whatever restrictions say (rule.md, 4).

It is made of the tree, the roles and a few memberships, which most changes leave as they are: so it outlives versions
by the hundred, and keeps nothing of the one that it was made from but what these share.
"""

from app.policy.computed import computed
from app.policy.facts import Facts
from app.policy.sets import bits, marks, members
from app.policy.standing import Standing
from app.policy.structure import Structure
from app.policy.subject import Subject
from app.policy.vocabulary import ASKED_OF, NEEDS_PUSH, EnvironmentAccessMode, Permission, ResourceKind

_NODE_KINDS = (ResourceKind.ORGANIZATION, ResourceKind.TEAM, ResourceKind.PROJECT)


def may_end(was: Structure, now: Structure) -> bool:
    """Whether between two versions something has changed that node views are made of, but for memberships of few."""
    is_same = was.nodes is now.nodes and was.facts.custom_roles is now.facts.custom_roles
    return not is_same or was.facts.environments is not now.facts.environments


class NodeView:
    """What `subject` sees and holds among the nodes of `structure` from `at` (µs) on, as sets of their numbers."""

    def __init__(self, structure: Structure, subject: Subject, at: int) -> None:
        facts, key = structure.facts, subject.key
        self.subject = subject
        self.size = len(structure.nodes)
        self.is_good = subject.person.is_active and (key is None or key.expires_at is None or at < key.expires_at)
        self.is_instance_admin = subject.person.is_instance_admin
        self.standing = Standing(structure, subject, at)
        self.limited_to = self._limited_to(facts)
        self.covered_id = "" if key is None else key.resource_id or ""
        """Below which resource the key is confined; empty for none."""
        self.covers_one_environment = self.covered_id in structure.environment_number
        self.goes_by_project = self.limited_to is None and not self.covers_one_environment
        """Whether neither an access list nor a key binds single environments, but only restrictions do."""
        self._at = at
        self._nodes, self._teams, self._projects = structure.nodes, structure.teams, structure.projects
        self._custom_roles = facts.custom_roles
        self._environments = None if self.goes_by_project else facts.environments
        sources = (subject.id, *(own.node_id for own in self.standing.own))
        self._memberships = [(id, facts.memberships_of(id)) for id in sources]
        self._uncovered_projects = self._visible_projects(structure)
        self.visible = self._visible(structure)
        """The nodes that the subject sees."""
        self.showing_environments = self._showing_environments(structure)
        """The projects of which they may see environments, none hidden by a restriction or left off a list."""
        self.marked_visible = marks(self.visible, self.size)
        self.marked_showing = marks(self.showing_environments, self.size)
        self._marked: dict[Permission, bytes] = {}

    def stays(self, structure: Structure, at: int) -> bool:
        """Whether one made of another version, at `at` (µs), would say the same."""
        holds = self._at <= at and (self._ends_at is None or at < self._ends_at)
        return holds and self.is_made_of(structure)

    def is_made_of(self, structure: Structure) -> bool:
        """Whether all that it was made of is the same in another version, and has the same numbers."""
        facts = structure.facts
        if structure.nodes is not self._nodes or facts.custom_roles is not self._custom_roles:
            return False
        if self._environments is not None and facts.environments is not self._environments:
            return False
        if (self.covered_id in structure.environment_number) is not self.covers_one_environment:
            return False
        return all(facts.memberships_of(id) == memberships for id, memberships in self._memberships)

    @computed
    def _ends_at(self) -> int | None:
        """When time alone could change it first; µs, None for never."""
        key = self.subject.key
        spans = [membership for _, memberships in self._memberships for membership in memberships]
        bounds = [bound for span in spans for bound in (span.starts_at, span.expires_at)]
        bounds.append(None if key is None else key.expires_at)
        return min((bound for bound in bounds if bound is not None and bound > self._at), default=None)

    # What it answers.

    def sees_uncovered(self, number: int) -> bool:
        """Whether a project is visible but for how the key narrows: what is passed doesn't depend on the key."""
        return bool(self._uncovered_projects >> number & 1)

    def can_ask(self, permission: Permission, kind: ResourceKind) -> bool:
        """Whether the permission is asked of such resources, and the key has it."""
        key = self.subject.key
        covered = key is None or key.permissions is None or permission in key.permissions
        return covered and kind in ASKED_OF[permission]

    def holding(self, permission: Permission, kind: ResourceKind) -> int:
        """The visible nodes of one kind on which the subject holds a permission; not for PROJECT_RESTRICT."""
        if not self.can_ask(permission, kind):
            return 0
        of_kind = {ResourceKind.TEAM: self._teams, ResourceKind.PROJECT: self._projects}.get(kind, 1)
        held = self.visible if self.is_instance_admin else self.standing.nodes(permission, kind)
        return held & self.visible & of_kind

    def marked_holding(self, permission: Permission) -> bytes:
        """The same as `holding_in_environments`, for looking up; made once."""
        marked = self._marked.get(permission)
        if marked is None:
            marked = self._marked[permission] = marks(self.holding_in_environments(permission), self.size)
        return marked

    def holding_in_environments(self, permission: Permission) -> int:
        """The projects in whose environments the subject holds a permission where no restriction matches them."""
        if not self.can_ask(permission, ResourceKind.ENVIRONMENT) or permission is Permission.ENVIRONMENT_APPROVE:
            return 0
        projects = self.showing_environments
        if not self.is_instance_admin and permission is not Permission.ENVIRONMENT_VIEW:
            projects &= self.standing.nodes(permission, ResourceKind.ENVIRONMENT)
            if permission in NEEDS_PUSH:
                projects &= self.standing.nodes(Permission.PROJECT_PUSH, ResourceKind.PROJECT)
        return projects

    @computed
    def watched(self) -> int:
        """The nodes on which the subject holds MEMBERS_VIEW."""
        organization, teams, projects = (self.holding(Permission.MEMBERS_VIEW, kind) for kind in _NODE_KINDS)
        return organization | teams | projects

    @computed
    def watched_ids(self) -> frozenset[str]:
        """Their ids."""
        return frozenset(self._nodes[number].id for number in members(self.watched))

    # How it is made.

    def _limited_to(self, facts: Facts) -> frozenset[str] | None:
        """The environments on the access list, where one binds (section 7)."""
        root = self.standing.membership
        if root is None or root.mode is EnvironmentAccessMode.FULL or self.is_instance_admin:
            return None
        return root.environment_ids if facts.organization.environment_access_enabled else None

    def _visible_projects(self, structure: Structure) -> int:
        """The projects that the subject sees, whatever the key covers."""
        given = self.standing.nodes(Permission.PROJECT_VIEW, ResourceKind.PROJECT)
        return given & structure.projects & self._listed(structure)

    def _listed(self, structure: Structure) -> int:
        """The projects that the access list leaves visible (section 4, step 5)."""
        if self.limited_to is None:
            return structure.all_nodes
        number = structure.environment_number
        listed = {structure.project_of[number[id]] for id in self.limited_to if id in number}
        own = (structure.node_number.get(m.node_id) for m in self.standing.own if m.holds_at(self._at))
        empty = {n for n in own if n is not None and not structure.environments_of[n]}
        return bits(listed | empty, self.size)

    def _covered(self, structure: Structure) -> int:
        """The nodes that the key's subtree holds."""
        if not self.covered_id:
            return structure.all_nodes
        number = structure.node_number.get(self.covered_id)
        return 0 if number is None else structure.subtree(number)

    def _visible(self, structure: Structure) -> int:
        if not self.is_good:
            return 0
        if self.is_instance_admin:
            return self._covered(structure)
        if self.standing.membership is None:
            return 0
        teams = self.standing.nodes(Permission.TEAM_VIEW, ResourceKind.TEAM) & structure.teams
        return (1 | teams | self._uncovered_projects) & self._covered(structure)

    def _showing_environments(self, structure: Structure) -> int:
        if not self.is_good or (self.standing.membership is None and not self.is_instance_admin):
            return 0
        covered = self._covered(structure)
        if self.covers_one_environment:
            covered = 1 << structure.project_of[structure.environment_number[self.covered_id]]
        if self.is_instance_admin:
            return structure.projects & covered
        given = self.standing.nodes(Permission.ENVIRONMENT_VIEW, ResourceKind.ENVIRONMENT)
        return self._uncovered_projects & given & covered
