"""What is timed: two organizations, somebody of the first, and what is hidden from them in each."""

import asyncio
import random
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from app.db.engine import Database
from app.db.migrate import upgrade
from app.policy.kinds import Kind
from app.store.identities import RANDOM_BYTES, new_id
from tests.fixtures.client import Draft
from tests.fixtures.world import World
from tests.fixtures.world_store import secret_of, write_world

PROJECTS = 60


@dataclass(frozen=True, slots=True)
class Ground:
    """Keys of the viewer and of somebody who keeps the other organization in use, and ids of environments by place."""

    viewer: str
    stranger: str
    seen: str
    hidden_here: list[str]
    hidden_there: list[str]

    def unknown(self, drawn: random.Random) -> str:
        """The id of no environment."""
        return new_id(Kind.ENVIRONMENT, drawn.randbytes(RANDOM_BYTES))


def make_ground(database_url: str) -> Ground:
    """Write both organizations into a new store."""
    world = _world()
    upgrade(database_url)
    asyncio.run(_write(database_url, world))
    here, there = world.organizations
    seen = world.ids["open/p0/production"]
    hidden_here = [world.ids[path] for path in sorted(world.ids) if path.startswith("shut/") and path.count("/") > 1]
    assert set(hidden_here) <= here.environments.keys()
    return Ground(secret_of(world, "vic"), secret_of(world, "sam"), seen, hidden_here, list(there.environments))


def _world() -> World:
    draft = Draft()
    draft.person("vic", "GUEST")
    draft.person("ada", "ADMIN")
    draft.team("open", {"vic": "MEMBER"})
    draft.team("shut", isolated=True)
    other = draft.other("other")
    draft.person("sam")
    other.member("sam", "other", "ADMIN")
    for number in range(PROJECTS):
        draft.project(f"open/p{number}", "production", "staging")
        draft.project(f"shut/p{number}", "production", "staging")
        other.project(f"other/p{number}")
        for name in ("production", "staging"):
            other.environment(f"other/p{number}", name)
    return draft.world()


async def _write(database_url: str, world: World) -> None:
    database = Database.open(database_url)
    try:
        await database.write(partial(write_world, world=world))
    finally:
        await database.close()


def folder_url(folder: Path) -> str:
    """The URL of a store in a folder."""
    return f"sqlite:///{folder}/bailiwick.db"
