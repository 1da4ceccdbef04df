"""Cedar asked about a world, and compared with the rule: every person, permission and resource.

Left out, since Cedar's language can't say it or it is not about one decision: keys, memberships of invited teams (the
lower of two levels), ENVIRONMENT_APPROVE (rules that fall), codes and reasons.
"""

from dataclasses import dataclass

import cedarpy

from app.policy.facts import Facts
from app.policy.rule import decide
from app.policy.subject import Subject
from app.policy.vocabulary import Permission
from tests.proof.cedar.entities import Entities, uid
from tests.proof.cedar.policies import policies
from tests.proof.world import RandomWorld


@dataclass(frozen=True, slots=True)
class Difference:
    """One question that the two answer differently."""

    person_id: str
    permission: Permission
    resource_id: str
    at: int
    cedar: bool

    def __str__(self) -> str:
        says = "allows" if self.cedar else "refuses"
        return f"{self.person_id} {self.permission} {self.resource_id} at {self.at}: Cedar {says}, the rule does not"


def expressible(facts: Facts) -> Facts:
    """The facts without memberships of invited teams."""
    return Facts(
        organization=facts.organization,
        revision=facts.revision,
        instance_revision=facts.instance_revision,
        teams=facts.teams,
        projects=facts.projects,
        environments=facts.environments,
        custom_roles=facts.custom_roles,
        memberships={id: m for id, m in facts.memberships.items() if not m.subject_is_team},
        restrictions=facts.restrictions,
        people=facts.people,
    )


def compare(world: RandomWorld) -> tuple[int, list[Difference]]:
    """How many decisions were compared, and where they differ."""
    facts = expressible(world.facts)
    count, differences = 0, []
    text = policies((r.id, r.hides) for r in facts.restrictions.values() if r.enabled)
    for at in world.instants:
        kinds = {id: type(facts.resource(id)).__name__ for id in world.resource_ids}
        asked = [
            (person, permission, id)
            for person in facts.people.values()
            for permission in Permission
            if permission is not Permission.ENVIRONMENT_APPROVE
            for id in kinds
        ]
        requests = [
            {
                "principal": uid("User", person.id),
                "action": uid("Action", permission.value),
                "resource": uid(kinds[id], id),
                "context": {},
            }
            for person, permission, id in asked
        ]
        answers = cedarpy.is_authorized_batch(requests, text, Entities(facts, at).all())
        for (person, permission, id), answer in zip(asked, answers, strict=True):
            assert not answer.diagnostics.errors, answer.diagnostics.errors
            if answer.allowed != decide(facts, Subject(person), permission, id, at).allowed:
                differences.append(Difference(person.id, permission, id, at, answer.allowed))
        count += len(asked)
    return count, differences
