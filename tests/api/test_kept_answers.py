"""Answers that are given again: only where they would be made again just so, and never to anybody else."""

from collections.abc import AsyncIterator
from functools import partial
from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import Connection, text

from app.api.endpoint import GraphQLEndpoint
from app.api.kept_answers import OVERHEAD, KeptAnswers
from app.asgi import create_app
from app.db import tables
from app.settings import Settings
from tests.fixtures.client import NOW, SECOND, Client, Draft, open_client
from tests.fixtures.world_store import PEPPER, write_world

ENVIRONMENT = "query ($id: ID!) { environment(id: $id) { name viewerCan(permission: ENVIRONMENT_DEPLOY) } }"
KEYS = "{ viewer { user { apiKeys { lastUsedAt } } } }"


@pytest.fixture
async def client(database_url: str) -> AsyncIterator[Client]:
    draft = Draft()
    draft.staff()
    for name in ("brief", "late", "stranger"):
        draft.person(name)
    draft.acme.member("brief", "acme", "MAINTAINER", expires_at=NOW + SECOND)
    draft.acme.member("late", "acme", "MAINTAINER", starts_at=NOW + SECOND)
    draft.project("web", "production")
    draft.key("narrow", "ada", subtree="web")
    async with open_client(draft, database_url) as opened:
        yield opened


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """What was asked of the endpoint that it could not give again."""
    noted: list[Any] = []
    answer = GraphQLEndpoint._answer

    async def counted(self: Any, parameters: Any, *args: Any, **kwargs: Any) -> Any:
        noted.append(parameters)
        return await answer(self, parameters, *args, **kwargs)

    monkeypatch.setattr(GraphQLEndpoint, "_answer", counted)
    return noted


async def ask(client: Client, person: str) -> Any:
    return (await client.ask(person, ENVIRONMENT, id=client.id("web/production")))["environment"]


async def test_the_same_question_of_the_same_key_is_answered_again_as_it_was(client: Client, made: list[Any]) -> None:
    first = await client.send("ada", ENVIRONMENT, id=client.id("web/production"))
    again = await client.send("ada", ENVIRONMENT, id=client.id("web/production"))
    assert len(made) == 1
    assert (first.status_code, first.content, first.headers["content-type"]) == (
        again.status_code,
        again.content,
        again.headers["content-type"],
    )
    assert first.headers["x-request-id"] != again.headers["x-request-id"]


async def test_nobody_gets_what_somebody_else_was_answered(client: Client, made: list[Any]) -> None:
    assert await ask(client, "ada") == {"name": "production", "viewerCan": True}
    assert await ask(client, "stranger") is None
    assert await ask(client, "narrow") == {"name": "production", "viewerCan": True}, "another key of the same person"
    assert (await client.answer("nobody", ENVIRONMENT, id=client.id("web/production")))["data"] == {"environment": None}
    assert len(made) == 4


async def test_a_change_of_what_is_seen_is_answered_at_once(client: Client, made: list[Any]) -> None:
    assert (await ask(client, "ada"))["viewerCan"] is True
    await client.end(tables.Membership, client.membership("ada"))
    assert await ask(client, "ada") is None
    assert len(made) == 2


async def test_a_deactivated_person_is_not_answered(client: Client) -> None:
    assert await ask(client, "ada") is not None
    await client.set(tables.User, client.id("ada"), is_active=False)
    assert (
        await client.send("ada", ENVIRONMENT, id=client.id("web/production"))
    ).status_code == httpx.codes.UNAUTHORIZED


async def test_an_answer_stands_until_time_alone_could_change_it(client: Client, made: list[Any]) -> None:
    """At the instant of expiry, not after it; and what begins then begins then."""
    assert (await ask(client, "brief"), await ask(client, "late")) == ({"name": "production", "viewerCan": True}, None)
    client.set_clock(NOW + SECOND - 1)
    assert (await ask(client, "brief"), await ask(client, "late")) == ({"name": "production", "viewerCan": True}, None)
    assert len(made) == 2
    client.set_clock(NOW + SECOND)
    assert (await ask(client, "brief"), await ask(client, "late")) == (None, {"name": "production", "viewerCan": True})
    client.set_clock(NOW)
    assert (await ask(client, "brief"), await ask(client, "late")) == ({"name": "production", "viewerCan": True}, None)


async def test_what_others_see_ends_answers_about_them(client: Client, made: list[Any]) -> None:
    document = "query ($id: ID!) { project(id: $id) { subjects(permission: PROJECT_PUSH) { totalCount } } }"
    before = await client.ask("ada", document, id=client.id("web"))
    client.set_clock(NOW + SECOND)
    after = await client.ask("ada", document, id=client.id("web"))
    assert before == after, "one left, one came"
    assert len(made) == 2


async def test_what_the_facts_do_not_hold_is_asked_anew(client: Client, made: list[Any]) -> None:
    for _ in range(2):
        await client.ask("ada", KEYS)
    assert len(made) == 2


async def test_errors_and_mutations_are_made_anew(client: Client, made: list[Any]) -> None:
    create = 'mutation { createTeam(input: {parentId: "%s", name: "T", slug: "t"}) { team { id } } }'
    mutation = create % client.organization_id
    created = await client.answer("ada", mutation)
    again = await client.answer("ada", mutation)
    assert ("errors" in created, "errors" in again) == (False, True)
    refused = [await client.refused("ada", '{ environment(id: "no id") { name } }') for _ in range(2)]
    assert refused[0]["extensions"]["requestId"] != refused[1]["extensions"]["requestId"]
    assert len(made) == 4


async def test_they_can_be_switched_off(database_url: str, made: list[Any], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BAILIWICK_ANSWERS_MB", "0")
    assert Settings(_env_file=None).answers_mb == 0
    draft = Draft()
    draft.staff()
    draft.project("web", "production")
    async with open_client(draft, database_url) as client:
        assert await ask(client, "ada") == await ask(client, "ada")
    assert len(made) == 2


async def test_nothing_is_kept_longer_than_the_store_is_open(database_url: str) -> None:
    """A server that is started again may find another store, at the same revisions: one that was restored, say."""
    app = create_app(Settings(database_url=database_url, secret=SecretStr(PEPPER.decode()), _env_file=None))
    draft, names = Draft(), []
    draft.staff()
    draft.project("web", "production")
    world = draft.world()
    for change in (partial(write_world, world=world), _restored):
        async with app.router.lifespan_context(app), _client(app) as http:
            await app.state.instance.database.write(change)
            names.append((await ask(Client(world, app.state.instance, http), "ada"))["name"])
    assert names == ["production", "restored"]


def _client(app: Any) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://kept.example")


def _restored(connection: Connection) -> None:
    connection.execute(text("UPDATE environments SET name = 'restored'"))


class Asked:
    """A context whose asker has seen nothing and read nothing."""

    def __init__(self, key_hash: str, *, has_read: bool = False) -> None:
        self.reader = self
        self.key_hash, self.has_read, self.arrival, self.ends_at = key_hash, has_read, None, None
        self.instant = 0


def test_they_take_no_more_than_they_may() -> None:
    kept = KeptAnswers(3 * (OVERHEAD + 20))
    ada: Any = Asked("ada")
    for name in (b"question 1", b"question 2", b"question 3"):
        kept.keep(ada, name, b"answer no." * 1)
    assert kept.find(ada, b"question 1") == b"answer no."
    kept.keep(ada, b"question 4", b"answer no.")
    assert [kept.find(ada, b"question %d" % number) is not None for number in (1, 2, 3, 4)] == [True, False, True, True]
    kept.keep(ada, b"question 4", b"another...")
    assert [kept.find(ada, b"question %d" % number) is not None for number in (1, 3, 4)] == [True, True, True]
    kept.keep(ada, b"question 5", b"x" * 10_000)
    assert kept.find(ada, b"question 5") is None
    assert kept.find(ada, b"question 4") == b"another..."
    reading: Any = Asked("ada", has_read=True)
    kept.keep(reading, b"question 6", b"answer no.")
    assert kept.find(ada, b"question 6") is None
