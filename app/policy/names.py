"""Names of environments and the patterns restrictions match them by (rule.md, sections 1 and 5)."""

import unicodedata

MAX_NAME = 255
MAX_STARS = 8


def is_environment_name(name: str) -> bool:
    """Whether an environment may be called this: 1 to 255 characters, no `*`, control character or outer space."""
    return is_name_pattern(name) and "*" not in name


def is_name_pattern(pattern: str) -> bool:
    """Whether a restriction may name its target so: like a name, with at most 8 `*`."""
    return (
        1 <= len(pattern) <= MAX_NAME
        and pattern == pattern.strip()
        and pattern.count("*") <= MAX_STARS
        and not any(unicodedata.category(char) in ("Cc", "Cs") for char in pattern)
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
