"""Compiling selection sets: one Python function for each object type and set of fields."""

from collections.abc import Callable, Sequence
from itertools import count
from typing import Any

from graphql import (
    FieldNode,
    GraphQLField,
    GraphQLNamedType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLSchema,
    get_named_type,
)
from graphql.execution.collect_fields import CollectedFields, FieldDetails
from graphql.type import is_leaf_type, is_list_type

from app.execution.arguments import Binder
from app.execution.completion import FieldContext, Selection, completion
from app.execution.fields import Attribute, Function, Stock, access
from app.execution.leaves import quickly
from app.execution.run import PENDING, Info, located

Details = Sequence[FieldDetails]


class Compiler:
    """Compiles the selections of one operation, with one choice of what is skipped and included.

    `subfields` collects the fields of a selection set, as graphql-core does.
    """

    def __init__(
        self, schema: GraphQLSchema, binder: Binder, subfields: Callable[[GraphQLObjectType, Details], CollectedFields]
    ) -> None:
        self._schema = schema
        self._binder = binder
        self._subfields = subfields
        self._names: dict[str, Any] = {"located": located, "PENDING": PENDING}
        self._made: dict[tuple[str, tuple[int, ...]], Selection] = {}
        self._numbers = count()

    def selection(self, kind: GraphQLObjectType, details: Details) -> Selection:
        """The selection of a field (its nodes), for values of this type."""
        key = kind.name, tuple(id(one.node) for one in details)
        if key not in self._made:
            self._made[key] = self.compile(kind, self._subfields(kind, details).grouped_field_set)
        return self._made[key]

    def compile(self, kind: GraphQLObjectType, fields: dict[str, list[FieldDetails]]) -> Selection:
        """One function from an object of this type to its dict: `(object, place, run)`."""
        number = next(self._numbers)
        text = [f"def select_{number}(o, place, run):", "    d = {}"]
        if any(details[0].node.name.value != "__typename" for details in fields.values()):
            text.append("    info = run.info; arguments = run.arguments")
        for key, details in fields.items():
            text += self._field(kind, key, details)
        text.append("    return d")
        exec("\n".join(text), self._names)  # noqa: S102 - our own text, every name in it quoted by repr
        made: Selection = self._names[f"select_{number}"]
        return made

    def _field(self, parent: GraphQLObjectType, key: str, details: Details) -> list[str]:
        name = details[0].node.name.value
        if name == "__typename":
            return [f"    d[{key!r}] = {parent.name!r}"]
        definition = self._schema.get_field(parent, name)
        if definition is None:
            return []
        nodes = [one.node for one in details]
        is_nullable = not isinstance(definition.type, GraphQLNonNull)
        number = next(self._numbers)
        self._names[f"nodes_{number}"] = nodes
        field = FieldContext(parent, name, definition, nodes)
        place = f"(place, {key!r}, d, {is_nullable})"
        text = ["    try:"]
        text += [f"        {line}" for line in self._value(field, details, number, place)]
        text += [f"        {line}" for line in self._completion(field, details, number, place)]
        text.append("    except Exception as e:")
        if is_nullable:
            text += [f"        run.collect(e, nodes_{number}, {place})", "        v = None"]
        else:
            text.append(f"        raise located(e, nodes_{number}, {place}) from e")
        text.append(f"    d[{key!r}] = v")
        return text

    def _value(self, field: FieldContext, details: Details, number: int, place: str) -> list[str]:
        """Text that puts into `v` what the field's resolver gives."""
        how = access(field.definition)
        if isinstance(how, Attribute):
            return [f"v = o.{how.name}"]
        text, arguments = self._arguments(field.definition, field.nodes[0], number)
        if isinstance(how, Stock):
            self._names[f"call_{number}"] = how.resolve
            self._names[f"field_{number}"] = field
            field_info = (
                f"run.resolve_info(field_{number}.definition, nodes_{number}, field_{number}.parent_type, {place})"
            )
            call = f"call_{number}" if how.resolve is not None else "run.executor.field_resolver"
            return [*text, f"v = {call}(o, {field_info}{arguments})"]
        return text + self._call(how, field, details, number, arguments, place)

    def _call(
        self, how: Function, field: FieldContext, details: Details, number: int, arguments: str, place: str
    ) -> list[str]:
        names = self._names
        if how.batched is not None:
            names[f"batched_{number}"] = how.batched
            text = [f"v = run.batch({number}, batched_{number}, complete_{number}, nodes_{number}, o, {place})"]
        else:
            names[f"call_{number}"] = how.call
            text = [f"v = call_{number}(o, info{arguments})"]
        if how.looks_ahead:
            names["Info"], names[f"selected_{number}"] = (
                Info,
                self._selected(get_named_type(field.definition.type), details),
            )
            text = [f"v = call_{number}(o, Info(run.context, selected_{number}){arguments})"]
        for index, guard in reversed(list(enumerate(how.guards))):
            names[f"may_{number}_{index}"], names[f"refuse_{number}_{index}"] = guard.has_permission, guard.refuse
            text = [
                f"p = may_{number}_{index}(o, info{arguments})",
                f"if p is not True: v = refuse_{number}_{index}(p)",
                "else:",
                *(f"    {line}" for line in text),
            ]
        return text

    def _selected(self, kind: GraphQLNamedType, details: Details) -> frozenset[str] | None:
        """The names of the fields that are asked of values of one object type."""
        if not isinstance(kind, GraphQLObjectType):
            return None
        fields = self._subfields(kind, details).grouped_field_set.values()
        return frozenset(each[0].node.name.value for each in fields)

    def _arguments(self, definition: GraphQLField, node: FieldNode, number: int) -> tuple[list[str], str]:
        if not definition.args:
            return [], ""
        self._names[f"bind_{number}"] = self._binder.binding(definition, node)
        text = [
            f"a = arguments.get({number})",
            f"if a is None: a = arguments[{number}] = bind_{number}(run)",
        ]
        return text, ", **a"

    def _completion(self, field: FieldContext, details: Details, number: int, place: str) -> list[str]:
        """Text that makes of `v` what the answer has."""
        kind = field.definition.type
        complete, known = completion(kind, field, lambda runtime_type: self.selection(runtime_type, details))
        self._names[f"complete_{number}"] = complete
        # What is waited for is completed when it is there.
        in_full = f"v = v if v is PENDING else complete_{number}(v, {place}, run)"
        nullable = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
        if is_list_type(nullable):
            return [in_full]
        if not is_leaf_type(nullable):
            self._names[f"known_{number}"] = known
            return [
                f"select = known_{number}.get(v.__class__)",
                f"if select is None: {in_full}",
                f"else: v = select(v, {place}, run)",
            ]
        quick = quickly(get_named_type(kind), self._names, number)
        if quick is None:
            return [in_full]
        test, text = quick
        if text is not None:
            # what a scalar or an enum makes null of is left to graphql-core's words
            return [
                f"if {test}:",
                f"    w = {text}",
                f"    if w is None: {in_full}",
                "    else: v = w",
                f"else: {in_full}",
            ]
        if nullable is kind:
            test = f"v is None or {test}"
        return [f"if not ({test}): {in_full}"]
