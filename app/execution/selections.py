"""Compiling selection sets: one Python function for objects of a type, and one for lists of them."""

from collections.abc import Callable, Sequence
from typing import Any

from graphql import GraphQLObjectType, GraphQLSchema
from graphql.execution.collect_fields import CollectedFields, FieldDetails

from app.execution.arguments import Binder
from app.execution.completion import ListSelection, Selection, Selections
from app.execution.flat import Flat, Flattener
from app.execution.writing import Details, Text, Writer, Written, indented

Fields = dict[str, list[FieldDetails]]

_BEGINNING = "info = run.info; arguments = run.arguments"


class Compiler:
    """Compiles the selections of one operation, with one choice of what is skipped and included.

    `subfields` collects the fields of a selection set, as graphql-core does.
    """

    def __init__(
        self, schema: GraphQLSchema, binder: Binder, subfields: Callable[[GraphQLObjectType, Details], CollectedFields]
    ) -> None:
        self._schema = schema
        self._subfields = subfields
        self._writer = Writer(binder, subfields, self._selections)
        self._flattener = Flattener(self._writer, self._flat_below)
        self._made: dict[tuple[str, tuple[int, ...]], Selection] = {}
        self._written: dict[Selection, list[Written]] = {}
        self._flats: dict[Selection, Flat | None] = {}

    def compile(self, kind: GraphQLObjectType, fields: Fields, *, is_root: bool = False) -> Selection:
        """One function from an object of this type to its dict: `(object, place, run)`."""
        written = [
            self._writer.written(kind, key, definition, details)
            for key, details in fields.items()
            for definition in [self._schema.get_field(kind, details[0].node.name.value)]
            if definition is not None
        ]
        # Alone, whoever begins a coroutine is also who goes on with it.
        had = (
            self._writer.field(written[0], begins=True) if is_root and len(written) == 1 else self._one_by_one(written)
        )
        text = [_BEGINNING, "d = {}", *had, "return d"]
        made: Selection = self._function("o, place, run", text)
        self._written[made] = written
        return made

    def _selections(self, details: Details) -> Selections:
        """The selections of a field (its nodes)."""
        return Selections(lambda kind: self._selection(kind, details), self._list)

    def _selection(self, kind: GraphQLObjectType, details: Details) -> Selection:
        key = kind.name, tuple(id(one.node) for one in details)
        if key not in self._made:
            self._made[key] = self.compile(kind, self._subfields(kind, details).grouped_field_set)
        return self._made[key]

    def _list(self, select: Selection) -> ListSelection:
        """What a selection makes of each of a list: the flat fields of all of them first, then one by one the rest."""
        written = self._written[select]
        rest = [one for one in written if not self._flattener.is_flat(one)]
        self._writer.names["flat"] = self._function("items, run", self._flattener.text(written))
        text = [
            "try: made = flat(items, run)",
            "except Exception: return None",
        ]
        if rest:
            text += [
                "if made is None: return None",
                _BEGINNING,
                "for index, (o, d) in enumerate(zip(items, made)):",
                "    place = (above, index, made, is_nullable)",
                "    try:",
                *indented(indented(self._one_by_one(rest))),
                "    except Exception as e:",
                "        fail(e, place, run)",
                "        made[index] = None",
            ]
        made: ListSelection = self._function("items, above, is_nullable, fail, run, flat=flat", [*text, "return made"])
        return made

    def _flat_below(self, one: Written, kind: GraphQLObjectType) -> Flat | None:
        """The function that makes objects below a field, if all of their fields are flat."""
        select = self._selection(kind, one.details)
        if select not in self._flats:
            fields = self._written[select]
            is_flat = all(map(self._flattener.is_flat, fields))
            self._flats[select] = self._function("items, run", self._flattener.text(fields)) if is_flat else None
        return self._flats[select]

    def _one_by_one(self, fields: Sequence[Written]) -> Text:
        return [line for one in fields for line in self._writer.field(one)]

    def _function(self, parameters: str, text: Text) -> Any:
        names = self._writer.names
        exec("\n".join([f"def made({parameters}):", *indented(text)]), names)  # noqa: S102 - our own text, names quoted
        return names.pop("made")
