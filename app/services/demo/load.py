"""Loading the demo into a store through the write kernel, once."""

from collections.abc import Callable
from importlib.resources import files
from typing import Any

import yaml

from app.db.engine import Connection, Database
from app.services.demo import access, places, releases
from app.services.demo.people import PEOPLE, add_people
from app.services.demo.story import Story
from app.services.keys import derive_key, hash_key
from app.store.credentials import credential_by_hash
from app.store.emptiness import is_empty
from app.store.ledger import INSTANCE, lock

STORIES = ("acme-models", "acme-platform", "acme-apps", "acme-observe")
"""The organizations' slugs, in the order they are told."""

_STEPS = places.STEPS | access.STEPS | releases.STEPS


async def load_demo(database: Database, pepper: bytes, clock: Callable[[], int]) -> bool:
    """Load the demo organizations and people into an empty store; whether that was done.

    A store that holds anything already is left as it is. All of it is one transaction, each step a revision.
    """

    def load(connection: Connection) -> bool:
        writer = lock(connection, [INSTANCE], clock)
        if not is_empty(connection):
            return False
        people = add_people(writer, pepper)
        for slug in STORIES:
            story = Story(connection, writer, pepper, people)
            for step in read_story(slug):
                story.commit(step, _STEPS[next(iter(step))](story, step))
        return True

    return await database.write(load)


def read_story(slug: str) -> list[dict[str, Any]]:
    """The steps of an organization's story, each with who does it. Raises FileNotFoundError for another slug."""
    text = files("app.services.demo").joinpath(f"stories/{slug}.yaml").read_text(encoding="utf-8")
    told = yaml.safe_load(text)
    return [{**step, "by": step.get("by", told["by"])} for step in told["steps"]]


def is_demo(connection: Connection, pepper: bytes) -> bool:
    """Whether the demo is what the store holds: its people's keys are known there."""
    first = hash_key(pepper, derive_key(pepper, next(iter(PEOPLE))))
    return credential_by_hash(connection, first) is not None
