"""How many objects and fields an operation may bring, from its document and variables alone.

A page counts as the nodes that were asked for, a list that is asked for by a list as that one's length. How many there
are doesn't matter: that may be hidden.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    IntValueNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    ValueNode,
    get_named_type,
    get_nullable_type,
    is_introspection_type,
    is_list_type,
    value_from_ast_untyped,
)

from app.api.pagination import DEFAULT_PAGE, MAX_PAGE
from app.errors import too_complex
from app.execution.fields import declared_weight

FIELDS_PER_OBJECT = 10
"""How many fields may be asked for, all in all, for each object that is allowed."""

UNPAGED = 2
"""What a list without pages counts as: those are short, but lists in lists in lists are not."""

INTROSPECTION_LIST = 8
"""The same for the lists of the schema's description, which are longer."""

Variables = Mapping[str, Any]


@dataclass(slots=True)
class Selection:
    """A selection set: how many fields, which of them are objects, and the fragments in it.

    `varies`: a variable may say how much it brings.
    """

    fields: int = 0
    varies: bool = False
    objects: list["Field"] = field(default_factory=list)
    fragments: list["Selection"] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Field:
    """A field that is an object or a list of some: `size` of them; None: as many as the page has that it is in.

    `listed` is the argument whose length is the size instead, `page` are those that say how large a page it is.
    """

    below: Selection
    size: int | None
    listed: ValueNode | None
    page: tuple[ValueNode, ...] | None

    @property
    def varies(self) -> bool:
        """Whether a variable may say how much it brings."""
        sizes = (*(self.page or ()), *(() if self.listed is None else (self.listed,)))
        return self.below.varies or not all(isinstance(node, IntValueNode) for node in sizes)


class Costs:
    """The costs of the operations of one valid document; each fragment is gone over once."""

    def __init__(self, schema: GraphQLSchema, fragments: Mapping[str, FragmentDefinitionNode]) -> None:
        self._schema = schema
        self._nodes = fragments
        self._fragments: dict[str, Selection] = {}

    def of(self, operation: OperationDefinitionNode) -> "Cost":
        """The cost of one of them."""
        root = self._schema.get_root_type(operation.operation)
        assert root is not None  # the document is valid
        defaults = {
            one.variable.name.value: value_from_ast_untyped(one.default_value)
            for one in operation.variable_definitions or ()
            if one.default_value
        }
        changes = operation.operation is OperationType.MUTATION
        return Cost(self._selection(operation.selection_set, root), defaults, changes=changes)

    def _selection(self, node: SelectionSetNode, parent: GraphQLNamedType) -> Selection:
        selection = Selection()
        for one in node.selections:
            if isinstance(one, FieldNode):
                definition = self._schema.get_field(parent, one.name.value)  # type: ignore[arg-type]  # it has fields
                assert definition is not None  # the document is valid
                selection.fields += declared_weight(definition)
                if one.selection_set is not None:
                    inner = self._field(one, one.selection_set, parent, definition)
                    selection.objects.append(inner)
                    selection.varies |= inner.varies
            elif isinstance(one, FragmentSpreadNode):
                selection.fragments.append(self._fragment(one.name.value))
            else:
                on = one.type_condition  # type: ignore[attr-defined]  # the third kind: an inline fragment
                inner_type = parent if on is None else self._schema.type_map[on.name.value]
                selection.fragments.append(self._selection(one.selection_set, inner_type))  # type: ignore[attr-defined]
        selection.varies |= any(each.varies for each in selection.fragments)
        return selection

    def _fragment(self, name: str) -> Selection:
        if name not in self._fragments:
            node = self._nodes[name]
            self._fragments[name] = self._selection(
                node.selection_set, self._schema.type_map[node.type_condition.name.value]
            )
        return self._fragments[name]

    def _field(
        self, node: FieldNode, selected: SelectionSetNode, parent: GraphQLNamedType, definition: GraphQLField
    ) -> Field:
        kind = get_named_type(definition.type)
        values = {one.name.value: one.value for one in node.arguments or ()}
        return Field(
            self._selection(selected, kind),
            _size(definition.type, parent),
            _listed(definition, values),
            tuple(values[name] for name in ("first", "last") if name in values) if _is_connection(kind) else None,
        )


class Cost:
    """What one operation may bring."""

    def __init__(self, root: Selection, defaults: Variables, *, changes: bool) -> None:
        self._root = root
        self._defaults = defaults
        self._changes = changes
        self._always = None if root.varies else _Sum({}).of(root, 0)

    def check(self, variables: Variables, most_objects: int) -> None:
        """Raise TOO_COMPLEX where it is more than `most_objects`, with these variables, or too many fields."""
        objects, fields = self._always or _Sum({**self._defaults, **variables}).of(self._root, 0)
        if self._changes:  # each field may go over all lists that were sent
            objects += self._root.fields * _listed_in(variables)
        if objects > most_objects:
            raise too_complex(
                f"the operation asks for {objects} objects, at most {most_objects} are allowed: ask for smaller pages"
            )
        if fields > most_objects * FIELDS_PER_OBJECT:
            raise too_complex(
                f"the operation asks for as much as {fields} fields, at most {most_objects * FIELDS_PER_OBJECT} are "
                "allowed: ask for smaller pages, and less often for what has to be worked out"
            )


class _Sum:
    """Adds up objects and fields with one set of variables, each fragment once for each page it is in."""

    def __init__(self, variables: dict[str, Any]) -> None:
        self._variables = variables
        self._known: dict[tuple[int, int], tuple[int, int]] = {}

    def of(self, selection: Selection, page: int) -> tuple[int, int]:
        """The objects and fields of a selection that stands in a page of this size."""
        objects, fields = 0, selection.fields
        for one in selection.objects:
            inner_objects, inner_fields = self.of(one.below, self._page(one))
            size = self._size(one, page)
            objects += size * (1 + inner_objects)
            fields += size * inner_fields
        for fragment in selection.fragments:
            key = id(fragment), page
            if key not in self._known:
                self._known[key] = self.of(fragment, page)
            objects += self._known[key][0]
            fields += self._known[key][1]
        return objects, fields

    def _size(self, one: Field, page: int) -> int:
        if one.listed is not None:
            value = value_from_ast_untyped(one.listed, self._variables)
            return len(value) if isinstance(value, list) else 1
        return page if one.size is None else one.size

    def _page(self, one: Field) -> int:
        for node in one.page or ():
            value = value_from_ast_untyped(node, self._variables)
            if isinstance(value, int | float):  # 10.0 is an Int in JSON
                return int(min(max(value, 0), MAX_PAGE))  # what is beyond is refused later, for what it is
        return DEFAULT_PAGE


def _size(kind: GraphQLOutputType, parent: GraphQLNamedType) -> int | None:
    if not is_list_type(get_nullable_type(kind)):
        return 1
    if _is_connection(parent):
        return None
    return INTROSPECTION_LIST if is_introspection_type(parent) else UNPAGED


def _listed(definition: GraphQLField, values: Mapping[str, ValueNode]) -> ValueNode | None:
    """The argument that is a list, where there is one for a field that is a list."""
    if not is_list_type(get_nullable_type(definition.type)):
        return None
    lists = (
        values[name]
        for name, one in definition.args.items()
        if name in values and is_list_type(get_nullable_type(one.type))
    )
    return next(lists, None)


def _listed_in(variables: Variables) -> int:
    """How many items there are in the lists of some inputs."""
    inputs = (value for value in variables.values() if isinstance(value, dict))
    return sum(len(value) for each in inputs for value in each.values() if isinstance(value, list))


def _is_connection(kind: GraphQLNamedType) -> bool:
    return isinstance(kind, GraphQLObjectType) and "pageInfo" in kind.fields
