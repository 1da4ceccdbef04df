"""Compiling selection sets: one Python function for objects of a type, and one for lists of them."""

from collections.abc import Callable, Sequence
from typing import Any, Final

from graphql import GraphQLError, GraphQLObjectType, GraphQLSchema
from graphql.execution.collect_fields import CollectedFields, FieldDetails

from app.execution.arguments import Binder
from app.execution.completion import ListSelection, Selection, Selections
from app.execution.fields import Accesses
from app.execution.flat import Flat, Flattener
from app.execution.weights import Key, Weights, key_of, total
from app.execution.writing import Details, Text, Writer, Written, indented

Fields = dict[str, list[FieldDetails]]

_BEGINNING = "info = run.info; arguments = run.arguments"

FIELDS_AT_A_TIME: Final = 50
"""How many fields one function has at most: while Python compiles one, no other thread runs."""


class Compiler:
    """Compiles the selections of one operation, with one choice of what is skipped and included.

    `subfields` collects the fields of a selection set, as graphql-core does.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        accesses: Accesses,
        binder: Binder,
        subfields: Callable[[GraphQLObjectType, Details], CollectedFields],
    ) -> None:
        self._schema = schema
        self._subfields = subfields
        self._writer = Writer(accesses, binder, subfields, self._selections)
        self._weights = Weights(schema, subfields)
        self._flattener = Flattener(self._writer, self._flat_below, self._weights.of)
        self._made: dict[Key, Selection] = {}
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
        text = [_BEGINNING, f"run.left -= {total(written)}", "d = {}", *had, "return d"]
        made: Selection = self._function("o, place, run", text)
        self._written[made] = written
        return made

    def close(self) -> None:
        """Let go of all that was compiled; nothing of it can be called any more."""
        self._writer.names.clear()
        self._made.clear()
        self._written.clear()
        self._flats.clear()
        del self._writer, self._flattener

    def _selections(self, details: Details) -> Selections:
        """The selections of a field (its nodes)."""
        return Selections(
            lambda kind: self._selection(kind, details), self._list, lambda kind: self._weights.of(kind, details)
        )

    def _selection(self, kind: GraphQLObjectType, details: Details) -> Selection:
        key = key_of(kind, details)
        if key not in self._made:
            try:
                fields = self._subfields(kind, details).grouped_field_set
            except GraphQLError as error:  # what skips or includes is null
                self._made[key] = _failing(error)
            else:
                self._made[key] = self.compile(kind, fields)
        return self._made[key]

    def _list(self, select: Selection) -> ListSelection:
        """What a selection makes of each of a list: the flat fields of all of them first, then one by one the rest."""
        written = self._written.get(select)
        if written is None:
            return _one_by_one
        flat = [one for one in written if self._flattener.is_flat(one)][:FIELDS_AT_A_TIME]
        rest = [one for one in written if all(one is not other for other in flat)]
        name = f"flat_{next(self._writer.numbers)}"
        self._writer.names[name] = self._function("items, run", self._flattener.text(flat, written))
        text = [
            f"try: made = {name}(items, run)",
            "except Exception: return False",
            "if made is None: return False",
            "start = len(completed)",
            "completed += made",
        ]
        if rest:
            text += [
                _BEGINNING,
                f"run.left -= len(made) * {total(rest)}",
                "for index, (o, d) in enumerate(zip(items, made), start):",
                "    place = (above, index, completed, is_nullable)",
                "    try:",
                *indented(indented(self._one_by_one(rest))),
                "    except Exception as e:",
                "        fail(e, place, run)",
                "        completed[index] = None",
            ]
        made: ListSelection = self._function("items, completed, above, is_nullable, fail, run", [*text, "return True"])
        return made

    def _flat_below(self, one: Written, kind: GraphQLObjectType) -> Flat | None:
        """The function that makes objects below a field, if all of their fields are flat."""
        select = self._selection(kind, one.details)
        if select not in self._flats:
            fields = self._written.get(select, [])
            is_flat = 0 < len(fields) <= FIELDS_AT_A_TIME and all(map(self._flattener.is_flat, fields))
            text = self._flattener.text(fields, fields) if is_flat else []
            self._flats[select] = self._function("items, run", text) if is_flat else None
        return self._flats[select]

    def _one_by_one(self, fields: Sequence[Written]) -> Text:
        """Text that puts fields into `d`; of many, text that has functions do it."""
        if len(fields) <= FIELDS_AT_A_TIME:
            return [line for one in fields for line in self._writer.field(one)]
        return [
            self._part(fields[start : start + FIELDS_AT_A_TIME]) for start in range(0, len(fields), FIELDS_AT_A_TIME)
        ]

    def _part(self, fields: Sequence[Written]) -> str:
        name = f"part_{fields[0].number}"
        self._writer.names[name] = self._function("o, place, run, d", [_BEGINNING, *self._one_by_one(fields)])
        return f"{name}(o, place, run, d)"

    def _function(self, parameters: str, text: Text) -> Any:
        names = self._writer.names
        exec("\n".join([f"def made({parameters}):", *indented(text)]), names)  # noqa: S102 - our own text, names quoted
        return names.pop("made")


def _failing(error: GraphQLError) -> Selection:
    """What makes of each object the error that its fields can't be told; another one each time."""
    message, nodes = error.message, error.nodes

    def fail(_object: Any, _place: Any, _run: Any) -> Any:
        raise GraphQLError(message, nodes)

    return fail


def _one_by_one(*_: Any) -> bool:
    """Leaves every list to be made object by object."""
    return False
