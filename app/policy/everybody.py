"""Everybody of one organization: in order of name, as members of each node, and by what they have in common."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from app.policy.computed import computed
from app.policy.entities import Membership, Person, Team, person_order
from app.policy.vocabulary import EnvironmentAccessMode


class Alike(NamedTuple):
    """What people have in common: what they are, and their membership of the organization.

    `listed` are the environments on their access list, where they have one; `read` is all else.
    """

    read: tuple[Any, ...]
    listed: frozenset[str] | None


_COMPUTED = ("by_name", "number", "with_teams", "folded", "_told_apart")


class Everybody:
    """The people of one version of an organization, its teams, and who has a membership on which node."""

    def __init__(
        self,
        organization_id: str,
        people: Mapping[str, Person],
        teams: Mapping[str, Team],
        by_node: Mapping[str, tuple[Membership, ...]],
    ) -> None:
        self._people = people
        self._teams = teams
        self._by_node = by_node
        self._roots = by_node.get(organization_id, ())
        self._members: dict[str, tuple[Membership, ...]] = {}

    def take_over(self, known: "Everybody") -> None:
        """Share what was computed for another version, of what is the same in both."""
        has_same_people = self._people is known._people
        has_same_names = has_same_people and self._teams is known._teams
        is_same = {
            "by_name": has_same_people,
            "number": has_same_people,
            "folded": has_same_people,
            "with_teams": has_same_names,
            "_told_apart": has_same_people and self._roots is known._roots,
        }
        self.__dict__.update({name: known.__dict__[name] for name in known.__dict__.keys() & is_same if is_same[name]})
        if has_same_names:
            # Copied first: another thread may be adding to those of the version before.
            members = known._members.copy().items()
            self._members = {id: own for id, own in members if self._by_node.get(id) is known._by_node.get(id)}

    def complete(self) -> None:
        """Compute all that is asked of them as a whole, while there is time: 0.1 s for 10,000 people."""
        for name in _COMPUTED:
            getattr(self, name)

    def compute_like(self, known: "Everybody") -> None:
        """Compute what that of another version has computed."""
        for name in _COMPUTED:
            if name in known.__dict__:
                getattr(self, name)

    @computed
    def by_name(self) -> tuple[Person, ...]:
        """Everybody, in order of name."""
        return tuple(sorted(self._people.values(), key=person_order))

    @computed
    def number(self) -> dict[str, int]:
        """The place of each in that order, by id."""
        return {person.id: number for number, person in enumerate(self.by_name)}

    @computed
    def with_teams(self) -> tuple[Person | Team, ...]:
        """Everybody and every team, in order of name."""
        return tuple(sorted((*self.by_name, *self._teams.values()), key=subject_order))

    @computed
    def folded(self) -> dict[str, tuple[str, str]]:
        """By id: the name and the e-mail of each, whatever the case, as searches look in them."""
        return {id: (each.name.casefold(), (each.email or "").casefold()) for id, each in self._people.items()}

    def members(self, node_id: str) -> tuple[Membership, ...]:
        """All memberships on a node, in order of their subjects' names; made once."""
        found = self._members.get(node_id)
        if found is None:
            found = self._members[node_id] = tuple(sorted(self._by_node.get(node_id, ()), key=self.member_order))
        return found

    def member_order(self, membership: Membership) -> tuple[str, str]:
        """The key that the members of a node are in order of, to who sees whose membership it is."""
        subject = self._people.get(membership.subject_id) or self._teams.get(membership.subject_id)
        return "" if subject is None else subject.name.casefold(), membership.id

    @property
    def alike(self) -> Mapping[str, int]:
        """By id: what everybody is alike in, as its place in `kinds`."""
        return self._told_apart[0]

    @property
    def kinds(self) -> list[Alike]:
        """Everything that people are alike in, each once."""
        return self._told_apart[1]

    @computed
    def _told_apart(self) -> tuple[dict[str, int], list[Alike]]:
        roots = {root.subject_id: root for root in self._roots}
        numbers: dict[Alike, int] = {}
        alike = {
            person.id: numbers.setdefault(_in_common(person, roots.get(person.id)), len(numbers))
            for person in self._people.values()
        }
        return alike, list(numbers)


def subject_order(subject: Person | Team) -> tuple[str, str]:
    """The key that lists of people and teams are in order of: the name, whatever its case, then the id."""
    return subject.name.casefold(), subject.id


def _in_common(person: Person, root: Membership | None) -> Alike:
    own = person.is_active, person.is_instance_admin, person.is_service_account, person.organization_id
    if root is None:
        return Alike(own, None)
    listed = None if root.mode is EnvironmentAccessMode.FULL else root.environment_ids
    return Alike((*own, root.role_ids, root.starts_at, root.expires_at), listed)
