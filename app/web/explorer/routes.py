"""The explorer's routes."""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import asdict

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from app.web.explorer.assets import asset
from app.web.explorer.examples import Example
from app.web.explorer.page import content_security_policy, page
from app.web.explorer.people import DemoPerson

ALWAYS = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
NEVER_KEPT = {**ALWAYS, "Cache-Control": "no-store"}


def explorer_routes(
    people: Callable[[], Sequence[DemoPerson]] | None,
    examples: Sequence[Example],
    graphql_path: str = "/graphql",
) -> list[Route]:
    """The page at `/` and its files under `/explorer/`.

    `people` makes it the demo's explorer: it is called for each page view and its keys are given to whoever asks.
    Without it there is no list of people (404). `examples` fill the tabs of a browser that has no tabs yet.
    """

    def show_page(_request: Request) -> Response:
        nonce = secrets.token_urlsafe(16)
        policy = {"Content-Security-Policy": content_security_policy(nonce)}
        return HTMLResponse(page(graphql_path, nonce, demo=people is not None), headers={**NEVER_KEPT, **policy})

    def list_people(_request: Request) -> Response:
        if people is None:
            raise HTTPException(404)
        return JSONResponse([asdict(person) for person in people()], headers=NEVER_KEPT)

    def list_examples(_request: Request) -> Response:
        return JSONResponse([asdict(example) for example in examples], headers=NEVER_KEPT)

    return [
        Route("/", show_page),
        Route("/explorer/people.json", list_people),
        Route("/explorer/examples.json", list_examples),
        Route("/explorer/{file}", send_file),
    ]


def send_file(request: Request) -> Response:
    """One of the explorer's files; to be kept for ever when the URL names the version it has."""
    found = asset(request.path_params["file"])
    if found is None:
        raise HTTPException(404)
    kept = "public, max-age=31536000, immutable" if request.query_params.get("v") == found.version else "no-cache"
    headers = {**ALWAYS, "Cache-Control": kept, "ETag": f'W/"{found.version}"', "Vary": "Accept-Encoding"}
    if request.headers.get("If-None-Match") == headers["ETag"]:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("Accept-Encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(found.compressed, media_type=found.content_type, headers=headers)
    return Response(found.body, media_type=found.content_type, headers=headers)
