"""Going through many lists at once, page by page, and complaining of every page that is not as it should be."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.fixtures.world_server import WorldServer
from tests.proof.lists.connections import Json, NotThere, connections, document, is_root, page_in, row_of

SIZES = (1, 7, 100)
WAYS = ("first", "last")
MANY = (8, 2, 1)
"""How many lists of a kind one document asks for."""


@dataclass(frozen=True)
class Question:
    """One list: the connection, the id of what it belongs to (None: of nothing), what is asked of it, and the keys of
    everything it should hold; None where it should be null."""

    coordinate: str
    of: str | None
    filters: Mapping[str, Any]
    expected: frozenset[str] | None

    def __str__(self) -> str:
        asked = ", ".join(f"{name}: {value}" for name, value in self.filters.items())
        return f"{self.coordinate}({asked}) of {self.of}" if self.of else f"{self.coordinate}({asked})"


@dataclass
class Walk:
    """A list gone through in pages of one size, from one end to the other."""

    question: Question
    way: str
    size: int
    cursor: str | None = None
    keys: list[str] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    cursors: dict[str, str] = field(default_factory=dict)
    complaints: list[str] = field(default_factory=list)
    pages: int = 0
    ended: bool = False
    is_null: bool = False

    def variables(self) -> Json:
        beyond = {"first": "after", "last": "before"}[self.way]
        given = dict.fromkeys(connections()[self.question.coordinate]) | dict(self.question.filters)
        asked = {"first": None, "after": None, "last": None, "before": None, **given, self.way: self.size}
        return asked | {beyond: self.cursor} | ({} if is_root(self.question.coordinate) else {"id": self.question.of})

    def take(self, found: Json | None) -> None:
        """Go on by one page."""
        self.pages += 1
        try:
            page = page_in(self.question.coordinate, found)
        except NotThere:
            self.complaints.append("what it belongs to is not shown")
            self.ended = True
            return
        if page is None:
            self.is_null = self.ended = True
            if self.keys:
                self.complaints.append("null in the middle")
            return
        self.complaints += self._complaints_of(page)
        self._keep(page)
        near, far = ("hasNextPage", "endCursor") if self.way == "first" else ("hasPreviousPage", "startCursor")
        self.cursor = page["pageInfo"][far]
        self.ended = not page["pageInfo"][near] or self.cursor is None or bool(self.complaints)

    def _keep(self, page: Json) -> None:
        row = row_of(self.question.coordinate)
        keys = [row.key(node) for node in page["nodes"]]
        names = [row.name(node) for node in page["nodes"]] if row.name else []
        forwards = self.way == "first"
        self.keys = self.keys + keys if forwards else keys + self.keys
        self.names = self.names + names if forwards else names + self.names
        self.cursors |= dict(zip(keys, (edge["cursor"] for edge in page["edges"]), strict=True))

    def _complaints_of(self, page: Json) -> Iterator[str]:
        """What is wrong with one page, if the list is as long as it says."""
        info, edges = page["pageInfo"], page["edges"]
        cursors = [edge["cursor"] for edge in edges]
        before, total = len(self.keys), page["totalCount"]
        after = total - before - len(edges)
        right: Json = {
            "nodes": ([edge["node"] for edge in edges], page["nodes"]),
            "startCursor": (info["startCursor"], cursors[0] if cursors else None),
            "endCursor": (info["endCursor"], cursors[-1] if cursors else None),
            "length": (len(edges), min(self.size, total - before)),
            "hasNextPage": (info["hasNextPage"], (after if self.way == "first" else before) > 0),
            "hasPreviousPage": (info["hasPreviousPage"], (before if self.way == "first" else after) > 0),
        }
        if self.question.expected is not None:
            right["totalCount"] = (total, len(self.question.expected))
        yield from (f"{name} is {found}, not {wanted}" for name, (found, wanted) in right.items() if found != wanted)

    def verdict(self) -> Iterator[str]:
        """What is wrong with the whole of it."""
        yield from self.complaints
        expected = self.question.expected
        if self.is_null is not (expected is None):
            yield "null" if self.is_null else "not null"
        if self.complaints or self.is_null or expected is None:
            return
        counts = Counter(self.keys)
        if too_much := counts.keys() - expected:
            yield f"too much: {sorted(too_much)}"
        if too_little := expected - counts.keys():
            yield f"too little: {sorted(too_little)}"
        if twice := [key for key, count in counts.items() if count > 1]:
            yield f"more than once: {twice}"
        if self.names and self.names != sorted(self.names, key=str.casefold):
            yield f"not in order: {self.names}"


async def go_through(server: WorldServer, person: str, walks: Iterable[Walk]) -> None:
    """Take all the walks to their ends, side by side."""
    going = list(walks)
    while going:
        for coordinate, alike in _grouped(going).items():
            for some in _portions(alike):
                variables = {
                    f"{name}{n}": value for n, walk in enumerate(some) for name, value in walk.variables().items()
                }
                data = await server.ask(person, document(coordinate, len(some)), **variables)
                for n, walk in enumerate(some):
                    walk.take(data[f"a{n}"])
        going = [walk for walk in going if not walk.ended]


def _grouped(walks: list[Walk]) -> dict[str, list[Walk]]:
    found: dict[str, list[Walk]] = {}
    for walk in walks:
        found.setdefault(walk.question.coordinate, []).append(walk)
    return found


def _portions(walks: list[Walk]) -> Iterator[list[Walk]]:
    rest = walks
    while rest:
        count = next(each for each in MANY if each <= len(rest))
        yield rest[:count]
        rest = rest[count:]


def complaints(walks: list[Walk]) -> Iterator[str]:
    """What is wrong with the walks through one list: each by itself, and where one differs from the first."""
    first = walks[0]
    for walk in walks:
        about = f"{walk.way} {walk.size}"
        yield from (f"{about}: {each}" for each in walk.verdict())
        if walk.complaints or first.complaints:
            continue
        if walk.keys != first.keys:
            yield f"{about}: another order than {first.way} {first.size}: {walk.keys}, not {first.keys}"
        if walk.cursors != first.cursors:
            yield f"{about}: other cursors than {first.way} {first.size}"
