"""Tiers guessed from names, by GitLab's ordered patterns (requirements 2.1; GL-58)."""

import re

from app.policy.vocabulary import Tier

_PATTERNS = (
    (re.compile(r"dev|review|trunk", re.IGNORECASE), Tier.DEVELOPMENT),
    (re.compile(r"test|tst|int|ac(ce|)pt|qa|qc|control|quality", re.IGNORECASE), Tier.TESTING),
    (re.compile(r"st(a|)g|mod(e|)l|pre|demo|non", re.IGNORECASE), Tier.STAGING),
    (re.compile(r"pr(o|)d|live", re.IGNORECASE), Tier.PRODUCTION),
)
_SOUNDS_LIKE_PRODUCTION = re.compile(r"prod|prd|live", re.IGNORECASE)


def guess_tier(name: str) -> Tier:
    """The tier that an environment of this name most likely has: the first pattern found anywhere in it, else OTHER."""
    return next((tier for pattern, tier in _PATTERNS if pattern.search(name)), Tier.OTHER)


def guess_is_doubtful(name: str) -> bool:
    """Whether the guess should be shown to people: the name sounds like production and the guess says otherwise.

    A wrong guess silently escapes a tier restriction (rule.md, section 1).
    """
    return guess_tier(name) is not Tier.PRODUCTION and _SOUNDS_LIKE_PRODUCTION.search(name) is not None
