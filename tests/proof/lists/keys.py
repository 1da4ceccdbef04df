"""Lists of API keys: one's own, and a service account's to who manages those where it is."""

from collections.abc import AsyncIterator

from app.policy.vocabulary import Permission
from tests.fixtures.world_people import made_id
from tests.fixtures.world_server import WorldServer
from tests.proof.lists.served import ListWorld
from tests.proof.lists.sight import Sight

SHOWN = """query($ids: [ID!]!) { viewer { apiKeys { id } } nodes(ids: $ids) { ... on User { id apiKeys { id } } } }"""


def keys_by_user(world: ListWorld) -> dict[str, set[str]]:
    """Every key there is: each person's own, and those that narrow."""
    served = world.whole.world
    found: dict[str, set[str]] = {}
    for name, subject in served.subjects.items():
        id = made_id("key", served.name, name) if subject.key is None else subject.key.id
        found.setdefault(subject.id, set()).add(id)
    return found


async def key_complaints(
    server: WorldServer, person: str, world: ListWorld, sights: list[Sight]
) -> AsyncIterator[tuple[str, str]]:
    """By coordinate: what is wrong with the keys of whoever asks and of everybody they should see."""
    keys, asker = keys_by_user(world), sights[0].subject
    seen = sorted({each.id for sight in sights for each in sight.people} | {asker.id})
    data = await server.ask(person, SHOWN, ids=seen)
    if {each["id"] for each in data["viewer"]["apiKeys"]} != keys[asker.id]:
        yield "Viewer.apiKeys", f"{data['viewer']['apiKeys']}, not {sorted(keys[asker.id])}"
    for id, node in zip(seen, data["nodes"], strict=True):
        if node is None:
            yield "User.apiKeys", f"{id} is not shown"
            continue
        found = None if node["apiKeys"] is None else {each["id"] for each in node["apiKeys"]}
        expected = keys[id] if id == asker.id or any(_manages(sight, id) for sight in sights) else None
        if found != expected:
            yield "User.apiKeys", f"of {id}: {found}, not {expected}"


def _manages(sight: Sight, id: str) -> bool:
    account, organization = sight.facts.people.get(id), sight.facts.organization.id
    if account is None or not account.is_service_account or account.organization_id != organization:
        return False
    return sight.may(Permission.SERVICE_ACCOUNTS_MANAGE, organization)
