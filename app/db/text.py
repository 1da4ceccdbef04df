"""The two forms of text that the database compares byte for byte, made here so that both databases agree."""

import json


def canonical(value: object) -> str:
    """JSON with sorted keys, no spaces and every character as itself: equal values have equal text.

    Raises ValueError for what JSON cannot say (NaN, infinities) and TypeError for other objects.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def folded(text: str) -> str:
    """`text` without regard to case, for columns that are unique so.

    Folded in Python, because SQLite's `lower` knows ASCII alone and PostgreSQL's depends on the locale.
    """
    return text.casefold()
