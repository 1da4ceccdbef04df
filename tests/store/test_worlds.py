"""Every world through the store: what was written as rows is read back as the same facts, on both databases."""

from dataclasses import fields, replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from app.db.engine import Database
from app.policy.facts import Facts
from app.services.keys import hash_key
from app.store.moment import arrival_by_key
from app.store.snapshot import catch_up, load_facts
from tests.fixtures.world import World, files, load
from tests.fixtures.world_store import PEPPER, REVISIONS, secret_of, write_world

_every_world = pytest.mark.parametrize("path", files(), ids=lambda path: path.stem)


def _comparable(facts: Facts) -> dict[str, Any]:
    """Everything that facts hold, in order, but for the instants of creation, which are the revisions' own."""
    mappings = ("teams", "projects", "environments", "custom_roles", "memberships", "restrictions", "people")
    parts = {name: [_undated(value) for value in getattr(facts, name).values()] for name in mappings}
    keys = [(key, value.id) for name in mappings for key, value in getattr(facts, name).items()]
    return {
        "organization": _undated(facts.organization),
        "by id": all(key == id for key, id in keys),
        **parts,
    }


def _undated(value: Any) -> Any:
    return replace(value, created_at=0) if "created_at" in {field.name for field in fields(value)} else value


@_every_world
async def test_facts_and_credentials_come_back_as_they_were(path: Path, database: Database) -> None:
    """The facts from scratch, and by catching up from the revision at which nobody had access to anything."""
    world = load(path)
    await database.write(partial(write_world, world=world))
    await _credentials_lead_to_their_subjects(world, database)
    for expected in world.organizations:
        at = partial(load_facts, organization_id=expected.organization.id)
        early = await database.load(partial(at, revision=1, instance_revision=1))
        whole = await database.load(partial(at, revision=REVISIONS, instance_revision=REVISIONS))
        assert early is not None
        assert whole is not None
        assert not early.memberships
        assert _comparable(whole) == _comparable(expected)
        caught_up = partial(catch_up, facts=early, revision=REVISIONS, instance_revision=REVISIONS)
        later = await database.load(caught_up)
        assert later is not None
        assert _comparable(later) == _comparable(expected)


async def _credentials_lead_to_their_subjects(world: World, database: Database) -> None:
    """A key's bearer, how it narrows them, and whose facts are loaded for them: organizations that they belong to."""
    for name, subject in world.subjects.items():
        key_hash = hash_key(PEPPER, secret_of(world, name))
        arrival = await database.read(partial(arrival_by_key, key_hash=key_hash))
        assert arrival is not None
        assert _undated(arrival.subject.person) == _undated(subject.person)
        if subject.key is None:
            assert not arrival.subject.key.is_narrow
        else:
            assert arrival.subject.key == subject.key
        everywhere = subject.person.is_instance_admin
        assert set(arrival.revisions) == {
            facts.organization.id
            for facts in world.organizations
            if everywhere or facts.membership_on(subject.id, facts.organization.id) is not None
        }
