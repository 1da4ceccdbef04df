"""Who sees what is not a node: people, memberships, restrictions and their grants (rule.md, section 4a)."""

from collections.abc import Iterator, Sequence
from itertools import compress

from app.policy.computed import computed
from app.policy.entities import Membership, Node, Person, Restriction
from app.policy.roles import Role
from app.policy.sets import bits, flags, holds, marks
from app.policy.sight import Sight
from app.policy.standing import handed_on
from app.policy.structure import Structure
from app.policy.views import View
from app.policy.vocabulary import Permission, RoleLevel


class Objects:
    """What the subject of a view sees beside nodes and environments, in the view's organization."""

    def __init__(self, view: View) -> None:
        self.view = view
        self.facts = view.facts
        self.structure = view.structure

    def followed_by(self, structure: Structure, at: int) -> "Objects | None":
        """The same over another version of the organization, where the view may stay; as `View.followed_by`."""
        view = self.view.followed_by(structure, at)
        if view is None:
            return None
        following = Objects(view)
        known, facts = self.facts, structure.facts
        is_same = facts.memberships is known.memberships and facts.people is known.people
        if is_same and "_marked_people" in self.__dict__ and self.view.holds_at(at):
            following.__dict__["_marked_people"] = self._marked_people
        return following

    def person(self, id: str | None) -> Person | None:
        """The person or service account, if the subject sees them; None for an unknown id as well."""
        if not self.view.is_good:
            return None
        if id == self.view.subject.id:
            return self.view.subject.person
        person = None if id is None else self.facts.people.get(id)
        return person if person is not None and self._sees_person(person.id) else None

    def _sees_person(self, id: str) -> bool:
        """Whether somebody is among `people`; looks at them alone while nobody has asked for all."""
        if "_marked_people" in self.__dict__:
            return holds(self._marked_people, self.facts.everybody.number[id])
        return self.view.subject.sees_everybody or any(map(self._shows_subject, self.facts.memberships_of(id)))

    def sees_membership(self, membership: Membership) -> bool:
        """Its subject, and who holds MEMBERS_VIEW on its node."""
        own = self.view.is_good and membership.subject_id == self.view.subject.id
        return own or self._views_members_on(membership.node_id)

    def members(self, node: Node) -> Sequence[Membership]:
        """The memberships on a node that the subject sees, in order of names; whom they don't see has none there."""
        everybody = self.facts.everybody
        found = everybody.members(node.id)
        if not self._views_members_on(node.id):
            return list(filter(self.sees_membership, found))
        # Whoever has a membership on the node is seen then, but for teams.
        hidden = {each.id for each in found if each.subject_is_team and self.node(each.subject_id) is None}
        if not hidden:
            return found
        return sorted(found, key=lambda each: ("", each.id) if each.id in hidden else everybody.member_order(each))

    def sees_restriction(self, restriction: Restriction) -> bool:
        """Who sees its scope or an environment it matches; a hiding one only who passes it or may manage it."""
        if restriction.hides and not (self.passes(restriction) or self.manages(restriction)):
            return False
        if self.view.sees(restriction.scope_id):
            return True
        return any(map(self.view.sees_environment, self.structure.targets(restriction)))

    def passes(self, restriction: Restriction) -> bool:
        """Whether the subject passes a restriction, enabled or not.

        A grant counts only for somebody who belongs and sees the project, where the scope is one.
        """
        if not self.view.is_good or self.view.is_instance_admin:
            return self.view.is_good
        if self.view.standing.membership is None:
            return False
        number = self.structure.restriction_number[restriction.id]
        passing = self.view.passing
        counting = passing.restrictions if self._sees_project(restriction.scope_id) else passing.as_admin
        return bool(counting >> number & 1)

    def _sees_project(self, scope_id: str) -> bool:
        if scope_id not in self.facts.projects:
            return True
        return self.view.node_view.sees_uncovered(self.structure.node_number[scope_id])

    def manages(self, restriction: Restriction) -> bool:
        """Who holds ENVIRONMENT_RESTRICT on its scope sees its grants and changes it."""
        return self.view.may(Permission.ENVIRONMENT_RESTRICT, restriction.scope_id)

    def node(self, id: str | None) -> Node | None:
        """The organization, team or project, if the subject sees it."""
        return None if id is None else self.view.node(id)

    @computed
    def sight(self) -> Sight:
        """What the subject sees in lists."""
        return Sight(self.view)

    @property
    def sees_all_members(self) -> bool:
        """Whether whoever has a membership here is seen, without looking at one."""
        return self.view.subject.sees_everybody or bool(self._watched & 1)

    def people(self) -> list[Person]:
        """Everybody the subject sees who belongs here or is an instance administrator, in order of name.

        Themselves, and who, on a node where the subject holds MEMBERS_VIEW, holds a level of VIEWER or higher or has
        a membership of their own. Some see everybody (`Subject.sees_everybody`).
        """
        everybody = self.facts.everybody.by_name
        return list(compress(everybody, flags(int.from_bytes(self._marked_people, "little"), len(everybody))))

    @computed
    def _marked_people(self) -> bytes:
        """The same as a set of their numbers: ids would take 50 bytes for each of them in each view."""
        number = self.facts.everybody.number
        if self.view.subject.sees_everybody and self.view.is_good:
            return marks((1 << len(number)) - 1, len(number))
        seen = {self.view.subject.id} & number.keys()
        for own in self.facts.memberships.values() if self._watched else ():
            if not own.subject_is_team and own.subject_id not in seen and self._shows_subject(own):
                seen.add(own.subject_id)
        return marks(bits(map(number.__getitem__, seen), len(number)), len(number))

    def _shows_subject(self, own: Membership) -> bool:
        """Whether a membership of a user lets the subject see them."""
        watched = self._watched
        if watched & 1 or self._views_members_on(own.node_id):
            return bool(watched)
        return bool(watched) and any(flows & watched for flows in self._flows(own))

    @property
    def _watched(self) -> int:
        return self.view.node_view.watched

    def _views_members_on(self, node_id: str) -> bool:
        return node_id in self.view.node_view.watched_ids

    def _flows(self, own: Membership) -> Iterator[int]:
        """Where somebody's membership gives them a level of VIEWER or higher, by its roles and as one of its team."""
        number = self.structure.node_number.get(own.node_id)
        if number is None or not own.holds_at(self.view.at) or not self._holds_levels(own.subject_id):
            return
        roles = self._roles(own)
        yield self._levels_reach(roles, number)
        for invited in self.facts.memberships_of(own.node_id):
            node = self.structure.node_number.get(invited.node_id)
            if node is not None and invited.holds_at(self.view.at):
                yield self._levels_reach(handed_on(roles, self._roles(invited)), node)

    def _holds_levels(self, user_id: str) -> bool:
        """Who is deactivated or doesn't belong has lost every level (section 2)."""
        person = self.facts.people.get(user_id)
        root = self.facts.membership_on(user_id, self.facts.organization.id)
        return person is not None and person.is_active and root is not None and root.holds_at(self.view.at)

    def _levels_reach(self, roles: list[Role], number: int) -> int:
        levels = [role.level for role in roles if role.level is not None]
        if not levels or max(levels) < RoleLevel.VIEWER:
            return 0
        if RoleLevel.ADMIN in levels:
            return self.structure.subtree(number)
        return self.structure.reach(number)

    def _roles(self, membership: Membership) -> list[Role]:
        return [role for role in map(self.facts.role, membership.role_ids) if role is not None]
