"""Values that are computed when first asked for: once each, and nobody waits for somebody else's."""

from threading import Event, Thread

from app.policy.computed import computed


class Sheet:
    def __init__(self, begun: Event | None = None, may_end: Event | None = None) -> None:
        self.begun, self.may_end, self.times = begun, may_end, 0

    @computed
    def total(self) -> int:
        """All of it."""
        self.times += 1
        if self.begun is not None and self.may_end is not None:
            self.begun.set()
            assert self.may_end.wait(20)
        return self.times


def test_a_value_is_computed_once_and_may_be_given():
    one, other = Sheet(), Sheet()
    assert (one.times, one.total, one.total, one.times) == (0, 1, 1, 1)
    assert "total" not in other.__dict__
    other.__dict__["total"] = 5
    assert (other.total, other.times) == (5, 0)
    assert Sheet.total.__doc__ == "All of it."


def test_nobody_waits_for_what_a_thread_computes_of_something_else():
    """A lock for all objects of a class would have the event loop wait for a large organization's writer."""
    begun, may_end = Event(), Event()
    large, small, found = Sheet(begun, may_end), Sheet(), []
    computing = Thread(target=lambda: large.total, daemon=True)
    asking = Thread(target=lambda: found.append(small.total), daemon=True)
    computing.start()
    assert begun.wait(20)
    asking.start()
    asking.join(10)
    was_waiting = asking.is_alive()
    may_end.set()
    for thread in (computing, asking):
        thread.join(20)
    assert not was_waiting
    assert (found, large.total) == ([1], 1)
