"""When the garbage collector goes over everything: where nobody waits for it, and over the same only once."""

import gc
from collections.abc import Iterator

import pytest

from app.cli.server import DUE, OVERDUE, tend


class Held:
    """Something that only the garbage collector finds, once nobody else does."""

    left = 0

    def __init__(self) -> None:
        self.itself = self

    def __del__(self) -> None:
        Held.left += 1


@pytest.fixture(autouse=True)
def nothing_else_collects() -> Iterator[None]:
    gc.collect()
    gc.disable()
    Held.left = 0
    yield
    gc.enable()
    gc.unfreeze()
    gc.collect()


def collections(times: int) -> None:
    """What goes before a collection of everything."""
    for _ in range(times):
        gc.collect(1)


def test_everything_is_gone_over_when_that_is_due_and_nobody_waits() -> None:
    old, kept = Held(), [[number] for number in range(500)]
    collections(DUE - 1)
    del old
    tend(is_busy=False)
    assert Held.left == 0
    collections(1)
    tend(is_busy=True)
    assert Held.left == 0
    tend(is_busy=False)
    assert Held.left == 1
    assert gc.get_count()[2] == 0
    assert not any(one is kept for one in gc.get_objects())


def test_even_where_somebody_waits_it_is_done_at_last_and_what_they_have_is_not_kept() -> None:
    old, theirs = Held(), [[]]
    collections(OVERDUE - 1)
    del old
    tend(is_busy=True)
    assert Held.left == 0
    collections(1)
    tend(is_busy=True)
    assert Held.left == 1
    assert any(one is theirs for one in gc.get_objects())
