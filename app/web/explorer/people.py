"""The people of the demo, as the explorer offers them."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class DemoPerson:
    """Somebody to ask as.

    `about` is one line on who they are; `key` is a whole API key, shown to everybody who opens the page: only demo
    keys belong here.
    """

    name: str
    about: str
    key: str
