"""A schema written with strawberry, as ours is: attributes, resolvers of all kinds, types told by class.

What it is asked of are trees of values, most of them good: what is wrong or null stands among what isn't, so that lists
that are made at once (app/execution/flat.py) have to be made again one by one.
"""

import random
from collections.abc import Callable, Sequence
from enum import Enum
from typing import Annotated, Any, NewType, Union

import strawberry
from graphql import GraphQLObjectType, get_named_type, is_abstract_type, is_leaf_type
from strawberry.permission import BasePermission
from strawberry.schema.config import StrawberryConfig

from app.execution.completion import by_class
from app.execution.fields import for_all, looks_ahead, selected

Odd = NewType("Odd", int)


def _odd(value: Any) -> Any:
    return value if value % 2 else None


class Value:
    """What stands behind a part or an owner."""

    def __init__(self, **values: Any) -> None:
        self.__dict__ |= values


class PartValue(Value):
    """Of a Part."""


class SmallPartValue(PartValue):
    """Of one too."""


class Impostor(Value):
    """Of no type, though it has all that a part has."""


class OwnerValue(Value):
    """Of an Owner."""


class Shade(Enum):
    """How dark."""

    LIGHT = "light"
    DARK = "dark"


strawberry.enum(Shade)


def _shows(kind: type[Any]) -> Any:
    return staticmethod(by_class(lambda value, _info: isinstance(value, kind)))


class MayTell(BasePermission):
    """Lets everybody see what isn't a secret; fails loudly or says no."""

    error_class = PermissionError
    message = "it is a secret"

    def has_permission(self, source: Any, info: Any, **kwargs: Any) -> bool:
        if source.secret == "fails":
            raise ValueError("nobody knows")
        return source.secret != "kept"

    def on_unauthorized(self) -> None:
        """It is null."""


class Batch:
    """How weights are had for many parts at once."""

    key: Callable[[Any], Any] = staticmethod(lambda part: part.weight)
    then: Callable[[Any, Any, Any], Any] = staticmethod(lambda _part, _info, loaded: _doubled(loaded))

    async def load(self, _context: Any, keys: Sequence[Any]) -> Sequence[Any]:
        return [KeyError("no weight") if key == "lost" else key for key in keys]


def _doubled(weight: Any) -> Any:
    return weight if weight is None or isinstance(weight, str) else weight * 2


async def _weight_or_raise(parent: strawberry.Parent[Any], info: strawberry.Info) -> Any:
    (loaded,) = await Batch().load(info.context, [Batch.key(parent)])
    if isinstance(loaded, Exception):
        raise loaded
    return Batch.then(parent, info, loaded)


_weight_or_raise.batched = Batch()  # type: ignore[attr-defined]


def _labels(parents: Sequence[Any], info: Any, *, short: bool = False) -> list[Any]:
    return [_label(parent, short=short) for parent in parents]


def _label(parent: Any, *, short: bool) -> Any:
    if parent.label == "raises":
        raise ValueError("no label")
    return parent.label[:1] if short else parent.label


def _siblings(parents: Sequence[Any], info: Any) -> list[Any]:
    return [parent.sibling for parent in parents]


_OfPart: Any = Annotated[Union["Part", "Owner"], strawberry.union("Either")]


@strawberry.interface
class Named:
    name: str

    @classmethod
    @by_class
    def resolve_type(cls, value: Any, *_: Any) -> str | None:
        return {PartValue: "Part", SmallPartValue: "Part", OwnerValue: "Owner"}.get(type(value))


@strawberry.type
class Owner(Named):
    size: int | None
    parts: list["Part"]
    is_type_of = _shows(OwnerValue)


@strawberry.type
class Bare:
    """Of anything that has these."""

    name: str
    size: int | None


@strawberry.type
class Part(Named):
    size: int
    ratio: float | None
    shade: Shade | None
    sure: bool
    tags: list[str]
    odd: Odd | None
    owner: Owner | None
    maker: Owner
    parts: list["Part"]
    spare: list["Part | None"] | None
    either: _OfPart | None
    named: Named | None
    bare: list[Bare] | None
    is_type_of = _shows(PartValue)

    @strawberry.field(graphql_type=str | None)
    @for_all(_labels)
    def label(self: Any, info: strawberry.Info, short: bool = False) -> Any:
        return _label(self, short=short)

    @strawberry.field(graphql_type="Part | None")
    @for_all(_siblings)
    def sibling(self: Any, info: strawberry.Info) -> Any:
        return self.sibling

    @strawberry.field(graphql_type=str | None, permission_classes=[MayTell], metadata={"weight": 30})
    def secret(self: Any) -> Any:
        return self.secret

    @strawberry.field(graphql_type=str, metadata={"weight": 300})
    async def later(self: Any, info: strawberry.Info, times: int = 1) -> Any:
        return None if self.size is None else self.label * times

    @strawberry.field(graphql_type=list[str], metadata={"weight": 50})
    @looks_ahead
    def ahead(self: Any, info: strawberry.Info) -> Any:
        return ["looked"] if selected(info) else []

    weight: int | None = strawberry.field(resolver=_weight_or_raise, graphql_type=int | None)


@strawberry.type
class Query:
    @strawberry.field(graphql_type=list[Part])
    def parts(self, info: strawberry.Info) -> Any:
        return info.context.parts

    @strawberry.field(graphql_type=Part | None)
    def part(self, info: strawberry.Info, number: int = 0) -> Any:
        return info.context.parts[number]


class Tree:
    """What the context is: some parts, the same for the same seed."""

    def __init__(self, seed: int) -> None:
        self._drawn = random.Random(seed)
        self._wrong = self._drawn.choice((0.0, 0.002, 0.01, 0.05))
        self._few: list[Any] = []
        self._few = [self._part(PartValue, 3) for _ in range(4)]
        self.parts = self._parts(0)

    def _parts(self, depth: int) -> Any:
        drawn = self._drawn
        kind = drawn.choice((PartValue, PartValue, SmallPartValue))
        most = (9, 4, 2, 0)[depth]
        found = [self._part(kind, depth) for _ in range(drawn.randint(0, most) if depth else most)]
        if found and drawn.random() < 2 * self._wrong:
            found[drawn.randrange(len(found))] = drawn.choice(
                (None, ValueError("no part"), self._owner(3), self._part(Impostor, 3), self._part(Impostor, 3))
            )
        return drawn.choice((found, found, tuple(found)))

    def _part(self, kind: type[Value], depth: int) -> Any:
        one, drawn = self._one, self._drawn
        below = depth < 3 and drawn.random() < 0.6
        return (SmallPartValue if kind is PartValue and drawn.random() < self._wrong else kind)(
            name=one("a", "b", wrong=(None, 7, [])),
            size=one(1, 2, wrong=(None, 2**31, "x", True, 3.0, KeyError("no size"))),
            ratio=one(1.5, None, 0.0, wrong=(float("nan"), float("inf"), 2, "x")),
            shade=one(Shade.LIGHT, Shade.DARK, None, wrong=("dark", 5)),
            sure=one(True, False, wrong=(1, "yes", None)),
            tags=one([], ["x", "y"], ("z",), wrong=(None, "text", [None], [1])),
            odd=one(1, 3, None, wrong=(2, "x")),
            owner=self._owner(depth) if drawn.random() < 0.7 else one(None, wrong=(Value(),)),
            maker=one(self._owner(3), wrong=(None, ValueError("no maker"))),
            parts=self._parts(depth + 1) if below else one([], (), wrong=(None, 5)),
            spare=one(None, [self._plain(), None], [self._plain()], wrong=([Value()],)),
            either=one(None, self._plain(), self._owner(3), wrong=(Value(),)),
            named=one(None, self._plain(), self._owner(3), wrong=(Value(),)),
            bare=one(None, [self._plain(), self._plain()], wrong=([self._plain(), self._owner(3)], [Value()])),
            label=one("label", "tag", wrong=("raises", None, 5)),
            sibling=one(None, self._plain(), wrong=(Value(), ValueError("no sibling"))),
            secret=one("told", "kept", wrong=("fails",)),
            weight=one(1, 2, None, wrong=("lost", "x", 2**31)),
        )

    def _plain(self) -> Any:
        if self._drawn.random() < self._wrong / 2:
            return self._drawn.choice((Value(), self._part(Impostor, 3)))
        return self._drawn.choice(self._few) if self._few else None

    def _owner(self, depth: int) -> Any:
        parts = self._parts(depth + 1) if depth < 2 and self._drawn.random() < 0.5 else []
        return OwnerValue(name=self._one("o", wrong=(None,)), size=self._one(1, None, wrong=("x",)), parts=parts)

    def _one(self, *good: Any, wrong: tuple[Any, ...]) -> Any:
        return self._drawn.choice(wrong if self._drawn.random() < self._wrong else good)


written = strawberry.Schema(
    query=Query,
    types=[Part, Owner],
    config=StrawberryConfig(scalar_map={Odd: strawberry.scalar(name="Odd", serialize=_odd, parse_value=_odd)}),
)
SCHEMA = written._schema


class Writer:
    """Writes the document of a seed: a query, nothing of it skipped or spread."""

    def __init__(self, seed: int) -> None:
        self._drawn = random.Random(seed)
        self._flat = self._drawn.random() < 0.5

    def document(self) -> str:
        root = SCHEMA.query_type
        assert root is not None
        body = self._selection(root, 0)
        kinds = {"short": "Boolean!", "times": "Int"}
        declared = ", ".join(f"${name}: {kind}" for name, kind in kinds.items() if f"${name}" in body)
        return f"query Q{f'({declared})' if declared else ''} {body}"

    def _selection(self, kind: GraphQLObjectType, depth: int) -> str:
        drawn = self._drawn
        parts = ["__typename"] if drawn.random() < 0.3 else []
        names = [name for name in kind.fields if not self._flat or depth == 0 or name in _FLAT]
        for name in drawn.sample(names, drawn.randint(1, min(4 if self._flat else 8, len(names)))):
            below = get_named_type(kind.fields[name].type)
            if is_leaf_type(below):
                parts.append(drawn.choice(_ASKED.get(name, (name,))))
            elif depth < 3:
                parts.append(f"{name} {self._below(below, depth + 1)}")
        return "{ " + " ".join(parts or ["__typename"]) + " }"

    def _below(self, kind: Any, depth: int) -> str:
        if not is_abstract_type(kind):
            return self._selection(kind, depth)
        # Each member has keys of its own, below a field that both have under one.
        members = [f"... on {one} {{ {one.lower()}Name: name }}" for one in ("Part", "Owner")]
        return "{ __typename " + " ".join(members) + " }"


_FLAT = {"name", "size", "shade", "sure", "label", "sibling", "owner", "maker", "parts", "spare", "bare"}
"""What is made for whole lists at once; half of all documents ask for nothing else."""
_ASKED = {
    "label": ("label", "label(short: true)", "label(short: $short)"),
    "later": ("later", "later(times: 2)", "later(times: $times)"),
}
