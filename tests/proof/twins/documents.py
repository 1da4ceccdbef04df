"""Queries drawn from the built schema: whatever it offers is asked for sooner or later, with holes for ids and texts.

A document of a number is always the same one, so that a run is repeated by its seed and a server parses each but once.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cache

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLUnionType,
    get_named_type,
    is_abstract_type,
    is_leaf_type,
    is_list_type,
    is_required_argument,
)
from graphql.type import GraphQLSchema, get_nullable_type

from app.api.schema import schema as app_schema

SCHEMA: GraphQLSchema = app_schema._schema

BLOCK, QUERIES, PAYLOADS = 200, 120, 2
"""As many seeds in a row draw from as many queries and, of each mutation, from as many selections of its payload.

Servers remember those; the next seeds have others.
"""
LEFT_OUT = {"ApprovalRule.satisfiable"}
"""What section 11 says that hidden things are in (declared.py)."""

_DEPTH, _FIELDS = 6, 45


@dataclass(frozen=True)
class Hole:
    """A variable: its name, its GraphQL type, and what it is for, as `Type.field.argument`."""

    name: str
    type: str
    place: str


@dataclass(frozen=True)
class Document:
    """A document; `asks` holds the `Type.field` of everything that it selects."""

    text: str
    holes: tuple[Hole, ...]
    asks: frozenset[str]


@cache
def query(number: int) -> Document:
    """The root fields take turns."""
    rng = random.Random(f"query {number}")
    root = SCHEMA.query_type
    assert root is not None
    names = list(root.fields)
    chosen = [names[number % len(names)], *rng.sample(names, rng.choice((0, 0, 1)))]
    writer = _Writer(rng)
    body = " ".join(f"r{n}: {writer.field(root, name, 1)}" for n, name in enumerate(chosen))
    return writer.document("query", body)


@cache
def mutation(name: str, variant: int) -> Document:
    """A mutation and a selection of its payload; its hole is the input."""
    writer = _Writer(random.Random(f"mutation {name} {variant}"))
    root = SCHEMA.mutation_type
    assert root is not None
    return writer.document("mutation", writer.field(root, name, 2))


def mutations() -> Sequence[str]:
    assert SCHEMA.mutation_type is not None
    return list(SCHEMA.mutation_type.fields)


def connections() -> set[str]:
    """Every field that is a connection."""
    objects = [t for t in SCHEMA.type_map.values() if isinstance(t, GraphQLObjectType)]
    return {
        f"{t.name}.{name}"
        for t in objects
        for name, f in t.fields.items()
        if get_named_type(f.type).name.endswith("Connection")
    }


@dataclass
class _Writer:
    rng: random.Random
    holes: list[Hole] = field(default_factory=list)
    asks: set[str] = field(default_factory=set)
    fragments: list[str] = field(default_factory=list)
    left: int = _FIELDS
    aliases: int = 0

    def document(self, operation: str, body: str) -> Document:
        variables = ", ".join(f"${hole.name}: {hole.type}" for hole in self.holes)
        head = f"{operation}({variables})" if variables else operation
        return Document(" ".join([f"{head} {{ {body} }}", *self.fragments]), tuple(self.holes), frozenset(self.asks))

    def field(self, parent: GraphQLNamedType, name: str, depth: int) -> str:
        definition: GraphQLField = parent.fields[name]  # type: ignore[attr-defined]
        self.left -= 1
        self.asks.add(f"{parent.name}.{name}")
        below = get_named_type(definition.type)
        arguments = [
            f"{key}: {value}"
            for key, argument in definition.args.items()
            if (value := self._argument(f"{parent.name}.{name}.{key}", key, argument)) is not None
        ]
        arguments = self._only_one(self._only_one(arguments, "first", "last"), "id", "slug", "path")
        shown = f"{name}({', '.join(arguments)})" if arguments else name
        return shown if is_leaf_type(below) else f"{shown} {self.selection(below, depth + 1)}"

    def selection(self, kind: GraphQLNamedType, depth: int) -> str:
        if is_abstract_type(kind):
            return self._abstract(kind, depth)
        assert isinstance(kind, GraphQLObjectType)
        if kind.name.endswith("Connection"):
            return self._connection(kind, depth)
        chosen = self._chosen(kind, depth)
        parts = [self._aliased(kind, name, depth) for name in chosen]
        text = "{ " + " ".join(parts) + " }"
        if self.rng.random() < 0.12:
            self.fragments.append(f"fragment F{len(self.fragments)} on {kind.name} {text}")
            return f"{{ ...F{len(self.fragments) - 1} }}"
        return text

    def _chosen(self, kind: GraphQLObjectType, depth: int) -> list[str]:
        found = ["__typename"] if self.rng.random() < 0.3 else []
        for name, definition in kind.fields.items():
            if f"{kind.name}.{name}" in LEFT_OUT:
                continue
            below = get_named_type(definition.type)
            often = 0.6 if is_leaf_type(below) else 0.0 if depth >= _DEPTH or self.left <= 0 else 0.35
            if self.rng.random() < often or (kind.name.endswith("Payload") and depth <= 3):
                found.append(name)
        return found or ["__typename"]

    def _aliased(self, kind: GraphQLObjectType, name: str, depth: int, *, always: bool = False) -> str:
        """A name of its own where one field may be asked for twice with other arguments, and now and then anyhow."""
        if name == "__typename":
            return name
        self.aliases += 1
        own = f"f{self.aliases}: " if always or kind.fields[name].args or self.rng.random() < 0.15 else ""
        return own + self.field(kind, name, depth)

    def _connection(self, kind: GraphQLObjectType, depth: int) -> str:
        self.asks.update(f"{kind.name}.{name}" for name in ("totalCount", "pageInfo"))
        node = get_named_type(kind.fields["nodes"].type)
        page = "pageInfo { hasNextPage hasPreviousPage startCursor endCursor }"
        if self.rng.random() < 0.5:
            return f"{{ totalCount {page} edges {{ cursor node {self.selection(node, depth + 1)} }} }}"
        return f"{{ nodes {self.selection(node, depth + 1)} totalCount {page} }}"

    def _abstract(self, kind: GraphQLNamedType, depth: int) -> str:
        assert isinstance(kind, GraphQLInterfaceType | GraphQLUnionType)
        self.asks.add(f"{kind.name}.__typename")
        possible = list(SCHEMA.get_possible_types(kind))
        few = possible if len(possible) < 4 else self.rng.sample(possible, 5 if depth < 4 else 2)
        parts = ["__typename"]
        for member in few if self.left > 0 else ():
            inner = [self._aliased(member, name, depth, always=True) for name in self._chosen(member, depth)]
            parts.append(f"... on {member.name} {{ {' '.join(inner)} }}")
        return "{ " + " ".join(parts) + " }"

    def _argument(self, place: str, name: str, argument: GraphQLArgument) -> str | None:
        rng, kind = self.rng, get_named_type(argument.type)
        often = 0.12 if name in ("after", "before") else 0.4
        if not is_required_argument(argument) and rng.random() > often and place not in _WANTED:
            return None
        if isinstance(kind, GraphQLEnumType):
            several = is_list_type(get_nullable_type(argument.type))
            values = rng.sample(list(kind.values), rng.randint(1, 4) if several else 1)
            return f"[{' '.join(values)}]" if several else values[0]
        if kind.name == "Int":
            return str(rng.choice((0, 1, 1, 2, 3, 7, 100)))
        if kind.name == "Boolean":
            return rng.choice(("true", "false"))
        hole = Hole(f"v{self.aliases}_{len(self.holes)}", str(argument.type), place)
        self.holes.append(hole)
        return f"${hole.name}"

    def _only_one(self, arguments: list[str], *names: str) -> list[str]:
        """Two of them at once are refused by the document alone; once in a while that is asked, too."""
        named = [one for one in arguments if one.split(":")[0] in names]
        if len(named) < 2 or self.rng.random() < 0.05:
            return arguments
        kept = self.rng.choice(named)
        unused = {one.partition("$")[2] for one in named if one != kept}
        self.holes = [hole for hole in self.holes if hole.name not in unused]
        return [one for one in arguments if one == kept or one not in named]


_WANTED = {"Query.organization.id", "Query.team.id", "Query.project.id"}
