"""The five answers as an ordinary Starlette endpoint gives them."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp

from tests.bench.answers import Answers, Unauthenticated


def plain(answers: Answers) -> ASGIApp:
    """The application."""

    async def endpoint(request: Request) -> Response:
        authorization = request.headers.get("authorization", "").encode()
        try:
            answer = answers.answer(authorization, await request.body())
        except Unauthenticated:
            return Response(b"{}", 401)
        return Response(answer, media_type="application/json")

    return Starlette(routes=[Route("/graphql", endpoint, methods=["POST"])])
