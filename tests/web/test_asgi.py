"""The whole server on a real store: who is let in, what is served, and what happens when the store is away."""

import json
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from graphql import get_introspection_query
from pydantic import SecretStr

from app.asgi import create_app
from app.services.administrators import create_administrator
from app.services.instance import Instance
from app.services.keys import make_key
from app.settings import Settings
from tests.fixtures.graphql_server import INSIDES, assert_refused, codes
from tests.fixtures.world import NOBODY, World, files, load
from tests.fixtures.world_server import WorldServer, serving
from tests.fixtures.world_store import secret_of

VIEWER = "{ viewer { user { name apiKeys { lastUsedAt } } } }"


def world(name: str) -> World:
    """A world by the name of its file."""
    return load(next(path for path in files() if path.stem == name))


@asynccontextmanager
async def running(database_url: str, **settings: Any) -> AsyncIterator[tuple[httpx.AsyncClient, Instance]]:
    """A server with these settings, its lifespan begun, and the instance behind it."""
    given = Settings(database_url=database_url, secret=SecretStr("a secret for tests"), _env_file=None, **settings)
    app = create_app(given)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://server") as client,
    ):
        yield client, app.state.instance


@pytest.fixture
async def worldly(database_url: str) -> AsyncIterator[WorldServer]:
    """A world with a key that expires at its present instant."""
    async with serving(world("key_expires"), database_url) as server:
        yield server


async def test_a_key_is_its_user(worldly: WorldServer) -> None:
    assert (await worldly.ask("ana", VIEWER))["viewer"]["user"]["name"] == "ana"


async def test_without_a_key_only_the_viewer_is_null(worldly: WorldServer) -> None:
    assert await worldly.ask(NOBODY, VIEWER) == {"viewer": None}
    response = await worldly.send(NOBODY, "{ viewer { user { id } } organizations { nodes { id } } }")
    assert response.status_code == 200
    assert response.json()["data"] == {"viewer": None, "organizations": None}
    assert codes(response.json()) == ["UNAUTHENTICATED"]


async def test_every_bad_key_has_the_same_answer(
    worldly: WorldServer, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    expired, unknown = secret_of(world("key_expires"), "ana-ci"), make_key()
    answers = set()
    with caplog.at_level(logging.DEBUG):
        for key in (expired, unknown, unknown[:-1] + "_", "blw_", "nonsense", unknown + "x"):
            headers = {"Authorization": f"Bearer {key}", "X-Request-Id": "r-1"}
            response = await worldly._client.post("/graphql", json={"query": VIEWER}, headers=headers)
            assert_refused(response, 401, "UNAUTHENTICATED")
            answers.add((response.text, str(sorted(response.headers.items()))))
    assert len(answers) == 1
    assert response.headers["www-authenticate"] == "Bearer"
    assert expired not in caplog.text
    assert unknown not in caplog.text


async def test_who_was_deactivated_is_let_in_no_more(database_url: str) -> None:
    async with serving(world("deactivated_user_loses_everything"), database_url) as server:
        assert_refused(await server.send("gone", VIEWER), 401, "UNAUTHENTICATED")
        assert (await server.ask("here", VIEWER))["viewer"]["user"]["name"] == "here"


async def test_the_use_of_a_key_is_noted(worldly: WorldServer) -> None:
    seen = [(await worldly.ask("ana", VIEWER))["viewer"]["user"]["apiKeys"] for _ in range(2)]
    assert not any(key["lastUsedAt"] for key in seen[0])
    assert any(key["lastUsedAt"] for key in seen[1])


async def test_a_use_that_can_not_be_noted_fails_nobody(
    worldly: WorldServer, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(reader: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(worldly._instance, "note_use", fail)
    assert (await worldly.ask("ana", VIEWER))["viewer"]["user"]["name"] == "ana"
    assert "the disk is full" in caplog.text


async def test_the_log_names_the_subject_and_nothing_that_was_asked(
    worldly: WorldServer, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="app"):
        answer = await worldly.ask("ana", "query Q($x: Boolean!) { viewer { user { id @include(if: $x) } } }", x=True)
    (record,) = [record for record in caplog.records if record.name == "app.web.edge"]
    assert vars(record)["subject_id"] == answer["viewer"]["user"]["id"]
    assert "viewer" not in str(vars(record))
    assert "blw_" not in str(vars(record))


async def test_the_schema_can_be_asked_for(database_url: str) -> None:
    async with running(database_url) as (client, _):
        query = get_introspection_query(input_value_deprecation=True, specified_by_url=True)
        answer = (await client.post("/graphql", json={"query": query})).json()
    assert "errors" not in answer
    assert len(answer["data"]["__schema"]["types"]) > 50


async def test_a_store_that_is_away_is_an_internal_error(database_url: str, caplog: pytest.LogCaptureFixture) -> None:
    headers = {"Authorization": f"Bearer {make_key()}"}
    async with running(database_url) as (client, instance):
        await instance.database.write(
            lambda connection: connection.exec_driver_sql("ALTER TABLE api_keys RENAME TO gone")
        )
        response = await client.post("/graphql", json={"query": VIEWER}, headers=headers)
    assert_refused(response, 500, "INTERNAL")
    assert not [word for word in INSIDES if word in response.text]
    assert len([record for record in caplog.records if record.levelno >= logging.ERROR]) == 1


async def test_a_migrated_store_is_ready(database_url: str) -> None:
    async with running(database_url) as (client, _):
        assert (await client.get("/health/ready")).status_code == 200
        assert (await client.get("/health/live")).status_code == 200


async def test_one_that_was_not_migrated_is_not(tmp_path: Path) -> None:
    async with running(f"sqlite:///{tmp_path}/new.db") as (client, _):
        response = await client.get("/health/ready")
        assert (response.status_code, response.json()) == (503, {"status": "unavailable"})
        assert (await client.get("/health/live")).status_code == 200


async def test_settings_bound_what_is_taken(database_url: str) -> None:
    async with running(database_url, max_body_bytes=1024, max_depth=3, max_tokens=100) as (client, _):
        long = {"query": "{ __typename }", "extensions": {"x": "y" * 1024}}
        assert_refused(await client.post("/graphql", json=long), 413)
        for query in ("{ organizations { nodes { teams { totalCount } } } }", "{ " + "viewer " * 100 + "}"):
            assert_refused(await client.post("/graphql", json={"query": query}), 400, "TOO_COMPLEX")


@pytest.mark.parametrize("explorer", [True, False])
async def test_the_explorer_is_served_where_it_is_wanted(database_url: str, explorer: bool) -> None:
    async with running(database_url, explorer=explorer) as (client, _):
        response = await client.get("/")
    assert response.status_code == (200 if explorer else 404)
    assert response.headers["content-type"].startswith("text/html" if explorer else "application/json")
    assert response.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(("graphql_get", "status"), [(True, 200), (False, 405)])
async def test_queries_by_get_are_answered_where_they_are_wanted(
    database_url: str, graphql_get: bool, status: int
) -> None:
    async with running(database_url, graphql_get=graphql_get) as (client, _):
        assert (await client.get("/graphql", params={"query": "{ __typename }"})).status_code == status


@pytest.mark.parametrize("demo", [True, False])
async def test_what_the_explorer_opens_with_is_there(database_url: str, demo: bool) -> None:
    """Only in the demo does it speak of the demo's organizations; anywhere it can be asked as it stands."""
    async with running(database_url, demo=demo) as (client, instance):
        examples = (await client.get("/explorer/examples.json")).json()
        assert any("acme" in str(example) for example in examples) is demo
        key = await create_administrator(
            instance.database, instance.pepper, instance.clock, name="Ada", email="ada@example.com"
        )
        headers = {"Authorization": f"Bearer {key}"}
        create = 'mutation { createOrganization(input: {name: "Own", slug: "own"}) { revision } }'
        assert (await client.post("/graphql", json={"query": create}, headers=headers)).status_code == 200
        for example in examples:
            variables = json.loads(example["variables"] or "{}")
            asked = {"query": example["query"], "variables": variables}
            answer = (await client.post("/graphql", json=asked, headers=headers)).json()
            assert "errors" not in answer, example["title"]
            assert demo or "own" in str(answer).casefold()


@pytest.mark.parametrize("path", ["/graphql/", "/graphql/x", "/explorer/../app", "/health", "/docs"])
async def test_there_is_nothing_else(database_url: str, path: str) -> None:
    async with running(database_url) as (client, _):
        assert_refused(await client.get(path), 404, "NOT_FOUND")
