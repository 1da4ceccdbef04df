"""What `checks` says over GraphQL: may this subject do this to that?"""

import random
from collections.abc import Iterable, Iterator

from app.policy.facts import Facts
from app.policy.vocabulary import ASKED_OF, VIEW_PERMISSION, Permission, ResourceKind
from tests.fixtures.world_server import WorldServer

CHECKS = "query($inputs: [CheckInput!]!) { checks(inputs: $inputs) { allowed permission resourceId subjectId } }"
AT_ONCE = 1_000

LISTED_BY = frozenset(
    {
        *VIEW_PERMISSION.values(),
        Permission.MEMBERS_VIEW,
        Permission.MEMBERS_MANAGE,
        Permission.PROJECT_ACCESS_MANAGE,
        Permission.ENVIRONMENT_RESTRICT,
        Permission.SERVICE_ACCOUNTS_MANAGE,
        Permission.AI_PROVIDERS_MANAGE,
        Permission.AUDIT_VIEW,
        Permission.ACCESS_EXPLAIN,
    }
)
"""What decides of lists: whether there is one, and what is in it."""

Question = tuple[Permission, str, str | None]
"""A permission, a resource and, where it is not about whoever asks, a subject."""


def resources(facts: Facts) -> dict[str, ResourceKind]:
    """Everything in an organization that can be asked about, by id."""
    return {
        facts.organization.id: ResourceKind.ORGANIZATION,
        **dict.fromkeys(facts.teams, ResourceKind.TEAM),
        **dict.fromkeys(facts.projects, ResourceKind.PROJECT),
        **dict.fromkeys(facts.environments, ResourceKind.ENVIRONMENT),
    }


def permission_for(kind: ResourceKind, rng: random.Random) -> Permission:
    """One that can be asked of such a resource."""
    return rng.choice([permission for permission in Permission if kind in ASKED_OF[permission]])


async def allowed(server: WorldServer, person: str, questions: Iterable[Question]) -> set[Question]:
    """Those that `checks` answers with yes."""
    asked = list(dict.fromkeys(questions))
    found: set[Question] = set()
    for start in range(0, len(asked), AT_ONCE):
        some = asked[start : start + AT_ONCE]
        inputs = [
            {"permission": permission.value, "resourceId": id} | ({} if subject is None else {"subjectId": subject})
            for permission, id, subject in some
        ]
        answers = (await server.ask(person, CHECKS, inputs=inputs))["checks"]
        found |= {question for question, answer in zip(some, answers, strict=True) if answer["allowed"]}
    return found


def about_oneself(facts: Facts, further: Iterable[Permission]) -> Iterator[Question]:
    """Whatever decides of lists, and some more, on everything."""
    wanted = LISTED_BY | set(further)
    for id, kind in resources(facts).items():
        yield from ((permission, id, None) for permission in wanted if kind in ASKED_OF[permission])
