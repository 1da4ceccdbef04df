"""Patches: what a field left out means, as against null (contract: left out is unchanged, null is no value)."""

from enum import Enum, auto
from typing import Any


class Absent(Enum):
    """The type of a value that was not given."""

    ABSENT = auto()


ABSENT = Absent.ABSENT


def given(**values: Any) -> dict[str, Any]:
    """Those of the values that were given."""
    return {name: value for name, value in values.items() if value is not ABSENT}
