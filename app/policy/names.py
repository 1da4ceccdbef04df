"""What things may be called, and the patterns restrictions match environments' names by (rule.md, 1 and 5)."""

import re
import unicodedata

MAX_NAME = 255
MAX_STARS = 8

_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")
_UNKEPT = re.compile(r"[\0\ud800-\udfff]")


def is_environment_name(name: str) -> bool:
    """Whether an environment may be called this: 1 to 255 characters, no `*`, control character or outer space."""
    return is_name_pattern(name) and "*" not in name


def is_name_pattern(pattern: str) -> bool:
    """Whether a restriction may name its target so: like a name, with at most 8 `*`."""
    return (
        1 <= len(pattern) <= MAX_NAME
        and pattern == pattern.strip()
        and pattern.count("*") <= MAX_STARS
        and not _has_control(pattern)
    )


def matches(pattern: str, name: str) -> bool:
    """Whether `pattern` matches the whole of `name`, case-sensitively; `*` stands for any characters, `/` included.

    Splits and finds, in time proportional to stars times length: a regular expression of many stars can be made to
    run for minutes.
    """
    first, *rest = pattern.split("*")
    if not rest:
        return pattern == name
    *middle, last = rest
    if len(name) < len(first) + len(last) or not name.startswith(first) or not name.endswith(last):
        return False
    position, end = len(first), len(name) - len(last)
    for part in middle:
        found = name.find(part, position, end)
        if found < 0:
            return False
        position = found + len(part)
    return True


def is_title(name: str) -> bool:
    """Whether a thing other than an environment may be called this: 1 to 255 characters, none a control character."""
    return 1 <= len(name) <= MAX_NAME and name == name.strip() and not _has_control(name)


def is_kept_as_it_is(text: str) -> bool:
    """Whether every store can hold a text, whatever it says: PostgreSQL knows no NUL, UTF-8 no half of a character."""
    return _UNKEPT.search(text) is None


def is_slug(slug: str) -> bool:
    """Whether it can stand in a path: 1 to 63 of a-z, 0-9 and `-`, not beginning or ending with `-`."""
    return _SLUG.fullmatch(slug) is not None


def _has_control(text: str) -> bool:
    return any(unicodedata.category(char) in ("Cc", "Cs") for char in text)
