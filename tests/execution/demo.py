"""The demo organizations twice over: one store that the compiled executor answers from, one for graphql-core's."""

import asyncio
import base64
import random
import re
import shutil
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from app.api.context import Context
from app.db.engine import Database
from app.db.migrate import upgrade
from app.errors import BailiwickError
from app.policy.roles import BUILT_IN_ROLES
from app.services.demo.load import load_demo
from app.services.demo.people import demo_people
from app.services.instance import Instance
from tests.fixtures.world_store import PEPPER
from tests.proof.twins.pools import BY_INSTANT, MALFORMED

LOADED = 1_768_478_400_000_000
"""2026-01-15T12:00:00Z, in µs: when the demo's stories are told."""
HOUR = 3_600_000_000
KEYS = {person.name: person.key for person in demo_people(PEPPER)}
"""By name, of everybody to ask as."""

_ID = re.compile(r'"([a-z]{3}_(?:[0-9a-z]{24}|[0-9a-z]{48}))"')
_CURSOR = re.compile(r'"(?:cursor|startCursor|endCursor)": "([^"]+)"')


async def make_template(file: Path) -> None:
    """A migrated store with the demo in it. Its ids are the same each time where SameIds gives them."""
    await asyncio.to_thread(upgrade, f"sqlite:///{file}")
    async with _opened(file) as database:
        await load_demo(database, PEPPER, lambda: LOADED)


@asynccontextmanager
async def serving(template: Path, file: Path) -> AsyncIterator[Instance]:
    """An instance on a copy of a store."""
    for old in file.parent.glob(f"{file.name}*"):
        old.unlink()
    shutil.copyfile(template, file)
    async with _opened(file) as database:
        instance = Instance(database, PEPPER, memory_bytes=2**26, clock=lambda: LOADED)
        yield instance
        await instance.close()


@asynccontextmanager
async def _opened(file: Path) -> AsyncIterator[Database]:
    database = Database.open(f"sqlite:///{file}")
    try:
        yield database
    finally:
        await database.close()


async def context(instance: Instance, person: str | None, at: int) -> Context:
    """A request of somebody, or of nobody, at an instant. Of nobody too where their key is gone by now."""
    instance.clock = lambda: at
    try:
        reader = None if person is None else await instance.reader(KEYS[person])
    except BailiwickError:
        reader = None
    return Context(instance, reader)


class Pool:
    """What fills the holes of operations: ids, names and the like of the demo, and what answers have shown since."""

    def __init__(self, template: Path) -> None:
        connection = sqlite3.connect(template)
        names = [name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")]
        columns = {name: {row[1] for row in connection.execute(f"pragma table_info({name})")} for name in names}

        def every(column: str) -> list[str]:
            found = {
                row[0]
                for name in names
                if column in columns[name]
                for row in connection.execute(f"select {column} from {name}")
            }
            return sorted(one for one in found if isinstance(one, str))

        self._ledgers: dict[str, list[str]] = {}
        for name in names:
            if {"id", "ledger_id"} <= columns[name]:
                for ledger, id in connection.execute(f"select distinct ledger_id, id from {name} order by id"):
                    self._ledgers.setdefault(ledger, []).append(id)
        self._near: list[str] = []
        waiting = "select id from deployments where status = 'CREATED'"
        rare = [*connection.execute(waiting), *connection.execute("select id from projects where restricted")]
        self._rare = {id for (id,) in rare}
        self._ids = dict.fromkeys([*(id for id in every("id") if id[3:4] == "_"), *BUILT_IN_ROLES])
        self._slugs, self._emails, self._names = every("slug"), every("email"), every("name")
        self._cursors: dict[str, list[str]] = {"[": [], '["': []}
        connection.close()

    def turn_to(self, rng: random.Random) -> None:
        """From now on most ids are of one organization, drawn here."""
        self._near = self._ledgers[rng.choice([ledger for ledger in self._ledgers if ledger.startswith("org_")])]

    def learn(self, answer: str) -> None:
        """Remember what an answer showed."""
        self._ids |= dict.fromkeys(_ID.findall(answer))
        for cursor in _CURSOR.findall(answer):
            kept = self._cursors[base64.urlsafe_b64decode(cursor[:4])[:2].decode() if cursor.startswith("WyJ") else "["]
            kept.append(cursor)
            del kept[:-40]

    def id(self, rng: random.Random, *prefixes: str) -> str:
        """Of one of these kinds, of something, or now and then of nothing."""
        if rng.random() < 0.03:
            return rng.choice(MALFORMED)
        fitting = [id for id in (self._near if rng.random() < 0.85 else self._ids) if id[:3] in prefixes]
        fitting = fitting or [id for id in self._ids if id[:3] in prefixes]
        rare = [id for id in fitting if id in self._rare]
        if rare and rng.random() < 0.5:
            return rng.choice(rare)
        return rng.choice(fitting or list(self._ids))

    def path(self, rng: random.Random) -> str:
        return "/".join(rng.sample(self._slugs, rng.choice((1, 1, 2, 3))))

    def slug(self, rng: random.Random) -> str:
        return rng.choice((*self._slugs, "nowhere", ""))

    def search(self, rng: random.Random) -> str:
        return rng.choice((*self._names, *self._emails, ""))[: rng.choice((1, 2, 4, 40))]

    def email(self, rng: random.Random) -> str:
        return rng.choice((*self._emails, "nobody@example.org", "no e-mail"))

    def name(self, rng: random.Random, _place: str | None = None) -> str:
        return rng.choice((*self._names, *(f"new-{rng.randrange(10_000)}" for _ in self._names), "*", "", " outer"))

    def instant(self, rng: random.Random) -> str:
        at = rng.choice((LOADED - HOUR, LOADED, LOADED + HOUR, LOADED + 1000 * HOUR))
        return datetime.fromtimestamp(at / 1_000_000, UTC).isoformat().replace("+00:00", "Z")

    def cursor(self, rng: random.Random, connection: str) -> str:
        """Of a list in the same order, most often."""
        fitting = self._cursors["[" if connection in BY_INSTANT else '["']
        return rng.choice(fitting) if fitting and rng.random() < 0.95 else rng.choice(("bm9uZQ", ""))
