"""What is asked: five operations, each with its constant document and what every viewer sends with it."""

import random
from collections.abc import Iterator
from dataclasses import dataclass

import orjson

from app.policy.entities import Restriction
from app.policy.facts import Facts
from app.policy.kinds import Kind
from app.store.identities import RANDOM_BYTES, new_id
from tests.bench.organization import CHECKED, Organization, Viewer

ENVIRONMENT = """query ($id: ID!) {
  environment(id: $id) { name tier project { name } viewerCan(permission: ENVIRONMENT_DEPLOY) }
}"""

PAGE = """query ($id: ID!) {
  organization(id: $id) {
    environments(first: 100) {
      nodes { id name tier project { id name restricted } viewerCan(permission: ENVIRONMENT_DEPLOY) }
    }
  }
}"""

PROJECTS = """query ($id: ID!) {
  organization(id: $id) {
    projects(first: 20) {
      nodes { name environments { nodes { name tier viewerCan(permission: ENVIRONMENT_DEPLOY) } } }
    }
  }
}"""

CHECKS = """query ($inputs: [CheckInput!]!) {
  checks(inputs: $inputs) { allowed }
}"""

GRANT = """mutation ($input: UpdateEnvironmentRestrictionInput!) {
  updateEnvironmentRestriction(input: $input) { restriction { id grants { id } } revision }
}"""

HIDDEN_OF_ALL = 2
"""Every so manieth environment asked for by id is hidden from who asks."""

MOST_CHECKS = 100


@dataclass(frozen=True, slots=True)
class Question:
    """One body, who sends it, and their key. `restriction`: of a grant, from which it is taken back."""

    asker: str
    key: str
    body: bytes
    restriction: str | None = None

    def removal(self, grant_id: str) -> bytes:
        """The body that takes back the grant that this question made."""
        return body(GRANT, input={"restrictionId": self.restriction, "removeGrantIds": [grant_id]})


@dataclass(frozen=True, slots=True)
class Operation:
    """A row of the table. `most` is how many times the ceiling's CPU it may take."""

    name: str
    title: str
    most: float
    questions: tuple[Question, ...]


def operations(organization: Organization) -> list[Operation]:
    """All five, with questions of every viewer in turn."""
    drawn = random.Random("questions")
    id, viewers = organization.id, organization.viewers
    return [
        Operation("environment", "one environment by id", 2.0, tuple(_environments(organization, drawn))),
        Operation("page", "a page of 100 environments", 3.0, tuple(_asked_by(v, body(PAGE, id=id)) for v in viewers)),
        Operation(
            "projects",
            "20 projects with their environments",
            3.0,
            tuple(_asked_by(viewer, body(PROJECTS, id=id)) for viewer in viewers),
        ),
        Operation("checks", "100 checks in one request", 1.6, tuple(_checks(organization, v, drawn) for v in viewers)),
        Operation("grant", "grant, then remove the grant", 8.0, tuple(_grants(organization))),
    ]


def _environments(organization: Organization, drawn: random.Random) -> Iterator[Question]:
    for number in range(HIDDEN_OF_ALL * len(organization.viewers)):
        viewer = organization.viewers[number // HIDDEN_OF_ALL]
        seen = [each.id for each in viewer.environments]
        hidden = sorted(organization.facts.environments.keys() - set(seen)) or [unknown(drawn)]
        yield _asked_by(viewer, body(ENVIRONMENT, id=drawn.choice(hidden if number % HIDDEN_OF_ALL else seen)))


def _checks(organization: Organization, viewer: Viewer, drawn: random.Random) -> Question:
    """Half of them refused, because of what may not be done, or what isn't seen."""
    inputs = []
    for number in range(MOST_CHECKS):
        permission = CHECKED[number // 2 % len(CHECKED)]
        allowed = viewer.may[permission]
        refused = organization.facts.environments.keys() - allowed
        ids = allowed if number % 2 == 0 else refused
        inputs.append({"permission": permission.value, "resourceId": drawn.choice(sorted(ids) or [unknown(drawn)])})
    drawn.shuffle(inputs)
    return _asked_by(viewer, body(CHECKS, inputs=inputs))


def _grants(organization: Organization) -> list[Question]:
    """Everybody's on a restriction to themselves: those who ask at once are not to get in each other's way.

    Who manages few chooses first.
    """
    taken: set[str] = set()
    found: dict[str, Question] = {}
    for viewer in sorted(organization.viewers, key=lambda each: len(each.manages)):
        named = ((r, member_of(organization.facts, r, viewer.person.id)) for r in viewer.manages if r.id not in taken)
        restriction, member = next((r, member) for r, member in named if member is not None)
        taken.add(restriction.id)
        granted = {"restrictionId": restriction.id, "addGrants": [{"grantee": {"userId": member}}]}
        found[viewer.key] = _asked_by(viewer, body(GRANT, input=granted), restriction.id)
    return [found[viewer.key] for viewer in organization.viewers]


def member_of(facts: Facts, restriction: Restriction, asker_id: str) -> str | None:
    """Somebody but the asker with a membership on the project that is restricted, who is not named by it.

    None where ADMINs pass without a grant: there the payload would hold a row for each of them.
    """
    if restriction.admin_bypass or restriction.scope_id not in facts.projects:
        return None
    named = {asker_id, *(grant.user_id for grant in restriction.grants)}
    members = (membership.subject_id for membership in facts.memberships_on(restriction.scope_id))
    return next((member for member in members if member in facts.people and member not in named), None)


def unknown(drawn: random.Random) -> str:
    """The id of an environment that there isn't."""
    return new_id(Kind.ENVIRONMENT, drawn.randbytes(RANDOM_BYTES))


def _asked_by(viewer: Viewer, content: bytes, restriction: str | None = None) -> Question:
    return Question(viewer.person.name, viewer.key, content, restriction)


def body(document: str, **variables: object) -> bytes:
    """A request's body."""
    return orjson.dumps({"query": document, "variables": variables})
