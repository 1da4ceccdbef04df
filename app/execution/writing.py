"""The text of one field in a compiled selection: how its value is had, and what the answer has of it.

In the text `o` is the object, `d` its dict, `v` the value, `place` where the object is.
"""

from collections.abc import Callable, Sequence
from functools import partial
from itertools import count
from types import CoroutineType
from typing import Any, NamedTuple

from graphql import GraphQLError, GraphQLField, GraphQLNamedType, GraphQLNonNull, GraphQLObjectType, get_named_type
from graphql.execution.collect_fields import CollectedFields, FieldDetails
from graphql.type import is_leaf_type, is_list_type

from app.eager import Rest, begin
from app.execution.arguments import Binder
from app.execution.completion import FieldContext, Known, SeldomLeaf, Selections, completion
from app.execution.fields import COSTLY, LONG, Access, Accesses, Attribute, Constant, Function, Stock
from app.execution.leaves import Quick, quickly
from app.execution.run import AT_A_TIME, AWAITED, PENDING, Completer, Info, located

Details = Sequence[FieldDetails]
Text = list[str]


class Written(NamedTuple):
    """One field of a selection: its key in the answer, what it is of, and the number that its names end in."""

    key: str
    context: FieldContext
    details: Details
    number: int
    access: Access
    quick: Quick | None
    """How its values may stand as they are, where it is a leaf."""

    @property
    def kind(self) -> Any:
        return self.context.definition.type

    @property
    def is_nullable(self) -> bool:
        return not isinstance(self.kind, GraphQLNonNull)


class Writer:
    """Writes the fields of one operation. What their text speaks of is in `names`."""

    def __init__(
        self,
        accesses: Accesses,
        binder: Binder,
        subfields: Callable[[GraphQLObjectType, Details], CollectedFields],
        selections: Callable[[Details], Selections],
    ) -> None:
        self.names: dict[str, Any] = {"located": located, "PENDING": PENDING, "Info": Info, "partial": partial}
        self.numbers = count()
        self._accesses = accesses
        self._quick: dict[str, Quick | None] = {}
        self._binder = binder
        self._subfields = subfields
        self._selections = selections

    def written(self, parent: GraphQLObjectType, key: str, definition: GraphQLField, details: Details) -> Written:
        """A field that is to be written."""
        number = next(self.numbers)
        nodes = [one.node for one in details]
        self.names[f"nodes_{number}"] = nodes
        kind = definition.type
        is_list = is_list_type(kind.of_type if isinstance(kind, GraphQLNonNull) else kind)
        quick = None if is_list else self._quickly(get_named_type(kind))
        name = nodes[0].name.value
        how = Constant(parent.name) if name == "__typename" else self._accesses.of(definition)
        return Written(key, FieldContext(parent, name, definition, nodes), details, number, how, quick)

    def _quickly(self, kind: GraphQLNamedType) -> Quick | None:
        if kind.name not in self._quick:
            self._quick[kind.name] = quickly(kind, self.names)
        return self._quick[kind.name]

    def field(self, one: Written, *, begins: bool = False) -> Text:
        """Text that puts the field into `d`; `begins`: coroutines are begun at once, and most never wait."""
        number, place = one.number, f"(place, {one.key!r}, d, {one.is_nullable})"
        if one.is_nullable:
            failed = [f"run.collect(e, nodes_{number}, {place})", "v = None"]
        else:
            failed = [f"raise located(e, nodes_{number}, {place}) from e"]
        waited = self._begun(one, place) if begins else self._waited(one, place)
        had = [*self._value(one, place), *waited, *self._completion(one, place)]
        return ["try:", *indented(had), "except Exception as e:", *indented(failed), f"d[{one.key!r}] = v"]

    def arguments(self, one: Written) -> tuple[Text, str]:
        """Text that has a field's arguments, and text that passes them on."""
        definition, node, number = one.context.definition, one.context.nodes[0], one.number
        if not definition.args:
            return [], ""
        constant = self._binder.constant(definition, node)
        if constant is not None:
            for name, value in constant.items():
                self.names[f"argument_{number}_{name}"] = value
            return [], "".join(f", {name}=argument_{number}_{name}" for name in constant)
        self.names[f"bind_{number}"] = self._binder.binding(definition, node)
        text = [
            f"a = arguments.get({number})",
            f"if a is None: a = arguments[{number}] = bind_{number}(run)",
        ]
        return text, ", **a"

    def _value(self, one: Written, place: str) -> Text:
        """Text that puts into `v` what the field's resolver gives."""
        how, number = one.access, one.number
        if isinstance(how, Attribute):
            return [f"v = o.{how.name}"]
        if isinstance(how, Constant):
            return [f"v = {how.value!r}"]
        text, arguments = self.arguments(one)
        if isinstance(how, Stock):
            self.names[f"call_{number}"] = how.resolve
            self.names[f"field_{number}"] = one.context
            field_info = (
                f"run.resolve_info(field_{number}.definition, nodes_{number}, field_{number}.parent_type, {place})"
            )
            call = f"call_{number}" if how.resolve is not None else "run.executor.field_resolver"
            return [*text, f"v = {call}(o, {field_info}{arguments})"]
        return text + self._call(how, one, arguments, place)

    def _call(self, how: Function, one: Written, arguments: str, place: str) -> Text:
        names, number = self.names, one.number
        if how.batched is not None:
            names[f"batched_{number}"] = how.batched
            text = [f"v = run.batch({number}, batched_{number}, complete_{number}, nodes_{number}, o, {place})"]
        else:
            names[f"call_{number}"] = how.call
            text = self._called(how, one, arguments, place)
        for index, guard in reversed(list(enumerate(how.guards))):
            names[f"may_{number}_{index}"], names[f"refuse_{number}_{index}"] = guard.has_permission, guard.refuse
            text = [
                f"p = may_{number}_{index}(o, info{arguments})",
                f"if p is not True: v = refuse_{number}_{index}(p)",
                "else:",
                *indented(text),
            ]
        return text

    def _called(self, how: Function, one: Written, arguments: str, place: str) -> Text:
        """Text that calls a resolver, or puts that off where it takes long and enough was done at once."""
        names, number, passed = self.names, one.number, "info"
        if how.looks_ahead:
            names[f"selected_{number}"] = self._selected(get_named_type(one.kind), one.details)
            passed = f"Info(run.context, selected_{number})"
        call = f"v = call_{number}(o, {passed}{arguments})"
        if how.weight < COSTLY or how.is_async:  # to call what is asynchronous begins nothing
            return [call]
        weight = how.weight if how.weight < LONG else AT_A_TIME
        later = f"partial(call_{number}, o, {passed}{arguments}), {weight}, complete_{number}, nodes_{number}, {place}"
        return [
            "if run.left > 0:",
            f"    run.left -= {weight}",
            f"    {call}",
            f"else: v = run.call_later({later})",
        ]

    def _begun(self, one: Written, place: str) -> Text:
        """Text that goes on with what a coroutine gives, or waits for the rest of it."""
        number = one.number
        self.names |= {"Coroutine": CoroutineType, "begin": begin, "Rest": Rest}
        return [
            "if v.__class__ is Coroutine: v = begin(v)",
            f"if v.__class__ is Rest: v = run.wait(v, complete_{number}, nodes_{number}, {place})",
        ]

    def _waited(self, one: Written, place: str) -> Text:
        """Text that waits for a coroutine of which is known that it takes long."""
        if not isinstance(one.access, Function) or not one.access.is_async or one.access.weight <= AWAITED:
            return []
        number = one.number
        self.names["Coroutine"] = CoroutineType
        wait = f"run.wait(v, complete_{number}, nodes_{number}, {place}, {one.access.weight})"
        return [f"if v.__class__ is Coroutine: v = {wait}"]

    def _selected(self, kind: GraphQLNamedType, details: Details) -> frozenset[str] | None:
        """The names of the fields that are asked of values of one object type."""
        if not isinstance(kind, GraphQLObjectType):
            return None
        try:
            fields = self._subfields(kind, details).grouped_field_set.values()
        except GraphQLError:
            return None
        return frozenset(each[0].node.name.value for each in fields)

    def _completion(self, one: Written, place: str) -> Text:
        """Text that makes of `v` what the answer has."""
        number, kind = one.number, one.kind
        complete, known = self._completed(one)
        self.names[f"complete_{number}"] = complete
        # What is waited for is completed when it is there.
        in_full = f"v = v if v is PENDING else complete_{number}(v, {place}, run)"
        nullable = kind.of_type if isinstance(kind, GraphQLNonNull) else kind
        if is_list_type(nullable):
            return [in_full]
        if not is_leaf_type(nullable):
            self.names[f"known_{number}"] = known
            rest = f"elif v is not None: {in_full}" if one.is_nullable else f"else: {in_full}"
            return [
                f"select = known_{number}.get(v.__class__)",
                f"if select is not None: v = select(v, {place}, run)",
                rest,
            ]
        if one.quick is None:
            return [in_full]
        test, made = one.quick.test("v"), one.quick.made("v")
        if made == "v":
            if one.is_nullable:
                test = f"v is None or {test}"
            return [f"if not ({test}): {in_full}"]
        # what a scalar or an enum makes null of is left to graphql-core's words
        return [
            f"if {test}:",
            f"    w = {made}",
            f"    if w is None: {in_full}",
            "    else: v = w",
            f"else: {in_full}",
        ]

    def _completed(self, one: Written) -> tuple[Completer, Known]:
        if one.quick is not None:
            return SeldomLeaf(one.kind, one.context), {}
        return completion(one.kind, one.context, self._selections(one.details))


def indented(text: Text) -> Text:
    """The same, one level further in."""
    return [f"    {line}" for line in text]
