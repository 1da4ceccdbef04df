"""Ids as clients send them."""

from app.errors import invalid, quoted
from app.store.identities import kind_of


def expect_id(id: str, *path: str | int) -> str:
    """The id, whether or not there is such a thing. Raises INVALID, at `path`, for one that could not be ours."""
    if kind_of(id) is None:
        raise invalid(f"{quoted(id)} is not an id of this server", *path)
    return id
