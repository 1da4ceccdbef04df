"""Reading as somebody: one moment, found out once, and everything later as of it, whoever writes in between."""

import asyncio
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from sqlalchemy import Connection

from app.db import tables
from app.db.engine import Database
from app.policy.facts import Facts
from app.policy.kinds import Kind
from app.policy.vocabulary import DeploymentStatus
from app.services import arrivals, batches, facts_memory, records
from app.services.reader import Reader
from app.store.audit import AuditFilter, audit_slice
from app.store.deployments import Place, deployment_slice
from app.store.ledger import INSTANCE, Writer
from app.store.moment import Arrival, arrival_by_key
from app.store.snapshot import load_facts
from tests.fixtures.client import NOW, Client, Draft, open_client, unknown
from tests.fixtures.world_store import secret_of
from tests.store.ledgers import commit

EVERYTHING = """
query Everything($ids: [ID!]!) {
  viewer { user { name apiKeys { lastUsedAt } } memberships { nodes { roles { name } } } }
  organizations { nodes {
    revision
    environments { nodes { settings autoscaling { minReplica } currentDeployment { ref } } }
    members { nodes { subject { ... on User { name createdBy { name } } } } }
    audit(first: 3) { nodes { actor { name } before after } }
    aiProviders { name }
  } }
  nodes(ids: $ids) { id }
}
"""


@dataclass
class Counted:
    """Who was asked for, and which organizations were loaded from scratch."""

    arrivals: int = 0
    loaded: list[str] = field(default_factory=list)


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Counted:
    noted = Counted()

    def arrive(connection: Connection, key_hash: str, known: Arrival | None = None) -> Arrival | None:
        noted.arrivals += 1
        return arrival_by_key(connection, key_hash, known)

    def load(connection: Connection, organization_id: str, *at: int) -> Facts | None:
        noted.loaded.append(organization_id)
        return load_facts(connection, organization_id, *at)

    monkeypatch.setattr(arrivals, "arrival_by_key", arrive)
    monkeypatch.setattr(facts_memory, "load_facts", load)
    return noted


def draft() -> Draft:
    made = Draft()
    made.staff()
    made.person("root", None, instance_admin=True)
    made.person("zoe")
    made.project("web", "production", "staging")
    for name in ("globex", "initech"):
        other = made.other(name)
        other.member("zoe", name, "ADMIN")
        other.project(f"{name}/app")
        other.environment(f"{name}/app", "production")
    made._others[0].member("ada", "globex", "GUEST")
    return made


@pytest.fixture
async def client(database_url: str) -> AsyncIterator[Client]:
    async with open_client(draft(), database_url) as opened:
        yield opened


async def reader(client: Client, name: str = "ada") -> Reader:
    return await client.instance.reader(secret_of(client.world, name))


def organizations(client: Client, *names: str) -> list[str]:
    """Ids by slug, in order."""
    return sorted(f.organization.id for f in client.world.organizations if f.organization.slug in names)


async def test_the_moment_of_a_request_is_found_out_once(client: Client, counted: Counted) -> None:
    ids = [client.id("web"), client.id("ada"), unknown(Kind.DEPLOYMENT), unknown(Kind.API_KEY)]
    data = await client.ask("ada", EVERYTHING, ids=ids)
    assert [each and each["id"] for each in data["nodes"]] == [client.id("web"), client.id("ada"), None, None]
    assert counted.arrivals == 1


async def test_only_organizations_that_the_asker_belongs_to_are_loaded(client: Client, counted: Counted) -> None:
    ids = [client.id("globex/app"), client.id("initech/app/production"), client.id("zoe"), unknown(Kind.PROJECT)]
    assert (await client.ask("mia", EVERYTHING, ids=ids))["nodes"] == [None] * 4
    assert counted.loaded == organizations(client, "acme")
    await client.ask("ada", EVERYTHING, ids=ids)
    assert sorted(counted.loaded) == organizations(client, "acme", "globex")


@pytest.mark.parametrize("look", ["id", "path", "check"])
async def test_the_hidden_and_the_unknown_load_the_same(client: Client, counted: Counted, look: str) -> None:
    """A hidden id costs what an unknown one does."""
    documents = {
        "id": "query($x: ID!) { node(id: $x) { id } environment(id: $x) { id } }",
        "path": "query($x: String!) { project(path: $x) { id } organization(slug: $x) { id } team(path: $x) { id } }",
        "check": "query($x: ID!) { check(input: {permission: PROJECT_VIEW, resourceId: $x}) { allowed } }",
    }
    hidden = "globex/app" if look == "path" else client.id("globex/app/production")
    for wanted in (hidden, "globex/none" if look == "path" else unknown(Kind.ENVIRONMENT)):
        client.instance.memory._versions.clear()
        counted.loaded.clear()
        await client.ask("mia", documents[look], x=wanted)
        assert counted.loaded == organizations(client, "acme")


async def test_for_an_instance_administrator_the_store_says_which_organizations_are_asked_about(
    client: Client, counted: Counted
) -> None:
    asks = "query($ids: [ID!]!) { nodes(ids: $ids) { id } }"
    ids = [client.id("globex/app"), unknown(Kind.PROJECT)]
    assert (await client.ask("root", asks, ids=ids))["nodes"] == [{"id": ids[0]}, None]
    assert counted.loaded == organizations(client, "globex")


async def test_nothing_is_loaded_for_who_belongs_nowhere(database_url: str, counted: Counted) -> None:
    made = draft()
    made.person("out")
    async with open_client(made, database_url) as client:
        data = await client.ask("out", EVERYTHING, ids=[client.id("web"), client.id("out")])
        assert data["organizations"]["nodes"] == []
        assert data["nodes"] == [None, {"id": client.id("out")}]
    assert counted.loaded == []


async def test_an_organization_is_opened_once_a_request(client: Client, counted: Counted) -> None:
    opened = await reader(client)
    first, again = await asyncio.gather(opened.open(client.organization_id), opened.open(client.organization_id))
    assert first is not None
    assert again is first
    client.instance.memory._versions.clear()  # as when memory is short
    assert await opened.open(client.organization_id) is first
    assert opened.objects(client.organization_id) is first
    assert opened.views[client.organization_id] is first.view
    (initech,) = organizations(client, "initech")
    assert await opened.open(initech) is None
    for hidden in (initech, unknown(Kind.ORGANIZATION)):
        with pytest.raises(KeyError):
            opened.objects(hidden)


async def test_who_belongs_no_more_or_not_yet_opens_nothing_visible(client: Client) -> None:
    for times in ({"expires_at": NOW}, {"starts_at": NOW + 1, "expires_at": None}):
        await client.set(tables.Membership, client.membership("mia"), **times)
        opened = await (await reader(client, "mia")).open(client.organization_id)
        assert opened is not None
        assert not opened.view.sees(client.organization_id)
    assert await (await reader(client, "mia")).find(client.id("web")) is None


# What a reader reads, and how another process changes all of it.


async def _seed(client: Client) -> dict[str, str]:
    """Something of everything that isn't in the facts."""

    def add(writer: Writer) -> dict[str, str]:
        acme, web, production = client.organization_id, client.id("web"), client.id("web/production")
        said = {"min_replica": 1, "max_replica": 2, "autoscaling_window": 3, "scale_down_delay": 4}
        made = {"project_id": web, "environment_id": production, "created_by": client.id("ada")}
        return {
            "settings": writer.add(tables.EnvironmentSettings, acme, target_id=production, settings={"v": 1}),
            "autoscaling": writer.add(tables.Autoscaling, acme, target_id=production, concurrency_target=5, **said),
            "deployment": writer.add(tables.Deployment, acme, ref="one", status="SUCCESS", **made),
            "provider": writer.add(tables.AiProvider, acme, name="one", kind="OPENAI"),
        }

    return await client.commit(add)


def _overturn(writer: Writer, client: Client, ids: dict[str, str]) -> None:
    acme, made = client.organization_id, {"project_id": client.id("web"), "created_by": client.id("ada")}
    writer.set(tables.Organization, acme, name="Overturned")
    writer.end(tables.Environment, client.id("web/staging"))
    writer.end(tables.Membership, client.membership("vic"))
    writer.end(tables.Membership, client.membership("ada"))
    writer.set(tables.User, client.id("mia"), name="Overturned", is_active=False)
    writer.set(tables.EnvironmentSettings, ids["settings"], settings={"v": 2})
    writer.set(tables.Autoscaling, ids["autoscaling"], min_replica=2)
    writer.set(tables.Deployment, ids["deployment"], status="FAILED")
    writer.add(tables.Deployment, acme, environment_id=client.id("web/production"), ref="2", status="SUCCESS", **made)
    writer.end(tables.AiProvider, ids["provider"])
    key = {"name": "new", "prefix": "blw_", "key_hash": "new"}
    writer.add(tables.ApiKey, INSTANCE, user_id=client.id("ada"), **key)


async def _told(reader: Reader, client: Client, ids: dict[str, str]) -> dict[str, Any]:
    """All that a reader can say of what is overturned."""
    objects = await reader.open(client.organization_id)
    assert objects is not None
    facts = objects.facts
    production = facts.environments[client.id("web/production")]
    target = facts.organization.id, production.id
    people = [await records.person(reader, client.id(name)) for name in ("ada", "mia", "vic")]
    events, total = await reader.read_of(facts.organization.id, audit_slice, AuditFilter(), 10)
    place = Place([production.id])
    found, deployments = await reader.read_of(facts.organization.id, deployment_slice, place, None, 10)
    return {
        "organization": facts.organization,
        "revision": facts.revision,
        "sees": [objects.view.sees(client.id(name)) for name in ("acme", "web", "web/staging")],
        "members": sorted(facts.memberships),
        "people": people,
        "settings": await batches.settings(reader, [target]),
        "autoscaling": await batches.autoscaling(reader, [target]),
        "current": [each and each.deployment.ref for each in await batches.current_deployment(reader, [target])],
        "deployments": ([(each.ref, each.status) for each in found], deployments),
        "by id": [each and each.status for each in await batches.deployment(reader, [ids["deployment"]])],
        "providers": await batches.ai_providers(reader, [facts.organization]),
        "provider": await records.ai_provider(reader, ids["provider"]),
        "keys": await batches.api_keys(reader, [reader.subject.person]),
        "audit": ([each.revision for each in events], total),
        "event": [(await records.audit_event(reader, each.id)) is not None for each in events],
    }


async def test_what_another_writes_in_between_is_not_seen(client: Client, database_url: str) -> None:
    """Twice: nothing was read before the other wrote, and everything was."""
    ids = await _seed(client)
    before = await reader(client)
    early = await _told(before, client, ids)
    cold = Reader(client.instance.database, client.instance.memory, before.arrival, before.instant, before.key_hash)
    client.instance.memory._versions.clear()
    other = Database.open(database_url)
    try:
        await commit(other, [INSTANCE, client.organization_id], lambda writer: _overturn(writer, client, ids))
    finally:
        await other.close()
    assert await _told(cold, client, ids) == early
    assert await _told(before, client, ids) == early
    assert early["by id"] == [DeploymentStatus.SUCCESS]
    assert early["current"] == ["one"]


async def test_the_next_request_sees_all_of_it(client: Client) -> None:
    ids = await _seed(client)
    early = await _told(await reader(client, "ada"), client, ids)
    await client.commit(lambda writer: _overturn(writer, client, ids))
    await client.add(tables.Membership, subject_id=client.id("ada"), node_id=client.organization_id, role_ids=ADMIN)
    late = await _told(await reader(client, "ada"), client, ids)
    assert [name for name in early if early[name] == late[name]] == []
    assert late["current"] == ["2"]
    assert late["people"][2] is None


ADMIN = ["rol_000000000000000000000050"]


async def test_a_real_second_process_is_seen_from_the_next_request_on(client: Client, database_url: str) -> None:
    before = await reader(client)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", OTHER_PROCESS, database_url, client.organization_id, stderr=asyncio.subprocess.PIPE
    )
    _, complaints = await process.communicate()
    assert process.returncode == 0, complaints.decode()

    async def name(of: Reader) -> str | None:
        objects = await of.open(client.organization_id)
        return None if objects is None else objects.facts.organization.name

    assert await name(before) == "acme"
    assert await name(await reader(client)) == "from elsewhere"
    assert (await client.ask("ada", '{ organization(slug: "acme") { name revision } }'))["organization"] == {
        "name": "from elsewhere",
        "revision": before.arrival.revisions[client.organization_id] + 1,
    }


OTHER_PROCESS = """
import asyncio, sys
from app.db import tables
from app.db.engine import Database
from app.store.ledger import Record, lock

async def main(url, organization_id):
    def rename(connection):
        writer = lock(connection, [organization_id], lambda: 1)
        writer.set(tables.Organization, organization_id, name="from elsewhere")
        writer.commit(Record("updateOrganization"))

    database = Database.open(url)
    await database.write(rename)
    await database.close()

asyncio.run(main(*sys.argv[1:]))
"""


async def test_writers_and_readers_together_never_mix_two_revisions(client: Client) -> None:
    """Two names that one revision always changes together are never seen apart."""

    async def write() -> None:
        for number in range(12):
            await client.commit(lambda writer, name=f"n{number}": _rename_both(writer, client, settings, name))

    async def read() -> set[int]:
        seen = set()
        for _ in range(12):
            data = await client.ask("ada", BOTH, id=client.id("web"))
            assert data["organization"]["name"] == data["project"]["name"], data
            assert data["organization"]["environments"]["nodes"][0]["settings"] == {"of": data["project"]["name"]}
            seen.add(data["organization"]["revision"])
        return seen

    production = client.id("web/production")
    settings = await client.add(tables.EnvironmentSettings, target_id=production, settings={"of": "n"})
    await client.commit(lambda writer: _rename_both(writer, client, settings, "n"))
    _, *seen = await asyncio.gather(write(), read(), read(), read())
    assert len(set().union(*seen)) > 1, "nobody read while it was written"


def _rename_both(writer: Writer, client: Client, settings: str, name: str) -> None:
    writer.set(tables.Organization, client.organization_id, name=name)
    writer.set(tables.Project, client.id("web"), name=name)
    writer.set(tables.EnvironmentSettings, settings, settings={"of": name})


BOTH = """
query Both($id: ID!) {
  organization(slug: "acme") { name revision environments(name: "production") { nodes { settings } } }
  project(id: $id) { name }
}
"""
