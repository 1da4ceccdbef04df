"""How big a GraphQL document may be, seen without the schema: before validation, which is itself to be guarded.

All that counts is the document; nothing here or in `cost` ever depends on what there is, as that may be hidden.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from graphql import DocumentNode, FieldNode, FragmentDefinitionNode, FragmentSpreadNode, OperationDefinitionNode
from graphql.language import InlineFragmentNode, SelectionSetNode

from app.errors import too_complex

MAX_CHARACTERS = 100_000
"""Of a document's text. What is long belongs into variables."""

MAX_ROOT_FIELDS = 100

MAX_FIELDS = 10_000
"""Fields with each fragment written out wherever it is spread. Fragments that double at each level end here."""

MAX_REPEATS = 2_000
"""Pairs of fields that share one place in the answer: validation compares them one by one, at 18 µs each."""

MAX_INTROSPECTION_DEPTH = 100
"""The schema is the same for all and its lists have a limit of their own, so only the recursion needs one."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What an operator may set: words and signs of a document, levels of selections, objects (see `cost`)."""

    tokens: int
    depth: int
    objects: int


def check_size(document: DocumentNode, limits: Limits) -> None:
    """Raise TOO_COMPLEX for a document that is too deep or too wide. Cycles of fragments are left to validation."""
    fragments = {one.name.value: one for one in document.definitions if isinstance(one, FragmentDefinitionNode)}
    walk = _Walk(limits, fragments)
    for definition in document.definitions:
        if isinstance(definition, OperationDefinitionNode):
            walk.enter_root(definition.selection_set)
    for name, fragment in fragments.items():
        if name not in walk.spread:  # an error, but validation looks into it all the same
            walk.enter([_Selected(fragment.selection_set, frozenset({name}))], 1, limits.depth)


@dataclass(frozen=True, slots=True)
class _Selected:
    """A selection set, and the fragments that it stands in."""

    node: SelectionSetNode
    inside: frozenset[str]


class _Walk:
    """Goes over a document as execution would: what is to be in one place of the answer is taken together."""

    def __init__(self, limits: Limits, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self.spread: set[str] = set()
        self._limits = limits
        self._fragments = fragments
        self._fields = 0
        self._repeats = 0

    def enter_root(self, node: SelectionSetNode) -> None:
        width = self.enter([_Selected(node, frozenset())], 1, self._limits.depth)
        if width > MAX_ROOT_FIELDS:
            raise too_complex(f"the operation has {width} fields at its root, at most {MAX_ROOT_FIELDS} are allowed")

    def enter(self, sets: Sequence[_Selected], depth: int, most: int) -> int:
        """Walk the selection sets of one place, all levels down. Returns how many fields the place has."""
        if depth > most:
            raise too_complex(f"the document nests deeper than the {most} levels that are allowed")
        places = self._collect(sets)
        for fields in places.values():
            self._count(len(fields))
            below = [_Selected(node.selection_set, inside) for node, inside in fields if node.selection_set]
            if below:
                introspects = fields[0][0].name.value in ("__schema", "__type")
                self.enter(below, depth + 1, MAX_INTROSPECTION_DEPTH if introspects else most)
        return len(places)

    def _collect(self, sets: Sequence[_Selected]) -> dict[str, list[tuple[FieldNode, frozenset[str]]]]:
        places: dict[str, list[tuple[FieldNode, frozenset[str]]]] = {}
        seen: set[str] = set()
        left = list(sets)
        while left:
            selected = left.pop()
            for node in selected.node.selections:
                if isinstance(node, FieldNode):
                    name = (node.alias or node.name).value
                    places.setdefault(name, []).append((node, selected.inside))
                elif isinstance(node, InlineFragmentNode):
                    left.append(_Selected(node.selection_set, selected.inside))
                elif isinstance(node, FragmentSpreadNode):
                    left += self._spread(node.name.value, selected.inside, seen)
        return places

    def _spread(self, name: str, inside: frozenset[str], seen: set[str]) -> list[_Selected]:
        self.spread.add(name)
        fragment = self._fragments.get(name)
        if fragment is None or name in seen or name in inside:
            return []
        seen.add(name)
        return [_Selected(fragment.selection_set, inside | {name})]

    def _count(self, fields: int) -> None:
        self._fields += fields
        self._repeats += fields * (fields - 1) // 2
        if self._fields > MAX_FIELDS:
            raise too_complex(
                f"the document has more than {MAX_FIELDS} fields, counting fragments wherever they are spread"
            )
        if self._repeats > MAX_REPEATS:
            raise too_complex("the document asks for the same fields too many times: ask once, or give them aliases")
