"""Connections: pages by the Relay rules, with cursors keyed by order and never by offset (contract, PageInfo).

A cursor holds the key of a node that the asker saw, so it stays good when the node is gone and tells nothing else.
"""

import base64
import binascii
import inspect
import json
from bisect import bisect_left, bisect_right
from collections.abc import Awaitable, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, Generic, Protocol, TypeVar

import strawberry
from strawberry.annotation import StrawberryAnnotation
from strawberry.extensions import FieldExtension
from strawberry.types.arguments import StrawberryArgument
from strawberry.types.field import StrawberryField

from app.errors import invalid
from app.policy.ordered import Ordered
from app.store.identities import kind_of

T = TypeVar("T")
Key = tuple[Any, ...]

MAX_PAGE, DEFAULT_PAGE = 100, 25
MAX_CURSOR = 2_000


@strawberry.type(description="Where a page lies in the whole list.")
class PageInfo:
    has_next_page: bool = strawberry.field(description="Whether the list goes on after this page.")
    has_previous_page: bool = strawberry.field(description="Whether the list has something before this page.")
    start_cursor: str | None = strawberry.field(description="The cursor of the first node here; null on an empty page.")
    end_cursor: str | None = strawberry.field(description="The cursor of the last node here; null on an empty page.")


@strawberry.type(description="A node and where it stands in the list.")
class Edge(Generic[T]):
    cursor: str = strawberry.field(description="Where the node stands, for `after` and `before`.")
    node: T = strawberry.field(description="The node itself.")


@strawberry.type(description="A page of a list. It holds, and counts, only what the viewer may see.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = strawberry.field(description="The nodes of this page with their cursors.")
    nodes: list[T] = strawberry.field(description="The nodes of this page.")
    page_info: PageInfo = strawberry.field(description="Where this page lies in the list.")
    total_count: int = strawberry.field(description="How many nodes the whole list has.")


@dataclass(frozen=True, slots=True)
class Paging:
    """What a client asked for: `size` nodes after and before some keys, from the end if `backwards`."""

    size: int
    after: Key | None
    before: Key | None
    backwards: bool

    @property
    def is_beginning(self) -> bool:
        """Whether it is the first nodes of all."""
        return self.after is None and self.before is None and not self.backwards


@dataclass(frozen=True, slots=True)
class EdgeOf(Generic[T]):
    """One node with its cursor."""

    cursor: str
    node: T


class Page(Generic[T]):
    """What a Connection shows: some nodes in order, whether there is more, and how many there are in all."""

    __slots__ = ("_key", "_more", "_total", "nodes")

    def __init__(
        self, nodes: Sequence[T], key: Callable[[T], Key], more: tuple[bool, bool], total: int | Callable[[], int]
    ) -> None:
        """`more`: whether there is something before, and after."""
        self.nodes = nodes
        self._total = total
        self._key = key
        self._more = more

    @classmethod
    def of_slice(cls, found: Sequence[T], key: Callable[[T], Key], paging: Paging, total: int) -> "Page[T]":
        """A page from what the store found: up to one node more than asked for, on the far side."""
        extra = len(found) > paging.size
        if paging.backwards:
            nodes = found[1:] if extra else found
            return cls(nodes, key, (extra, paging.before is not None), total)
        return cls(found[: paging.size], key, (paging.after is not None, extra), total)

    @property
    def total_count(self) -> int:
        return self._total if isinstance(self._total, int) else self._total()

    @property
    def edges(self) -> list[EdgeOf[T]]:
        return [EdgeOf(encode_cursor(self._key(node)), node) for node in self.nodes]

    @property
    def page_info(self) -> PageInfo:
        ends = (self.nodes[0], self.nodes[-1]) if self.nodes else ()
        start, end = (encode_cursor(self._key(node)) for node in ends) if ends else (None, None)
        before, after = self._more
        return PageInfo(has_next_page=after, has_previous_page=before, start_cursor=start, end_cursor=end)


class Pageable(Protocol[T]):
    """A list that can be had page by page: what the resolver of a connection field returns."""

    def page(self, paging: Paging) -> Page[T] | Awaitable[Page[T]]: ...


@dataclass(frozen=True, slots=True)
class Listing(Generic[T]):
    """A list in memory, in ascending order of `key`, whose values are unique."""

    items: Sequence[T]
    key: Callable[[T], Key]

    def page(self, paging: Paging) -> Page[T]:
        start = 0 if paging.after is None else bisect_right(self.items, paging.after, key=self.key)
        end = len(self.items) if paging.before is None else bisect_left(self.items, paging.before, key=self.key)
        end = max(start, end)
        if paging.backwards:
            start = max(start, end - paging.size)
        else:
            end = min(end, start + paging.size)
        more = start > 0, end < len(self.items)
        return Page(self.items[start:end], self.key, more, len(self.items))


def page_in_order(items: Ordered[T], paging: Paging) -> Page[T]:
    """A page of a list in order of name, read from where the page begins."""
    if paging.is_beginning:
        return _first_page(items, paging.size)
    size = paging.size
    first = items.start(paging.after)
    end = max(first, items.end(paging.before))
    if paging.backwards:
        nodes = list(islice(items.backwards(first, end), size + 1))
        more_before, nodes = len(nodes) > size, nodes[:size][::-1]
        more_after = paging.before is not None and _has_any(items.forwards(end, items.end(None)))
        more_before = more_before or _has_any(items.backwards(0, first))
    else:
        nodes = list(islice(items.forwards(first, end), size + 1))
        more_after, nodes = len(nodes) > size, nodes[:size]
        more_after = more_after or (paging.before is not None and _has_any(items.forwards(end, items.end(None))))
        more_before = paging.after is not None and _has_any(items.backwards(0, first))
    return Page(nodes, items.key, (more_before, more_after), items.__len__)


def pages_in_order(lists: Iterable[Ordered[T]], paging: Paging) -> list[Page[T]]:
    """The same page of many lists."""
    if paging.is_beginning:
        return [_first_page(items, paging.size) for items in lists]
    return [page_in_order(items, paging) for items in lists]


def _first_page(items: Ordered[T], size: int) -> Page[T]:
    nodes = items.first(size + 1)
    if len(nodes) > size:
        return Page(nodes[:size], items.key, (False, True), items.__len__)
    return Page(nodes, items.key, (False, False), items.__len__)


def _has_any(items: Iterator[Any]) -> bool:
    return next(items, None) is not None


def listing(items: Sequence[T], key: Callable[[T], Key]) -> Listing[T]:
    """A list in memory, put in order of `key`."""
    return Listing(sorted(items, key=key), key)


@dataclass(frozen=True, slots=True)
class Fetched(Generic[T]):
    """A list that is read from the store a page at a time."""

    fetch: Callable[[Paging], Awaitable[Page[T]]]

    def page(self, paging: Paging) -> Awaitable[Page[T]]:
        return self.fetch(paging)


_ARGUMENTS = (
    ("first", int | None, "How many nodes from the beginning, at most 100; 25 when nothing is asked."),
    ("after", str | None, "Only nodes after this cursor."),
    ("last", int | None, "How many nodes from the end, at most 100; not together with `first`."),
    ("before", str | None, "Only nodes before this cursor."),
)


_NAMES = tuple(name for name, *_ in _ARGUMENTS)
_BEGINNING = Paging(DEFAULT_PAGE, None, None, backwards=False)


class Paged(FieldExtension):
    """Gives a field the four arguments of a connection and makes a page of the list that its resolver returns.

    `by` is what the list is in order of before ids: names (str), or instants (int).
    """

    context_alone = True  # of the info it looks at nothing else, nor do the resolvers here

    def __init__(self, by: type[str] | type[int] = str) -> None:
        self._by = by

    def apply(self, field: StrawberryField) -> None:
        for name, type_, description in _ARGUMENTS:
            annotation = StrawberryAnnotation(type_)
            field.arguments.append(
                StrawberryArgument(name, None, annotation, default=strawberry.UNSET, description=description)
            )

    def resolve(self, next_: Callable[..., Any], source: Any, info: strawberry.Info, **kwargs: Any) -> Any:
        paging = self._paging(kwargs)
        found = next_(source, info, **kwargs)
        if isinstance(found, Ordered):
            return page_in_order(found, paging)
        if inspect.isawaitable(found):
            return self._awaited(found, paging)
        return None if found is None else found.page(paging)

    def resolve_all(self, next_: Callable[..., Any], sources: Sequence[Any], info: Any, **kwargs: Any) -> list[Any]:
        """The same page of the lists in order of name of many objects, which `next_` gives for all of them."""
        paging = self._paging(kwargs)
        return pages_in_order(next_(sources, info, **kwargs), paging)

    def _paging(self, kwargs: dict[str, Any]) -> Paging:
        """What the four arguments ask for, which are taken out of all of them."""
        given = {name: kwargs.pop(name) for name in _NAMES if name in kwargs} if kwargs else None
        return paging_of(self._by, **given) if given else _BEGINNING

    async def resolve_async(self, next_: Callable[..., Any], source: Any, info: strawberry.Info, **kwargs: Any) -> Any:
        found = self.resolve(next_, source, info, **kwargs)
        return await found if inspect.isawaitable(found) else found

    async def _awaited(self, awaited: Awaitable[Pageable[Any] | None], paging: Paging) -> Any:
        found = await awaited
        page = None if found is None else found.page(paging)
        return await page if inspect.isawaitable(page) else page


def paging_of(
    by: type[str] | type[int],
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Paging:
    """What the four arguments ask for. Raises INVALID for sizes out of bounds, both ends at once, and odd cursors."""
    if first is not None and last is not None:
        raise invalid("`first` and `last` can't be asked together", "first")
    for name, size in (("first", first), ("last", last)):
        if size is not None and not 0 <= size <= MAX_PAGE:
            raise invalid(f"`{name}` is from 0 to {MAX_PAGE}", name)
    size = first if first is not None else last if last is not None else DEFAULT_PAGE
    return Paging(size, decode_cursor(after, by, "after"), decode_cursor(before, by, "before"), last is not None)


def encode_cursor(key: Key) -> str:
    """A key as url-safe text."""
    text = json.dumps(key, ensure_ascii=False, separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode("utf-8", "surrogatepass")).decode().rstrip("=")


def decode_cursor(cursor: str | None, by: type[str] | type[int], argument: str) -> Key | None:
    """The key in a cursor: a name or an instant, and an id. Raises INVALID for what `encode_cursor` never made."""
    if cursor is None:
        return None
    try:
        padded = cursor + "=" * (-len(cursor) % 4)
        key = json.loads(base64.b64decode(padded, altchars=b"-_", validate=True)) if len(cursor) <= MAX_CURSOR else None
    except (ValueError, binascii.Error, RecursionError):
        key = None
    match key:
        case [str() as name, str() as id] if by is str:
            return (name, id)
        case [instant, str() as id] if by is int and _is_instant(instant) and kind_of(id) is not None:
            return (instant, id)
        case _:
            raise invalid(f"`{argument}` is not a cursor of this list", argument)


def _is_instant(value: object) -> bool:
    """Whether a store can compare it: `true` is a number to Python, and no more than 64 bits are to a database."""
    return type(value) is int and abs(value) < 1 << 63
