"""What one subject holds in an organization: which roles, and on which nodes (rule.md, section 4, step 4)."""

from collections.abc import Iterable

from app.policy.computed import computed
from app.policy.entities import Membership
from app.policy.facts import Facts
from app.policy.roles import LEVEL_ROLES, Role
from app.policy.sets import holds, marks
from app.policy.structure import Structure
from app.policy.subject import Subject
from app.policy.vocabulary import Permission, ResourceKind, RoleLevel


class Standing:
    """What `subject` holds in the organization of `structure` at `at` (µs), as sets of its nodes' numbers.

    `own` are the subject's memberships, in effect or not; `membership` is that of the organization, if in effect.
    """

    def __init__(self, structure: Structure, subject: Subject, at: int) -> None:
        self.subject = subject
        self.own = structure.facts.memberships_of(subject.id)
        organization_id = structure.facts.organization.id
        self.membership = next((m for m in self.own if m.node_id == organization_id and m.holds_at(at)), None)
        self._size = len(structure.nodes)
        self._by_themselves: dict[Role, int] = {}
        self._held: dict[Role, int] = {}
        """By role: the nodes (a set) on which the subject holds it, by own memberships and as one of a team."""
        self._hold_roles(structure, at)
        self._marked: dict[tuple[Permission, ResourceKind], bytes] = {}

    def nodes(self, permission: Permission, kind: ResourceKind) -> int:
        """The nodes on which the subject's roles give a permission on that kind of resource, there or right below."""
        found = 0
        for role, nodes in self._held.items():
            if role.allows(permission, kind):
                found |= nodes
        return found

    def marked(self, permission: Permission, kind: ResourceKind) -> bytes:
        """The same set, to look up single nodes in."""
        if (permission, kind) not in self._marked:
            self._marked[permission, kind] = marks(self.nodes(permission, kind), self._size)
        return self._marked[permission, kind]

    def gives(self, permission: Permission, kind: ResourceKind, number: int) -> bool:
        """Whether the set holds the node of this number."""
        return holds(self.marked(permission, kind), number)

    @computed
    def levels(self) -> dict[RoleLevel, int]:
        """By level: the nodes on which the subject holds it or a higher one."""
        found, nodes = {}, 0
        for level in reversed(RoleLevel):
            nodes |= self._held.get(LEVEL_ROLES[level], 0)
            found[level] = nodes
        return found

    def level(self, number: int) -> RoleLevel | None:
        """The highest level held on a node, an instance administrator being an ADMIN everywhere."""
        if self.subject.person.is_instance_admin:
            return RoleLevel.ADMIN
        place, bit = number >> 3, 1 << (number & 7)
        for level, marked in self._marked_levels:
            if marked[place] & bit:
                return level
        return None

    @computed
    def inherited(self) -> int:
        """The nodes that own memberships, not those of teams, give a level of VIEWER or higher on."""
        nodes = 0
        for role, reached in self._by_themselves.items():
            if role.level is not None and role.level >= RoleLevel.VIEWER:
                nodes |= reached
        return nodes

    @computed
    def _marked_levels(self) -> list[tuple[RoleLevel, bytes]]:
        """The levels, the highest first, each with where the subject holds it or a higher one."""
        return [(level, marks(self.levels[level], self._size)) for level in reversed(RoleLevel)]

    def _hold_roles(self, structure: Structure, at: int) -> None:
        facts = structure.facts
        for own in self.own:
            number = structure.node_number.get(own.node_id)
            if number is None or not own.holds_at(at):
                continue
            roles = _roles(facts, own)
            _hold(self._by_themselves, structure, roles, number)
            for invited in facts.memberships_of(own.node_id):
                node = structure.node_number.get(invited.node_id)
                if node is not None and invited.holds_at(at):
                    _hold(self._held, structure, handed_on(roles, _roles(facts, invited)), node)
        for role, nodes in self._by_themselves.items():
            self._held[role] = self._held.get(role, 0) | nodes


def _hold(held: dict[Role, int], structure: Structure, roles: Iterable[Role], number: int) -> None:
    for role in roles:
        flows = structure.subtree(number) if role.is_admin else structure.reach(number)
        held[role] = held.get(role, 0) | flows


def _roles(facts: Facts, membership: Membership) -> list[Role]:
    return [role for role in map(facts.role, membership.role_ids) if role is not None]


def handed_on(own: list[Role], granted: list[Role]) -> list[Role]:
    """What a team's membership gives a direct member: the lower level, and roles without a level as granted."""
    handed = [role for role in granted if role.level is None]
    mine = [role.level for role in own if role.level is not None]
    theirs = [role.level for role in granted if role.level is not None]
    if mine and theirs:
        handed.append(LEVEL_ROLES[min(max(mine), max(theirs))])
    return handed
