"""What one subject should be shown of one organization: nodes as `checks` says, all else as the reference says."""

import re
from collections.abc import Iterator

from app.policy.entities import Environment, Membership, Node, Person, Project, Restriction, Team
from app.policy.facts import Facts
from app.policy.subject import Subject
from app.policy.vocabulary import VIEW_PERMISSION, Permission
from tests.proof.lists.told import Question, resources
from tests.proof.open_questions import sees_everybody
from tests.proof.reference import Reference


class Sight:
    """Of the subject of this number at the reference's instant; `told` is what they may do."""

    def __init__(self, facts: Facts, reference: Reference, number: int, told: set[Question]) -> None:
        self.facts = facts
        self.reference = reference
        self.number = number
        self.subject: Subject = reference.world.subjects[number]
        self._told = told
        self._kinds = resources(facts)

    def may(self, permission: Permission, id: str) -> bool:
        return (permission, id, None) in self._told

    def sees(self, id: str) -> bool:
        """A resource; whoever may view it."""
        kind = self._kinds.get(id)
        return kind is not None and self.may(VIEW_PERMISSION[kind], id)

    def sees_person(self, id: str) -> bool:
        """A person of the organization. An instance administrator sees everybody, unless a key narrows them."""
        if sees_everybody(self.subject):
            return id in self.facts.people
        return self.reference.sees_person(self.number, id)

    def sees_membership(self, membership: Membership) -> bool:
        return self.reference.sees_membership(self.number, membership.id)

    def sees_restriction(self, restriction: Restriction) -> bool:
        return self.reference.sees_restriction(self.number, restriction.id)

    # Everything that is seen of a kind.

    @property
    def teams(self) -> list[Team]:
        return [team for team in self.facts.teams.values() if self.sees(team.id)]

    @property
    def projects(self) -> list[Project]:
        return [project for project in self.facts.projects.values() if self.sees(project.id)]

    @property
    def environments(self) -> list[Environment]:
        return [environment for environment in self.facts.environments.values() if self.sees(environment.id)]

    @property
    def people(self) -> list[Person]:
        return [person for person in self.facts.people.values() if self.sees_person(person.id)]

    @property
    def nodes(self) -> list[Node]:
        """Those that have members."""
        organization = self.facts.organization
        own: list[Node] = [organization] if self.sees(organization.id) else []
        return [*own, *self.teams, *self.projects]

    # Where things lie.

    def node(self, id: str) -> Node:
        if id == self.facts.organization.id:
            return self.facts.organization
        return self.facts.teams.get(id) or self.facts.projects[id]

    def above(self, node_id: str) -> Iterator[Node]:
        """The node itself, then its ancestors."""
        node = self.node(node_id)
        yield node
        if isinstance(node, Team | Project):
            yield from self.above(node.parent_id)

    def lies_in(self, node_id: str, within: str) -> bool:
        return any(node.id == within for node in self.above(node_id))

    def path(self, node_id: str) -> str:
        return "/".join(node.slug for node in reversed(list(self.above(node_id))))

    def environment_path(self, environment: Environment) -> str:
        return f"{self.path(environment.project_id)}/{environment.name}"

    # Restrictions.

    def matching(self, environment: Environment) -> list[Restriction]:
        """Those on an environment, seen or not, enabled or not."""
        scopes = {node.id for node in self.above(environment.project_id)}
        return [
            each
            for each in self.facts.restrictions.values()
            if each.scope_id in scopes and _is_target(each, environment)
        ]

    def is_restricted(self, environment: Environment) -> bool:
        return any(each.enabled for each in self.matching(environment))


def _is_target(restriction: Restriction, environment: Environment) -> bool:
    if restriction.environment_name is not None:
        pattern = ".*".join(map(re.escape, restriction.environment_name.split("*")))
        return re.fullmatch(pattern, environment.name, re.DOTALL) is not None
    if restriction.tier is not None:
        return restriction.tier is environment.tier
    return restriction.environment_id == environment.id


def finds(search: str | None, *texts: str | None) -> bool:
    """Whether some text has the search in it, whatever the case."""
    return search is None or any(search.casefold() in text.casefold() for text in texts if text is not None)
