"""The explorer's files: read once, named by what they hold."""

import gzip
import hashlib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

JAVASCRIPT = "text/javascript; charset=utf-8"
CSS = "text/css; charset=utf-8"
SVG = "image/svg+xml"

# Everything that is served, by the name in its URL. A name is looked up here and never becomes a path, so there is
# nothing to traverse.
FILES = {
    "explorer.js": ("explorer.js", JAVASCRIPT),
    "explorer.css": ("explorer.css", CSS),
    "icon.svg": ("icon.svg", SVG),
    "graphiql.min.js": ("vendor/graphiql.min.js", JAVASCRIPT),
    "graphiql.min.css": ("vendor/graphiql.min.css", CSS),
    "react.production.min.js": ("vendor/react.production.min.js", JAVASCRIPT),
    "react-dom.production.min.js": ("vendor/react-dom.production.min.js", JAVASCRIPT),
}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file as it is served; `version` changes whenever its content does."""

    body: bytes
    compressed: bytes
    content_type: str
    version: str


@cache
def asset(name: str) -> Asset | None:
    """The file of this name, or None where no such file is served."""
    if name not in FILES:
        return None
    path, content_type = FILES[name]
    body = read(path)
    return Asset(body, gzip.compress(body, mtime=0), content_type, hashlib.sha256(body).hexdigest()[:16])


def read(path: str) -> bytes:
    """A file of this package, wherever the package is installed."""
    return files("app.web.explorer").joinpath(path).read_bytes()
