"""The demo's people and services, and their keys: the same at every start of one installation."""

from dataclasses import dataclass

from app.db import tables
from app.db.text import folded
from app.services.keys import derive_key, hash_key, shown_prefix
from app.store.ledger import INSTANCE, Record, Writer


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody to ask as: a name, who they are in the stories, and their key."""

    name: str
    about: str
    key: str


PEOPLE = {
    "Alice": "works everywhere: a member of each organization",
    "Bob": "a member who is kept out of what matters",
    "Carol": "named where others are not: granted, limited, only looking",
    "Dave": "an admin of each organization, limited by a list in one",
    "Eve": "mostly reads; edits in one team and on one project",
    "Olivia": "operates the platform and approves; elsewhere a guest",
    "Grace": "the instance administrator",
}
"""Who the stories speak of and what they are in them, the first to ask as first."""

ADMINISTRATOR = "Grace"

SERVICES = {
    "Inference": "a service of Acme Models: calls the models of one team",
    "Pipeline": "a service of Acme Platform: deploys where nothing is protected",
    "Deployer": "a service of Acme Apps: deploys one app",
    "Collector": "a service of Acme Observe: writes to one project",
}
"""The service accounts that the stories create."""


def demo_people(pepper: bytes) -> list[DemoPerson]:
    """Everybody to ask as, with the keys that this installation gives them."""
    return [DemoPerson(name, about, derive_key(pepper, name)) for name, about in (PEOPLE | SERVICES).items()]


def add_people(writer: Writer, pepper: bytes) -> dict[str, str]:
    """Write a revision with the people and their keys; gives their ids by name."""
    ids = {name: _add_person(writer, name) for name in PEOPLE}
    for name, id in ids.items():
        add_key(writer, pepper, name, id, made_by=id)
    writer.commit(Record("loadDemo"))
    return ids


def _add_person(writer: Writer, name: str) -> str:
    email = f"{name.lower()}@demo.example"
    return writer.add(
        tables.User,
        INSTANCE,
        name=name,
        email=email,
        email_folded=folded(email),
        is_service_account=False,
        is_active=True,
        is_instance_admin=name == ADMINISTRATOR,
    )


def add_key(writer: Writer, pepper: bytes, name: str, user_id: str, *, made_by: str) -> str:
    """Add the key that is derived from somebody's name; gives its id."""
    key = derive_key(pepper, name)
    return writer.add(
        tables.ApiKey,
        INSTANCE,
        user_id=user_id,
        name="demo",
        prefix=shown_prefix(key),
        key_hash=hash_key(pepper, key),
        created_by=made_by,
    )
