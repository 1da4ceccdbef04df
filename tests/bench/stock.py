"""Bailiwick's schema and context behind strawberry's own endpoint, executed by graphql-core."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL

from app.api.context import Context
from app.api.schema import schema
from app.asgi import create_app
from app.settings import Settings
from app.web.authentication import authenticate
from app.web.edge import Edge
from tests.fixtures.settled import settled


class Endpoint(GraphQL[Context, None]):
    """Strawberry's, with our context."""

    def __init__(self, ours: Starlette) -> None:
        super().__init__(schema, graphql_ide=None)
        self._ours = ours

    async def get_context(self, request: Request | WebSocket, response: Response | WebSocket) -> Context:
        assert isinstance(request, Request)
        instance = self._ours.state.instance
        return Context(instance, await settled(authenticate(request.scope, instance)))


def stock(settings: Settings) -> ASGIApp:
    """The application; the instance is that of a Bailiwick of which nothing else is used."""
    ours = create_app(settings)

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with ours.router.lifespan_context(ours):
            yield

    return Starlette(routes=[Route("/graphql", Endpoint(ours))], middleware=[Middleware(Edge)], lifespan=lifespan)
