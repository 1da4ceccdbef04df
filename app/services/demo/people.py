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
    "Alice": "a member of every organization",
    "Bob": "a member kept out of what matters",
    "Carol": "named where others are not",
    "Dave": "an admin everywhere, with a list in one",
    "Eve": "mostly reads; edits here and there",
    "Olivia": "the operator, who approves",
    "Grace": "the instance administrator",
}
"""Who the stories speak of and what they are in them, the first to ask as first."""

ADMINISTRATOR = "Grace"

SERVICES = {
    "Inference": "a service that calls one team's models",
    "Pipeline": "a service that deploys in Acme Platform",
    "Deployer": "a service that deploys in Acme Apps",
    "Collector": "a service that writes in Acme Observe",
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
