"""What an e-mail address looks like: enough to catch a slip, no judge of what mail servers take."""

import re

from app.policy.names import is_kept_as_it_is

_EMAIL = re.compile(r"[^\s@\x00-\x1f]{1,64}@[^\s@.\x00-\x1f]+(\.[^\s@.\x00-\x1f]+)+")
MAX_EMAIL = 254


def is_email(text: str) -> bool:
    """Whether this could be somebody's e-mail."""
    return len(text) <= MAX_EMAIL and is_kept_as_it_is(text) and _EMAIL.fullmatch(text) is not None
