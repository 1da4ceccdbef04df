"""What to ask somebody: every list that they can come to, as it is and with something asked of it."""

import random
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from app.policy.vocabulary import DeploymentStatus, EnvironmentState, Permission, ProjectKind, Tier
from tests.proof.lists import records as on_record
from tests.proof.lists.connections import CHOICES, connections
from tests.proof.lists.paging import Question
from tests.proof.lists.records import Deployments, Records
from tests.proof.lists.sight import Sight
from tests.proof.lists.told import resources
from tests.proof.lists.tree import BY_NAME, Filters, Keys

OWNERS = {"org": "Organization", "tea": "Team", "prj": "Project", "env": "Environment"}
"""By how an id begins: the type."""
SEARCHES = ("a", "O", "core", "PAY", "-", "prod", "rev", "example", "nn", "no such thing")
CHANCE = 0.4
"""How often each thing is asked of a list that takes it."""

Subjects = Mapping[tuple[Permission, str], frozenset[str] | None]
"""By permission and resource: whom `checks` allows; None where the subject may not ask about others."""


class Questions:
    """For one subject at one instant, over both organizations. `permissions` are those that lists are filtered by."""

    def __init__(
        self,
        sights: list[Sight],
        records: Records,
        deployments: Deployments,
        subjects: Subjects,
        permissions: Sequence[Permission],
        rng: random.Random,
    ) -> None:
        self._sights = sights
        self._records = records
        self._deployments = deployments
        self._subjects = subjects
        self._permissions = permissions
        self._rng = rng

    def all(self) -> Iterator[Question]:
        yield from self._of_nobody()
        for sight in self._sights:
            for id in resources(sight.facts):
                if sight.sees(id):
                    yield from self._on_resource(sight, id)
            yield from self._of_people(sight)
            yield from self._of_lists(sight)

    def _of_nobody(self) -> Iterator[Question]:
        organizations = [sight.facts.organization.id for sight in self._sights]
        seen = frozenset(id for id, sight in zip(organizations, self._sights, strict=True) if sight.sees(id))
        yield Question("Query.organizations", None, {}, seen)
        own = [
            m.id
            for sight in self._sights
            for m in sight.facts.memberships.values()
            if m.subject_id == sight.subject.id and sight.sees_membership(m)
        ]
        yield Question("Viewer.memberships", None, {}, frozenset(own))
        waiting = self._deployments.waiting_for_viewer()
        yield Question("Viewer.pendingApprovals", None, {}, waiting)
        for number, id in enumerate(organizations):  # deployments are in the first
            yield Question("Viewer.pendingApprovals", None, {"organizationId": id}, frozenset() if number else waiting)

    def _on_resource(self, sight: Sight, id: str) -> Iterator[Question]:
        owner = OWNERS[id[:3]]
        for coordinate in connections():
            if coordinate.startswith(f"{owner}."):
                yield from self._with_and_without(sight, coordinate, id)

    def _of_people(self, sight: Sight) -> Iterator[Question]:
        """Everybody's memberships in this organization, as far as they are seen anywhere."""
        organization = sight.facts.organization.id
        for person in {p.id: p for each in self._sights for p in each.people}.values():
            shown = sight.sees(organization) and (
                person.id == sight.subject.id or sight.may(Permission.MEMBERS_VIEW, organization)
            )
            theirs = (m for m in sight.facts.memberships.values() if m.subject_id == person.id)
            expected = frozenset(m.id for m in theirs if sight.sees_membership(m)) if shown else None
            yield Question("User.memberships", person.id, {"organizationId": organization}, expected)

    def _of_lists(self, sight: Sight) -> Iterator[Question]:
        organization = sight.facts.organization.id
        for membership in sight.facts.memberships.values():
            if membership.node_id == organization and sight.sees_membership(membership):
                yield from self._with_and_without(sight, CHOICES, membership.id)

    def _with_and_without(self, sight: Sight, coordinate: str, id: str) -> Iterator[Question]:
        """The list as it is, and with something asked of it."""
        if coordinate.endswith(".subjects"):
            found = ((permission, who) for (permission, resource), who in self._subjects.items() if resource == id)
            yield from (Question(coordinate, id, {"permission": permission.value}, who) for permission, who in found)
            return
        yield Question(coordinate, id, {}, self._expected(sight, coordinate, id, {}))
        asked = self._asked(sight, connections()[coordinate])
        if asked:
            yield Question(coordinate, id, asked, self._expected(sight, coordinate, id, asked))

    def _expected(self, sight: Sight, coordinate: str, id: str, asked: Filters) -> Keys:
        name = coordinate.split(".")[1]
        match name:
            case "deployments":
                return self._deployments.of(id, asked)
            case "audit":
                return on_record.audit(sight, self._records, id, asked)
            case "denials":
                return on_record.denials(sight, self._records, id)
            case _:
                return BY_NAME[name](sight, id, asked)

    def _asked(self, sight: Sight, takes: Mapping[str, str]) -> dict[str, Any]:
        chosen = [name for name in takes if self._rng.random() < CHANCE]
        return {name: self._value(sight, name) for name in chosen}

    def _value(self, sight: Sight, name: str) -> Any:
        """Something that could be asked; of ids and names, hidden ones and unknown ones too."""
        choose, facts = self._rng.choice, sight.facts
        audit = self._records.audit[facts.organization.id]
        options: dict[str, list[Any]] = {
            "search": list(SEARCHES),
            "parentId": [facts.organization.id, *facts.teams, *facts.projects],
            "kind": [each.value for each in ProjectKind],
            "restricted": [True, False],
            "inherited": [True, False],
            "permission": [each.value for each in self._permissions],
            "tier": [each.value for each in Tier],
            "name": ["prod", "Prod", "staging", "review", "prod/eu"],
            "state": [each.value for each in EnvironmentState],
            "status": [each.value for each in DeploymentStatus],
            "targetId": [facts.organization.id, *(each["targetId"] for each in audit if each["targetId"])],
            "actorId": list(facts.people),
            "action": [each["action"] for each in audit],
            "since": [each["at"] for each in audit],
            "until": [each["at"] for each in audit],
        }
        return choose(options[name])
