"""The demo: loaded once, into an empty store alone; what it tells is what its people could have done themselves."""

import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import Connection, func, select

from app.db import tables
from app.db.tables import table_of
from app.policy.kinds import Kind
from app.policy.roles import BUILT_IN
from app.services.audit import ledgers, verify_ledger
from app.services.demo.load import STORIES, is_demo, load_demo, read_story
from app.services.demo.people import PEOPLE, SERVICES, demo_people
from tests.conformance.house import Caller, House, open_house
from tests.services.retelling import retell

Data = dict[str, Any]


@pytest.fixture
async def house(database_url: str) -> AsyncIterator[House]:
    async with open_house(database_url) as house:
        yield house


@pytest.fixture
async def callers(house: House) -> dict[str, Caller]:
    """Everybody of the demo, which is loaded, by name."""
    assert await _load(house)
    found = {}
    for person in demo_people(house.instance.pepper):
        caller = house.caller(person.name, "", person.key)
        caller.id = (await caller.ask("{ viewer { user { id } } }"))["viewer"]["user"]["id"]
        found[person.name] = caller
    return found


async def _load(house: House) -> bool:
    return await load_demo(house.instance.database, house.instance.pepper, house.instance.clock)


async def _revisions(house: House) -> int:
    """How many revisions there are in the whole store."""

    def count(connection: Connection) -> int:
        return int(connection.execute(select(func.count()).select_from(table_of(tables.Revision))).scalar_one())

    return await house.instance.database.read(count)


async def test_it_is_loaded_once(house):
    assert await _load(house)
    revisions = await _revisions(house)
    assert revisions == 1 + sum(len(read_story(slug)) for slug in STORIES) + len(SERVICES)
    assert not await _load(house)
    assert await _revisions(house) == revisions
    assert await house.instance.database.read(lambda c: is_demo(c, house.instance.pepper))


async def test_a_store_that_holds_something_stays_as_it_is(house):
    await house.person("Ada")
    assert not await _load(house)
    assert await _revisions(house) == 1
    assert not await house.instance.database.read(lambda c: is_demo(c, house.instance.pepper))


async def test_the_demo_of_another_secret_is_not_told_for_ones_own(house):
    """Its keys would be of no use here."""
    assert await _load(house)
    assert not await house.instance.database.read(lambda c: is_demo(c, b"another secret, long enough"))


async def test_everybody_has_the_same_key_at_every_start_and_only_its_hash_is_kept(house, callers):
    people = demo_people(house.instance.pepper)
    assert [person.name for person in people] == [*PEOPLE, *SERVICES]
    assert people == demo_people(house.instance.pepper)
    assert len({person.key for person in people}) == len(people)
    assert not {person.key for person in people} & {person.key for person in demo_people(b"another secret")}
    kept = await house.instance.database.read(lambda c: str(c.execute(select(table_of(tables.ApiKey))).all()))
    assert people[0].key[:10] in kept
    assert not any(person.key in kept for person in people)


async def test_its_audit_is_whole(house, callers):
    found = await ledgers(house.instance.database, None)
    assert len(found) == len(STORIES) + 1
    assert [await verify_ledger(house.instance.database, ledger, lambda _: None) for ledger in found] == [None] * 5


@pytest.mark.parametrize("slug", STORIES)
async def test_its_people_could_have_done_all_of_it_by_mutations(house, callers, slug):
    """What the kernel wrote and what the mutations write for the same steps is the same, record by record."""
    again = await retell(house, {name: callers[name] for name in PEOPLE}, slug, "again")
    told = await callers["Dave"].ask("query($slug: String!) { organization(slug: $slug) { id } }", slug=slug)
    names = {caller.id: name for name, caller in callers.items() if name in PEOPLE}
    records = await _audit(callers["Dave"], told["organization"]["id"], names)
    assert [record["action"] for record in records] == [next(iter(step)) for step in read_story(slug)]
    assert records == await _audit(callers["Dave"], again, names)


async def _audit(caller: Caller, organization_id: str, names: dict[str, str]) -> list[Data]:
    """Every record, the oldest first; ids are told by name, of people and built-in roles, or by order."""
    document = """query($id: ID!, $after: String) { organization(id: $id) { audit(first: 100, after: $after) {
        nodes { revision action actor { name } targetId targetName reason before after }
        pageInfo { hasNextPage endCursor }
    } } }"""
    records: list[Data] = []
    after, more = None, True
    while more:
        page = (await caller.ask(document, id=organization_id, after=after))["organization"]["audit"]
        records += page["nodes"]
        after, more = page["pageInfo"]["endCursor"], page["pageInfo"]["hasNextPage"]
    known = names | {role.id: role.key for role in BUILT_IN.values()}
    return [_without_ids(record, known) for record in reversed(records)]


def _without_ids(value: Any, known: dict[str, str]) -> Any:
    if isinstance(value, dict):
        # Stories don't tell which key was used, and an organization told twice needs two slugs.
        own_slug = value.get("kind") == Kind.ORGANIZATION
        dropped = {"created_with_key", "slug"} if own_slug else {"created_with_key"}
        return {key: _without_ids(each, known) for key, each in value.items() if key not in dropped}
    if isinstance(value, list):
        # In which order one revision's facts were written says nothing: like ones come in order of what is known.
        in_order = sorted(value, key=lambda each: json.dumps(_without_ids(each, dict(known))))
        return [_without_ids(each, known) for each in in_order]
    if isinstance(value, str) and len(value) == 28 and value[3] == "_":
        return known.setdefault(value, f"{value[:3]} {len(known)}")
    return value
