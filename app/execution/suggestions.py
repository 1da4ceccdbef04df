"""What graphql-core says of misspelt names, also where it fails to find out what they should have been.

Its measure of likeness takes a text to be as long in lower case; of `İ` it is longer, and the measure an IndexError.
"""

from collections.abc import Callable
from typing import Any, TypeVar

from graphql import GraphQLError

T = TypeVar("T")


def suggesting(check: Callable[..., T | list[GraphQLError]], *args: Any, **kwargs: Any) -> T | list[GraphQLError]:
    """What one of graphql-core's checks finds, with its suggestions, or without any where they can't be made."""
    try:
        found = check(*args, **kwargs)
    except IndexError:
        return check(*args, **kwargs, hide_suggestions=True)
    if isinstance(found, list) and any(map(_failed, found)):
        return check(*args, **kwargs, hide_suggestions=True)
    return found


def _failed(error: GraphQLError) -> bool:
    """Whether it is the measure's own that was taken for one of the input."""
    cause: BaseException | None = error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return isinstance(cause, IndexError)
