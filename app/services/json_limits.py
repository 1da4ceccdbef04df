"""Which JSON is stored as it is sent: what every reader of it can have again, and not too much of that."""

import math
from itertools import chain
from typing import Any

from app.db.text import canonical

MOST_BYTES = 16_384
DEEPEST = 50
LARGEST_INTEGER = 2**63 - 1


def problem_of(value: Any) -> str | None:
    """Why a JSON value is not stored; None where it is."""
    level = [[value]]
    for _ in range(DEEPEST + 1):
        inside = list(chain.from_iterable(level))
        if any(map(_is_odd, inside)):
            return f"numbers lie between -{LARGEST_INTEGER} and {LARGEST_INTEGER}, and text is Unicode"
        level = [_inside(each) for each in inside if isinstance(each, dict | list)]
    if level:
        return f"objects and lists nest at most {DEEPEST} deep"
    size = len(canonical(value).encode())
    return f"this is {size} bytes of JSON, at most {MOST_BYTES} are stored" if size > MOST_BYTES else None


def _inside(value: dict[str, Any] | list[Any]) -> list[Any]:
    return [*value, *value.values()] if isinstance(value, dict) else value


def _is_odd(value: Any) -> bool:
    if isinstance(value, int):
        return abs(value) > LARGEST_INTEGER
    if isinstance(value, float):
        return not math.isfinite(value)
    return isinstance(value, str) and not value.isascii() and any("\ud800" <= each <= "\udfff" for each in value)
