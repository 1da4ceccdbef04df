"""The ceiling: an ASGI application written by hand, without a framework, that gives the five answers and no others."""

from starlette.types import ASGIApp, Receive, Scope, Send

from tests.bench.answers import Answers, Unauthenticated

ANSWER_TYPE = b"application/graphql-response+json; charset=utf-8"


def ceiling(answers: Answers) -> ASGIApp:
    """The application."""

    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await _lifespan(receive, send)
            return
        authorization = b""
        for name, value in scope["headers"]:
            if name == b"authorization":
                authorization = value
        message = await receive()
        body = message["body"]
        while message.get("more_body"):
            message = await receive()
            body += message["body"]
        try:
            status, answer = 200, answers.answer(authorization, body)
        except Unauthenticated:
            status, answer = 401, b"{}"
        headers = [(b"content-type", ANSWER_TYPE), (b"content-length", b"%d" % len(answer))]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body", "body": answer})

    return app


async def _lifespan(receive: Receive, send: Send) -> None:
    for event in ("startup", "shutdown"):
        await receive()
        await send({"type": f"lifespan.{event}.complete"})
