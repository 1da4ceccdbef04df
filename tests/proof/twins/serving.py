"""Two servers in this process, one for each twin, that stay while worlds come and go beneath them."""

import json
import random
import shutil
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

from pydantic import SecretStr
from sqlalchemy import select

from app.asgi import create_app
from app.db import tables
from app.db.tables import table_of
from app.policy.facts import Facts
from app.policy.kinds import Kind
from app.services.instance import Instance
from app.settings import Settings
from app.store.ledger import INSTANCE
from app.store.snapshot import load_facts
from tests.fixtures.world_store import PEPPER
from tests.proof.twins.operations import Operation
from tests.proof.twins.whole import Whole

_DOCUMENTS = 3_000_000
"""Characters of documents that a server remembers here, more than it would: each is sent to it in many worlds."""


@dataclass(frozen=True)
class Answer:
    """All of an HTTP response. The request's id is the one we sent, so nothing in it is left out."""

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def errors(self) -> list[Any]:
        found: list[Any] = self.json.get("errors", []) if self.body.startswith(b"{") else []
        return found

    @property
    def codes(self) -> set[str]:
        return {error["extensions"]["code"] for error in self.errors}


class SameIds:
    """Ids and secrets that follow from the operation's number: new things have the same ones in both twins.

    So nothing in an answer has to be normalized. Each kind counts for itself, as something hidden could take one.
    """

    def __init__(self) -> None:
        self.operation = 0
        self._counts: Counter[Kind] = Counter()
        self._random = random.Random(0)

    def begin(self, operation: int) -> None:
        self.operation = operation
        self._counts.clear()
        self._random = random.Random(operation)

    def new_id(self, kind: Kind, drawn: bytes | None = None) -> str:
        self._counts[kind] += 1
        return f"{kind}_9{self.operation:015d}{self._counts[kind]:08d}"

    def choice(self, options: str) -> str:
        return self._random.choice(options)

    @contextmanager
    def everywhere(self) -> Iterator[None]:
        names = [f"app.{place}.new_id" for place in ("store.ledger", "store.revisions", "store.denials")]
        patches = [patch(name, self.new_id) for name in (*names, "app.services.organizations.new_id")]
        patches.append(patch("app.services.keys.secrets", self))
        patches.append(patch("app.api.documents.KEPT_CHARACTERS", _DOCUMENTS))
        for each in patches:
            each.start()
        try:
            yield
        finally:
            for each in patches:
                each.stop()


class Server:
    """One twin's; `database` is a file that each world is written to anew, a copy of a migrated, empty one."""

    def __init__(self, template: Path, database: Path) -> None:
        self._template = template
        self._database = database
        url, secret = f"sqlite:///{database}", SecretStr(PEPPER.decode())
        self._app = create_app(Settings(database_url=url, secret=secret, explorer=False, _env_file=None))

    @asynccontextmanager
    async def serve(self, whole: Whole) -> AsyncIterator["Serving"]:
        for file in self._database.parent.glob(f"{self._database.name}-*"):
            file.unlink()
        shutil.copyfile(self._template, self._database)
        async with self._app.router.lifespan_context(self._app):
            instance: Instance = self._app.state.instance
            await instance.database.write(whole.write)
            yield Serving(self._app, instance, whole)


class Serving:
    """A server while it holds one world."""

    def __init__(self, app: Any, instance: Instance, whole: Whole) -> None:
        self._app = app
        self._instance = instance
        self._whole = whole

    def set_clock(self, at: int) -> None:
        self._instance.clock = lambda: at

    async def send(self, operation: Operation, secret: str, number: int) -> Answer:
        """Ask, and wait until what comes after the answer is done too."""
        body = json.dumps({"query": operation.document, "variables": operation.variables}).encode()
        headers = {
            "authorization": f"Bearer {secret}",
            "content-type": "application/json",
            "x-request-id": f"operation-{number}",
            **operation.headers,
        }
        return await _call(self._app, headers, body)

    async def whole_now(self) -> Whole:
        """The world as it has become."""
        database, ledger = self._instance.database, self._whole.facts.organization.id

        def read(connection: Any) -> Facts:
            ledgers = table_of(tables.Ledger)
            heads = {row.id: row.revision for row in connection.execute(select(ledgers))}
            facts = load_facts(connection, ledger, heads[ledger], heads[INSTANCE])
            assert facts is not None
            return facts

        facts = await database.read(read)
        return Whole(
            facts, self._whole.elsewhere, {**self._whole.people, **facts.people}, self._whole.keys, self._whole.rows
        )


async def _call(app: Any, headers: dict[str, str], body: bytes) -> Answer:
    """One request, straight to the application: what a client library does besides would take longer than the rest."""
    sent: list[Any] = []
    received = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> Any:
        message = next(received, None)
        return {"type": "http.disconnect"} if message is None else message

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http",
        "path": "/graphql", "raw_path": b"/graphql", "query_string": b"", "root_path": "", "client": ("127.0.0.1", 1),
        "server": ("twin.example", 80), "headers": [(k.encode(), v.encode()) for k, v in headers.items()],
    }  # fmt: skip
    await app(scope, receive, send)
    start = sent[0]
    named = tuple((k.decode(), v.decode()) for k, v in start["headers"])
    return Answer(start["status"], named, b"".join(message.get("body", b"") for message in sent[1:]))
