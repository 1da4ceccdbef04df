"""What a key leads to: its bearer, and the revisions of the organizations they belong to, all of one moment."""

import asyncio
import threading
from typing import Any

import pytest
from sqlalchemy import Connection, text

from app.db import tables
from app.db.engine import Database
from app.policy.roles import BUILT_IN
from app.policy.vocabulary import BuiltInRole, Permission
from app.store.ledger import INSTANCE
from app.store.moment import Arrival, arrival_by_key
from tests.store.ledgers import commit, new_organization

GUEST = [BUILT_IN[BuiltInRole.GUEST].id]


async def arrive(database: Database, key_hash: str = "hash") -> Arrival | None:
    return await database.read(lambda connection: arrival_by_key(connection, key_hash))


async def arrived(database: Database, key_hash: str = "hash") -> Arrival:
    found = await arrive(database, key_hash)
    assert found is not None
    return found


async def user(database: Database, key_hash: str = "hash", *, key: dict[str, Any] | None = None, **values: Any) -> str:
    """The id of somebody with a key of this hash."""
    ids: list[str] = []

    def add(writer: Any) -> None:
        ids.append(writer.add(tables.User, INSTANCE, name="ana", **values))
        named = {"user_id": ids[0], "name": "key", "prefix": "blw_", "key_hash": key_hash}
        ids.append(writer.add(tables.ApiKey, INSTANCE, **named, **(key or {})))

    await commit(database, [INSTANCE], add)
    return ids[0]


async def member(database: Database, organization_id: str, subject_id: str, node_id: str = "", **values: Any) -> str:
    """The id of a membership, on the organization unless another node is named."""
    ids: list[str] = []
    named = {"subject_id": subject_id, "node_id": node_id or organization_id, "role_ids": GUEST}
    await commit(
        database,
        [organization_id],
        lambda writer: ids.append(writer.add(tables.Membership, organization_id, **named, **values)),
    )
    return ids[0]


async def test_a_key_leads_to_its_bearer_and_their_organizations(database: Database) -> None:
    own, other = await new_organization(database), await new_organization(database)
    ana = await user(database)
    await member(database, own, ana)
    found = await arrived(database)
    assert (found.subject.person.id, found.subject.person.name, found.subject.person.is_active) == (ana, "ana", True)
    assert (found.subject.key.permissions, found.subject.key.resource_id, found.subject.key.expires_at) == (
        None,
        None,
        None,
    )
    assert found.revisions == {own: 2}
    assert found.instance_revision == 1
    assert other not in found.revisions


async def test_how_a_key_narrows_its_bearer(database: Database) -> None:
    organization_id = await new_organization(database)
    listed = [Permission.TEAM_VIEW, Permission.PROJECT_PUSH]
    await user(database, key={"permissions": listed, "resource_id": organization_id, "expires_at": 7})
    key = (await arrived(database)).subject.key
    assert (key.permissions, key.resource_id, key.expires_at) == (frozenset(listed), organization_id, 7)


async def test_nobody_comes_with_an_unknown_key(database: Database) -> None:
    await user(database)
    assert await arrive(database, "another") is None
    assert await arrive(database, "") is None


async def test_nobody_comes_with_a_revoked_key_or_as_somebody_who_is_no_more(database: Database) -> None:
    ana, ben = await user(database), await user(database, "ben's")
    ana_key = (await arrived(database)).subject.key.id
    await commit(database, [INSTANCE], lambda writer: writer.end(tables.ApiKey, ana_key))
    await commit(database, [INSTANCE], lambda writer: writer.end(tables.User, ben))
    assert await arrive(database) is None
    assert await arrive(database, "ben's") is None
    assert ana != ben


async def test_the_latest_state_of_the_bearer_counts(database: Database) -> None:
    ana = await user(database)
    await commit(database, [INSTANCE], lambda writer: writer.set(tables.User, ana, is_active=False, name="anna"))
    found = await arrived(database)
    assert (found.subject.person.name, found.subject.person.is_active) == ("anna", False)
    assert found.instance_revision == 2


@pytest.mark.parametrize("times", [{"expires_at": 1}, {"starts_at": 1 << 50}, {}])
async def test_a_membership_counts_whether_or_not_it_is_in_effect(database: Database, times: dict[str, int]) -> None:
    organization_id = await new_organization(database)
    membership = await member(database, organization_id, await user(database), **times)
    assert (await arrived(database)).revisions == {organization_id: 2}
    await commit(database, [organization_id], lambda writer: writer.end(tables.Membership, membership))
    assert (await arrived(database)).revisions == {}


async def test_a_membership_below_the_organization_is_not_belonging(database: Database) -> None:
    organization_id = await new_organization(database)
    teams: list[str] = []
    named = {"parent_id": organization_id, "slug": "core", "name": "Core"}
    await commit(
        database, [organization_id], lambda writer: teams.append(writer.add(tables.Team, organization_id, **named))
    )
    await member(database, organization_id, await user(database), teams[0])
    assert (await arrived(database)).revisions == {}


async def test_an_instance_administrator_comes_to_every_organization(database: Database) -> None:
    organizations = [await new_organization(database) for _ in range(3)]
    await user(database, is_instance_admin=True)
    assert (await arrived(database)).revisions == dict.fromkeys(organizations, 1)


async def test_all_is_of_one_moment(database: Database, database_url: str) -> None:
    """What another process writes after the first statement is not seen by the later ones."""
    organization_id = await new_organization(database)
    ana = await user(database)
    membership = await member(database, organization_id, ana)
    before = await arrived(database)

    async def change() -> None:
        other = Database.open(database_url)
        try:
            await commit(other, [INSTANCE], lambda writer: writer.set(tables.User, ana, is_active=False))
            await commit(other, [organization_id], lambda writer: writer.end(tables.Membership, membership))
        finally:
            await other.close()

    def arrive_late(connection: Connection) -> Arrival | None:
        connection.execute(text("SELECT count(*) FROM ledgers"))  # from here on this transaction sees one state
        writing = threading.Thread(target=lambda: asyncio.run(change()))
        writing.start()
        writing.join()
        return arrival_by_key(connection, "hash")

    assert await database.read(arrive_late) == before
    later = await arrived(database)
    assert (later.subject.person.is_active, later.revisions, later.instance_revision) == (False, {}, 2)
