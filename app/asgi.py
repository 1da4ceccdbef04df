"""The composition root: what the server is made of, put together from its settings."""

import asyncio
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute
from starlette.types import Scope

from app.api.context import Context
from app.api.endpoint import GraphQLEndpoint
from app.api.kept_answers import KeptAnswers
from app.api.limits import Limits
from app.api.schema import schema
from app.db.engine import Database
from app.db.migrate import is_current
from app.eager import Rest, Soon, begin
from app.services.demo.people import demo_people
from app.services.instance import Instance
from app.services.reader import Reader
from app.settings import Settings
from app.web.authentication import authenticate
from app.web.bodies import read_body
from app.web.edge import Edge
from app.web.explorer import EXAMPLES, GENERAL, DemoPerson, explorer_routes
from app.web.health import health_routes
from app.web.refusals import refuse

GRAPHQL_PATH = "/graphql"

SWITCH_INTERVAL = 0.0005
"""Seconds after which a thread that loads lets the event loop go on; Python's own 5 ms add up to 120 an answer."""


def create_app(settings: Settings) -> Starlette:
    """The server as an ASGI application: GraphQL, health and, if so set, the explorer.

    While its lifespan runs, `app.state.instance` is the Instance it answers from. The store must have been migrated
    before; `/health/ready` says whether it was.
    """
    server = Server(settings)
    app = Starlette(
        routes=server.routes(),
        exception_handlers={HTTPException: refuse},
        lifespan=server.lifespan,
    )
    # Around all that Starlette would put around them: the edge answers for whatever fails inside.
    app.middleware_stack = Edge(app.build_middleware_stack(), {GRAPHQL_PATH: server.endpoint})
    app.router.redirect_slashes = False  # a redirect would name the host that the request named
    return app


class Server:
    """What the parts of one application share."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._instance: Instance | None = None
        self._migrated = False
        self._kept = KeptAnswers(settings.answers_mb * 1024 * 1024) if settings.answers_mb else None
        self.endpoint = GraphQLEndpoint(
            schema,
            Limits(settings.max_tokens, settings.max_depth, settings.max_complexity),
            context=self._context,
            read_body=lambda scope, receive: read_body(scope, receive, settings.max_body_bytes),
            after=self._after,
            kept=self._kept,
            allow_get=settings.graphql_get,
        )

    @property
    def instance(self) -> Instance:
        assert self._instance is not None  # requests come in while the lifespan runs
        return self._instance

    @asynccontextmanager
    async def lifespan(self, app: Starlette) -> AsyncIterator[None]:
        """Open the store and make the instance; let go of all at the end."""
        settings = self._settings
        sys.setswitchinterval(SWITCH_INTERVAL)
        database = Database.open(settings.database_url)
        try:
            memory_bytes = settings.memory_budget_mb * 1024 * 1024
            self._instance = Instance(
                database,
                settings.pepper(),
                memory_bytes=memory_bytes,
                denials_per_day=settings.denials_per_day,
                anyone_creates_organizations=settings.create_organization == "anyone",
            )
            app.state.instance = self._instance
            yield
        finally:
            if self._instance is not None:
                await self._instance.close()
            if self._kept is not None:
                self._kept.clear()
            await database.close()

    def routes(self) -> Sequence[BaseRoute]:
        """Every path there is, but for the busiest."""
        settings = self._settings
        people, examples = (self._people, EXAMPLES) if settings.demo else (None, GENERAL)
        explorer = explorer_routes(people, examples, GRAPHQL_PATH) if settings.explorer else []
        return [*health_routes(self._is_ready), *explorer]

    def _people(self) -> list[DemoPerson]:
        return [DemoPerson(each.name, each.about, each.key) for each in demo_people(self._settings.pepper())]

    def _context(self, scope: Scope) -> Soon[Context]:
        instance = self.instance
        reader = authenticate(scope, instance)
        return begin(self._awaited(reader)) if isinstance(reader, Rest) else Context(instance, reader)

    async def _awaited(self, reader: Rest[Reader | None]) -> Context:
        return Context(self.instance, await reader)

    def _after(self, context: Context) -> Soon[None]:
        return None if context.reader is None else self.instance.note_use(context.reader)

    async def _is_ready(self) -> bool:
        # Asked once: servers of this version go on while those of the next migrate the store and take over.
        if not self._migrated:
            self._migrated = await asyncio.to_thread(is_current, self._settings.database_url)
        await self.instance.database.read(lambda connection: connection.exec_driver_sql("SELECT 1"))
        return self._migrated
