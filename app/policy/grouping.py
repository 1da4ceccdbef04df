"""Values by what they belong to, and the same again after some of them have changed."""

from collections.abc import Callable, Collection, Iterable, Mapping
from operator import attrgetter
from typing import Protocol, TypeVar


class HasId(Protocol):
    @property
    def id(self) -> str: ...


T = TypeVar("T")
V = TypeVar("V", bound=HasId)


def grouped(items: Iterable[T], key: Callable[[T], str]) -> dict[str, tuple[T, ...]]:
    """The items by their keys, in their order."""
    found: dict[str, list[T]] = {}
    for item in items:
        found.setdefault(key(item), []).append(item)
    return {name: tuple(group) for name, group in found.items()}


def regrouped(
    groups: Mapping[str, tuple[V, ...]],
    was: Mapping[str, V],
    now: Mapping[str, V],
    changed: Collection[str],
    key: Callable[[V], str],
) -> dict[str, tuple[V, ...]]:
    """The groups after some values came, went or changed; the others' are shared. What changed keeps its place.

    `was` and `now` have the values by id, `changed` the ids of those that may differ; what comes has a `created_at`.
    """
    renewed = dict(groups)
    values = [side[id] for side in (was, now) for id in changed if id in side]
    for name in {key(value) for value in values}:
        old = renewed.pop(name, ())
        kept = [now[value.id] for value in old if value.id in now and key(now[value.id]) == name]
        known = {value.id for value in old}
        come = [now[id] for id in now.keys() & changed if id not in known and key(now[id]) == name]
        group = (*kept, *sorted(come, key=attrgetter("created_at", "id")))
        if group:
            renewed[name] = group
    return renewed
