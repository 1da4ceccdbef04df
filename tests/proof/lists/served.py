"""A random world on a server: everybody in it can ask, at any instant, and so can the reference."""

import random
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import httpx
from pydantic import SecretStr

from app.asgi import create_app
from app.policy.facts import Facts
from app.policy.subject import Subject
from app.policy.vocabulary import DeploymentStatus, ErrorCode, Permission
from app.services.denials import Denied
from app.services.instance import Instance
from app.settings import Settings
from tests.fixtures.world_server import WorldServer
from tests.fixtures.world_store import PEPPER
from tests.proof.lists.elsewhere import beside
from tests.proof.reference import Reference
from tests.proof.twins.dressing import dress
from tests.proof.twins.whole import Row
from tests.proof.world import RandomWorld

Answer = dict[str, Any]


class ListWorld:
    """A random world as a store holds it, with the organization beside it. The same world is always dressed alike."""

    def __init__(self, world: RandomWorld) -> None:
        whole = beside(dress(world, random.Random(0)))
        self.random = world
        self.whole = replace(whole, rows={id: _storable(row) for id, row in whole.rows.items()})
        self.subjects = [
            Subject(self.whole.people[s.person.id], s.key and self.whole.keys[f"key {n}"].key)
            for n, s in enumerate(world.subjects)
        ]
        self._references: dict[tuple[str, int], Reference] = {}

    @property
    def organizations(self) -> tuple[Facts, Facts]:
        return self.whole.facts, self.whole.elsewhere

    @cached_property
    def names(self) -> list[str]:
        """Of the keys that the subjects ask with."""
        return [s.person.name if s.key is None else f"key {n}" for n, s in enumerate(self.subjects)]

    def reference(self, facts: Facts, at: int) -> Reference:
        """What is so in one of the organizations at an instant."""
        key = facts.organization.id, at
        if key not in self._references:
            self._references[key] = Reference(RandomWorld(facts, self.subjects, [at]), at)
        return self._references[key]

    def may_ask(self, number: int, at: int) -> bool:
        """Whether a subject comes in at all."""
        facts = self.whole.facts
        verdict = self.reference(facts, at).verdict(number, Permission.ORGANIZATION_VIEW, facts.organization.id)
        return verdict is not ErrorCode.UNAUTHENTICATED


def _storable(row: Row) -> Row:
    """What is BLOCKED or READY is stored as CREATED."""
    blocked = row.values.get("status") is DeploymentStatus.BLOCKED
    return row.changed(status=DeploymentStatus.CREATED) if blocked else row


class Server:
    """One application that stays, with the documents it knows, while worlds come and go beneath it."""

    def __init__(self, database_url: str) -> None:
        secret = SecretStr(PEPPER.decode())
        roomy = {"max_complexity": 10**9, "max_tokens": 10**6}
        self._app = create_app(
            Settings(database_url=database_url, secret=secret, explorer=False, _env_file=None, **roomy)
        )

    @asynccontextmanager
    async def serve(self, world: ListWorld) -> AsyncIterator[WorldServer]:
        """Write the world into the store, which must be migrated and empty, and answer from it."""
        async with self._app.router.lifespan_context(self._app):
            instance: Instance = self._app.state.instance
            await instance.database.write(world.whole.write)
            await _deny(instance, world)
            transport = httpx.ASGITransport(self._app)
            async with httpx.AsyncClient(transport=transport, base_url="http://lists.example") as client:
                yield WorldServer(world.whole.world, instance, client)


async def _deny(instance: Instance, world: ListWorld) -> None:
    """Refuse somebody something, so that there are denials to list."""
    for facts in world.organizations:
        for subject in world.subjects[:2]:
            target = facts.organization.id
            instance.denials.note(Denied(subject, "createTeam", target, ErrorCode.NOT_FOUND, world.random.instants[0]))
    await instance.denials.write()


class Files:
    """SQLite stores in a folder that is the caller's: each world gets a copy of an empty, migrated one."""

    def __init__(self, folder: Path, template: Path) -> None:
        self._template = template
        self._file = folder / "lists.db"
        self._server = Server(f"sqlite:///{self._file}")

    @asynccontextmanager
    async def serve(self, world: ListWorld) -> AsyncIterator[WorldServer]:
        for file in self._file.parent.glob(f"{self._file.name}-*"):
            file.unlink()
        shutil.copyfile(self._template, self._file)
        async with self._server.serve(world) as server:
            yield server
