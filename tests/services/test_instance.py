"""Who comes in with a key, who doesn't and learns nothing by it, and when a key was used."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from typing import Any

import pytest
from sqlalchemy import Connection, select

from app.db import tables
from app.db.engine import Database
from app.db.tables import table_of
from app.errors import BailiwickError
from app.policy.vocabulary import ErrorCode, Permission
from app.services.instance import Instance
from app.services.key_uses import PAUSE, RESOLUTION
from app.services.keys import PREFIX, SHOWN, derive_key, hash_key, is_well_formed, make_key, shown_prefix
from app.services.reader import Reader
from app.store.credentials import last_uses_by_key, note_uses
from app.store.moment import arrival_by_key
from tests.fixtures.client import NOW, SECOND, Client, Draft, open_client
from tests.fixtures.settled import settled
from tests.fixtures.world_store import PEPPER, secret_of


@pytest.fixture
async def client(database_url: str) -> AsyncIterator[Client]:
    draft = Draft()
    draft.staff()
    draft.person("gone", "ADMIN", deactivated=True)
    draft.key("short", "ada", expires_at=NOW + SECOND)
    draft.key("narrow", "ada", permissions=[Permission.AUDIT_VIEW])
    draft.key("of gone", "gone")
    async with open_client(draft, database_url) as opened:
        yield opened


async def refusal(instance: Instance, key: str) -> BailiwickError:
    with pytest.raises(BailiwickError) as refused:
        await instance.reader(key)
    return refused.value


def broken(key: str) -> list[str]:
    """Keys that are nearly this one."""
    other = "1" if key[10] != "1" else "2"
    return [
        key[:10] + other + key[11:],
        key[:-1] + ("0" if key[-1] != "0" else "1"),
        key[:-1],
        key + "0",
        key.swapcase(),
        PREFIX + key,
        key.removeprefix(PREFIX),
        f" {key}",
        f"{key}\n",
        key[:9] + "é" + key[10:],
        key[:9] + "\u0661" + key[10:],
        key[:9] + "\0" + key[10:],
        PREFIX,
        "",
        "x" * 100_000,
    ]


async def test_every_bad_key_is_refused_in_the_same_words(client: Client) -> None:
    good = secret_of(client.world, "ada")
    assert (await client.instance.reader(good)).subject.id == client.id("ada")
    revoked = secret_of(client.world, "narrow")
    await client.end(tables.ApiKey, client.world.subjects["narrow"].key.id)  # type: ignore[union-attr]
    client.set_clock(NOW + SECOND)
    bad = [
        *broken(good),
        make_key(),
        revoked,
        *(secret_of(client.world, name) for name in ("short", "gone", "of gone")),
    ]
    refusals = [await refusal(client.instance, key) for key in bad]
    assert {(each.code, each.message, each.problems) for each in refusals} == {
        (ErrorCode.UNAUTHENTICATED, refusals[0].message, ())
    }
    assert not [key for key in bad if len(key) > 4 and key in refusals[0].message]


async def test_what_could_not_be_a_key_is_refused_without_asking_the_store(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def read(fn: Any) -> None:
        raise AssertionError("the store was asked")

    monkeypatch.setattr(client.instance.database, "read", read)
    for key in broken(secret_of(client.world, "ada")):
        await refusal(client.instance, key)


async def test_a_key_is_good_until_the_very_instant_at_which_it_expires(client: Client) -> None:
    key = secret_of(client.world, "short")
    for early in (NOW, NOW + SECOND - 1):
        client.set_clock(early)
        assert (await client.instance.reader(key)).subject.key is not None
    client.set_clock(NOW + SECOND)
    await refusal(client.instance, key)


async def test_who_is_deactivated_loses_every_key_at_once_and_has_them_again(client: Client) -> None:
    for is_active in (True, False, True):
        await client.set(tables.User, client.id("ada"), is_active=is_active)
        for name in ("ada", "short", "narrow"):
            key = secret_of(client.world, name)
            if is_active:
                assert (await client.instance.reader(key)).subject.id == client.id("ada")
            else:
                await refusal(client.instance, key)


async def test_a_reader_goes_on_as_whoever_comes_in_then(client: Client) -> None:
    reader = await client.instance.reader(secret_of(client.world, "ada"))

    async def later() -> Reader:
        arrive = partial(arrival_by_key, key_hash=reader.key_hash, known=reader.arrival)
        return client.instance.reader_of(await client.instance.database.read(arrive), reader.key_hash)

    assert (await later()).arrival.revisions == reader.arrival.revisions
    await client.set(tables.User, client.id("ada"), name="Ada")
    renewed = await later()
    assert (reader.subject.person.name, renewed.subject.person.name) == ("ada", "Ada")
    assert renewed.arrival.instance_revision == reader.arrival.instance_revision + 1
    await client.set(tables.User, client.id("ada"), is_active=False)
    with pytest.raises(BailiwickError):
        await later()
    with pytest.raises(BailiwickError):
        client.instance.reader_of(None, reader.key_hash)


async def test_keys_of_another_secret_are_unknown(client: Client) -> None:
    other = Instance(client.instance.database, PEPPER + b"!", memory_bytes=1 << 20)
    await refusal(other, secret_of(client.world, "ada"))


async def uses(client: Client) -> dict[str, int]:
    """When each key was used, by the name of the key."""
    keys = table_of(tables.ApiKey)

    def read(connection: Connection) -> dict[str, int]:
        names = {row.id: row.name for row in connection.execute(select(keys.c.id, keys.c.name))}
        return {names[id]: instant for id, instant in last_uses_by_key(connection, names).items()}

    return await client.instance.database.read(read)


async def test_the_use_of_a_key_is_noted_to_the_minute(client: Client) -> None:
    async def use(at: int) -> dict[str, int]:
        client.set_clock(at)
        await settled(client.instance.note_use(await client.instance.reader(secret_of(client.world, "narrow"))))
        return await uses(client)

    assert await uses(client) == {}
    assert await use(NOW) == {"narrow": NOW}
    assert await use(NOW + RESOLUTION - 1) == {"narrow": NOW}
    assert await use(NOW + RESOLUTION) == {"narrow": NOW + RESOLUTION}


async def test_uses_of_several_keys_are_written_together_and_none_is_lost(client: Client) -> None:
    async def use(name: str, at: int) -> dict[str, int]:
        client.set_clock(at)
        await settled(client.instance.note_use(await client.instance.reader(secret_of(client.world, name))))
        return await uses(client)

    assert await use("narrow", NOW) == {"narrow": NOW}
    assert await use("ada", NOW + 1) == {"narrow": NOW}, "it waits for others"
    assert (await use("gus", NOW + PAUSE)).keys() >= {"narrow", "gus"}
    await client.instance.close()
    assert sorted((await uses(client)).values()) == [NOW, NOW + 1, NOW + PAUSE]


async def test_noting_a_use_changes_no_fact(client: Client) -> None:
    before = await client.instance.reader(secret_of(client.world, "ada"))
    await settled(client.instance.note_use(before))
    after = await client.instance.reader(secret_of(client.world, "ada"))
    assert (after.arrival, after.instant) == (before.arrival, before.instant)


async def test_processes_note_the_first_use_of_a_key_at_the_same_time(client: Client, database_url: str) -> None:
    reader = await client.instance.reader(secret_of(client.world, "ada"))
    key = reader.subject.key
    assert key is not None
    others = [Database.open(database_url) for _ in range(4)]
    try:
        await asyncio.gather(
            *(
                database.write(lambda connection, at=NOW + number: note_uses(connection, {key.id: at}))
                for number, database in enumerate(others * 5)
            )
        )
    finally:
        for database in others:
            await database.close()
    assert await uses(client) == {"ada": NOW + 19}


def test_keys_are_made_and_told_by_their_form() -> None:
    made = {make_key() for _ in range(200)}
    assert len(made) == 200
    assert all(map(is_well_formed, made))
    assert not [near for key in list(made)[:20] for near in broken(key) if is_well_formed(near)]
    assert all(len(shown_prefix(key)) == SHOWN and key.startswith(shown_prefix(key)) for key in made)


def test_a_derived_key_is_always_the_same_and_only_so_with_the_same_secret() -> None:
    assert derive_key(b"one", "ana") == derive_key(b"one", "ana")
    assert len({derive_key(b"one", "ana"), derive_key(b"two", "ana"), derive_key(b"one", "ben")}) == 3
    assert is_well_formed(derive_key(b"one", "ana"))


def test_a_hash_depends_on_the_key_and_on_the_secret() -> None:
    key = make_key()
    assert hash_key(b"one", key) == hash_key(b"one", key)
    assert len({hash_key(b"one", key), hash_key(b"two", key), hash_key(b"one", make_key())}) == 3
    assert key not in hash_key(b"one", key)


def test_subjects_with_other_keys_are_others() -> None:
    draft = Draft()
    draft.person("ana", "ADMIN")
    draft.key("short", "ana", expires_at=5)
    subjects = draft.world().subjects
    assert len({subjects["ana"], subjects["short"], replace(subjects["short"])}) == 2
