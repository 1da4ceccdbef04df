"""What fields weigh: how many values they are worth, of which so many are had before others have their turn.

A value that is an attribute counts one, about a µs at most. What takes long says so: `metadata={"weight": ...}`.
"""

from collections.abc import Callable, Sequence
from typing import Final

from graphql import (
    GraphQLError,
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_list_type,
    is_object_type,
)
from graphql.execution.collect_fields import CollectedFields

from app.execution.fields import COSTLY, declared_weight, strawberry_field
from app.execution.leaves import is_converted
from app.execution.run import ERROR, FUNCTION
from app.execution.writing import Details, Written

LISTED: Final = 2
"""How many objects a list in a list is expected to have."""

Key = tuple[str, tuple[int, ...]]


def key_of(kind: GraphQLNamedType, details: Details) -> Key:
    """What the selection of a type at some nodes is remembered by, in one operation."""
    return kind.name, tuple(id(one.node) for one in details)


class Weights:
    """How much objects bring, what is below them included, by the fields that an operation selects of them."""

    def __init__(
        self, schema: GraphQLSchema, subfields: Callable[[GraphQLObjectType, Details], CollectedFields]
    ) -> None:
        self._schema = schema
        self._subfields = subfields
        self._known: dict[Key, int] = {}

    def of(self, kind: GraphQLNamedType, details: Details) -> int:
        """The weight of an object of a type, or of one that implements it, about."""
        key = key_of(kind, details)
        if key not in self._known:
            kinds = self._schema.get_possible_types(kind) if is_abstract_type(kind) else (kind,)
            self._known[key] = max((self._of_object(one, details) for one in kinds if is_object_type(one)), default=1)
        return self._known[key]

    def _of_object(self, kind: GraphQLObjectType, details: Details) -> int:
        try:
            fields = self._subfields(kind, details).grouped_field_set.values()
        except GraphQLError:  # each of these is an error
            return ERROR
        return 1 + sum(self._of_field(kind, below) for below in fields)

    def _of_field(self, kind: GraphQLObjectType, details: Details) -> int:
        field = self._schema.get_field(kind, details[0].node.name.value)
        if field is None:
            return 0
        below = get_named_type(field.type)
        inner = self.of(below, details) if details[0].node.selection_set is not None else 0
        return own_weight(field) + inner * (LISTED if is_list_type(get_nullable_type(field.type)) else 1)


def own_weight(definition: GraphQLField) -> int:
    """What a field adds to an object that has it; nothing, where each call counts for itself."""
    declared = declared_weight(definition)
    if declared >= COSTLY:
        return 0
    field = strawberry_field(definition)
    is_had = field is None or field.is_basic_field
    return max(declared, 1 if is_had and not is_converted(get_named_type(definition.type)) else FUNCTION)


def total(fields: Sequence[Written]) -> int:
    """What some fields add to each object that has them."""
    return sum(own_weight(one.context.definition) for one in fields)
