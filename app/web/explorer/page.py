"""The explorer's page and what it may do."""

import html
import re
from functools import cache

from app.web.explorer.assets import asset, read


def content_security_policy(nonce: str) -> str:
    """Nothing but this server's own files and its own GraphQL.

    GraphiQL's dialogs and menus lock scrolling through a <style> element of their own, with a width measured at that
    moment, so no hash fits it. It takes a nonce, which is why `style-src` needs no 'unsafe-inline'.
    """
    return "; ".join(
        (
            "default-src 'none'",
            "script-src 'self'",
            f"style-src 'self' 'nonce-{nonce}'",
            "connect-src 'self'",
            "img-src 'self' data:",
            "font-src 'self' data:",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def page(graphql_path: str, nonce: str, *, demo: bool) -> str:
    """The page as HTML; `demo` makes it ask for the people to choose from."""
    values = {"graphql": graphql_path, "nonce": nonce, "people": "/explorer/people.json" if demo else ""}
    return re.sub(r"\{\{(\w+)\}\}", lambda found: html.escape(values[found[1]]), _template())


@cache
def _template() -> str:
    """The page with each file's version in its URL, so that browsers may keep the file for ever."""
    return re.sub(r'"/explorer/([\w.-]+)"', _versioned, read("page.html").decode())


def _versioned(found: re.Match[str]) -> str:
    served = asset(found[1])
    if served is None:
        raise LookupError(f"page.html names `{found[1]}`, which is not served")
    return f'"/explorer/{found[1]}?v={served.version}"'
