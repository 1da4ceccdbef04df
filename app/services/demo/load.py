"""Loading the demo into a store through the write kernel, once."""

from collections.abc import Callable
from importlib.resources import files

import yaml

from app.db import tables
from app.db.engine import Connection, Database
from app.db.text import folded
from app.services.demo.people import PEOPLE
from app.services.demo.story import Story
from app.services.keys import derive_key, hash_key, shown_prefix
from app.store.credentials import credential_by_hash
from app.store.emptiness import is_empty
from app.store.ledger import INSTANCE, Record, Writer, lock

STORIES = ("acme-models", "acme-platform", "acme-apps", "acme-observe")
"""The organizations' slugs, in the order they are told."""


async def load_demo(database: Database, pepper: bytes, clock: Callable[[], int]) -> bool:
    """Load the demo organizations and people into an empty store; whether that was done.

    A store that holds anything already is left as it is.
    """

    def load(connection: Connection) -> bool:
        writer = lock(connection, [INSTANCE], clock)
        if not is_empty(connection):
            return False
        people = _add_people(writer, pepper)
        for slug in STORIES:
            text = files("app.services.demo").joinpath(f"stories/{slug}.yaml").read_text(encoding="utf-8")
            told = yaml.safe_load(text)
            story = Story(writer, slug, people, told["created_by"])
            story.begin(told["name"])
            for step in told["steps"]:
                story.tell(step)
        return True

    return await database.write(load)


def is_demo(connection: Connection, pepper: bytes) -> bool:
    """Whether the demo is what the store holds: its people's keys are known there."""
    first = hash_key(pepper, derive_key(pepper, PEOPLE[0].name))
    return credential_by_hash(connection, first) is not None


def _add_people(writer: Writer, pepper: bytes) -> dict[str, str]:
    """Everybody with a key, their ids by name."""
    ids = {}
    for person in PEOPLE:
        key = derive_key(pepper, person.name)
        ids[person.name] = writer.add(
            tables.User,
            INSTANCE,
            name=person.name,
            email=person.email,
            email_folded=folded(person.email),
            is_service_account=False,
            is_active=True,
            is_instance_admin=person.is_instance_admin,
        )
        writer.add(
            tables.ApiKey,
            INSTANCE,
            user_id=ids[person.name],
            name="demo",
            prefix=shown_prefix(key),
            key_hash=hash_key(pepper, key),
            created_by=ids[person.name],
        )
    writer.commit(Record("loadDemo"))
    return ids
