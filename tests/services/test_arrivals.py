"""Whoever comes in is known as they are in the store at that instant, whoever changed what before; often unasked."""

from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection

from app.db import tables
from app.policy.roles import BUILT_IN
from app.policy.vocabulary import BuiltInRole
from app.services import arrivals
from app.services.keys import hash_key
from app.store.moment import Arrival, arrival_by_key
from tests.fixtures.world_store import secret_of
from tests.services.guild import Guild

PEOPLE = ("ada", "amy", "bob", "lim", "mia", "root", "zoe")
GUEST = BUILT_IN[BuiltInRole.GUEST].id


class Counted:
    """How often the store was asked who somebody is."""

    times = 0


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    noted = Counted()

    def arrive(connection: Connection, key_hash: str, known: Arrival | None = None) -> Arrival | None:
        noted.times += 1
        return arrival_by_key(connection, key_hash, known)

    monkeypatch.setattr(arrivals, "arrival_by_key", arrive)
    return noted


async def all_come_in_as_read(guild: Guild) -> None:
    """Everybody of PEOPLE is known as the store has them."""
    instance = guild.client.instance
    for name in PEOPLE:
        key = secret_of(guild.client.world, name)
        known = (await instance.reader(key)).arrival
        read = await instance.database.read(partial(arrival_by_key, key_hash=hash_key(instance.pepper, key)))
        assert known == read, name
        assert list(known.revisions) == sorted(known.revisions)


def changes(guild: Guild) -> list[tuple[str, str, dict[str, Any]]]:
    """Who does what: of the facts, of who belongs where, of people and keys, of an organization that comes and goes."""
    acme = guild.id("acme")
    return [
        ("ada", "createTeam", {"parentId": guild.id("core"), "name": "New", "slug": "new"}),
        ("zoe", "createTeam", {"parentId": guild.id("globex"), "name": "New", "slug": "new"}),
        ("ada", "updateOrganization", {"organizationId": acme, "name": "Acme"}),
        ("ada", "addMembership", {"resourceId": acme, "member": {"email": guild.email("zoe")}, "roleIds": [GUEST]}),
        ("ada", "updateOrganization", {"organizationId": acme, "name": "Acme again"}),
        ("ada", "removeMembership", {"membershipId": guild.membership("bob")}),
        ("zoe", "createOrganization", {"name": "Third", "slug": "third"}),
        ("zoe", "updateOrganization", {"organizationId": guild.id("globex"), "name": "Globe"}),
        ("root", "deactivateUser", {"userId": guild.id("max")}),
        ("lim", "createApiKey", {"name": "another"}),
        ("ada", "updateOrganization", {"organizationId": acme, "name": "Acme"}),
    ]


async def test_everybody_is_known_as_they_are_in_the_store_after_each_change(guild: Guild) -> None:
    await all_come_in_as_read(guild)
    for number, (who, mutation, input) in enumerate(changes(guild)):
        await guild.do(who, mutation, **input)
        if number % 3 != 1:  # now and then some have been away for more than one change
            await all_come_in_as_read(guild)
    await all_come_in_as_read(guild)


async def test_after_a_change_of_facts_on_sqlite_nobody_is_asked_for(counted: Counted, guild: Guild) -> None:
    await all_come_in_as_read(guild)
    for who, mutation, input in changes(guild)[:3]:
        before = counted.times
        await guild.do(who, mutation, **input)
        await all_come_in_as_read(guild)
        assert (counted.times == before) is is_local(guild)


async def test_what_another_process_writes_is_read(counted: Counted, guild: Guild) -> None:
    """This one doesn't hear of it, but finds more revisions than it knows of; it goes on from there."""
    await all_come_in_as_read(guild)
    for name in ("One", "Two"):
        before = counted.times
        await guild.client.set(tables.Organization, guild.id("acme"), name=name)
        await guild.do("ada", "updateOrganization", organizationId=guild.id("acme"), name=f"{name} more")
        await all_come_in_as_read(guild)
        assert counted.times > before


async def test_who_was_away_for_long_is_read(counted: Counted, guild: Guild, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(arrivals, "MOST_STEPS", 3)
    mia, acme, instance = secret_of(guild.client.world, "mia"), guild.id("acme"), guild.client.instance
    for times, is_read in ((3, False), (4, True)):
        await instance.reader(mia)
        for number in range(times):
            done = await guild.do("ada", "updateOrganization", organizationId=acme, name=f"{times} {number}")
        before = counted.times
        assert (await instance.reader(mia)).arrival.revisions[acme] == done["revision"]
        assert (counted.times > before) is (is_read or not is_local(guild))
        assert len(instance.arrivals._steps) == (3 if is_local(guild) else 0)
    await all_come_in_as_read(guild)


def is_local(guild: Guild) -> bool:
    """Whether the store is a file of this machine: of a server's, nobody knows which commit was theirs."""
    return guild.client.instance.database._local is not None
