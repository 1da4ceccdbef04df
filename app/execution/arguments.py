"""The arguments of one field of a document, as its resolver gets them; the same for every parent."""

from collections.abc import Callable
from enum import Enum
from typing import Any

import strawberry
from graphql import (
    FieldNode,
    GraphQLArgument,
    GraphQLField,
    GraphQLNonNull,
    Undefined,
    ValueNode,
    VariableNode,
    is_required_argument,
)
from graphql.execution.values import VariableValues, get_argument_values
from graphql.language import Visitor, visit
from strawberry.types.arguments import StrawberryArgument, convert_arguments

from app.execution.fields import strawberry_field
from app.execution.inputs import BACKREF
from app.execution.run import Run

Bind = Callable[[Run], dict[str, Any]]
"""Gives the arguments in one execution. Raises what graphql-core says is wrong with them."""

_IMMUTABLE = (str, int, float, bool, Enum, type(None))


class Binder:
    """Binds the arguments of the fields of one schema."""

    def __init__(self, schema: strawberry.Schema | None) -> None:
        self._schema = schema

    def binding(self, definition: GraphQLField, node: FieldNode) -> Bind:
        """How the field's arguments are had in each execution."""
        if not node.arguments and not any(map(_has_default, definition.args.values())):
            return _required(definition, node) or (lambda _run: {})
        slow = self._slow(definition, node)
        return self._quick(definition, node, slow) or slow

    def _slow(self, definition: GraphQLField, node: FieldNode) -> Bind:
        """As graphql-core and strawberry do it."""

        def bind(run: Run) -> dict[str, Any]:
            return self._convert(definition, get_argument_values(definition, node, run.variable_values), run)

        return bind

    def _convert(self, definition: GraphQLField, values: dict[str, Any], run: Run | None) -> dict[str, Any]:
        field = strawberry_field(definition)
        if field is None or self._schema is None:
            return values
        converter = self._schema.schema_converter
        info: Any = None if run is None else run.info
        converted = convert_arguments(
            values, field.arguments, config=converter.config, scalar_registry=converter.scalar_registry, info=info
        )
        for extension in field.extensions:
            converted = extension.map_arguments(converted)
        return converted

    def constant(self, definition: GraphQLField, node: FieldNode) -> dict[str, Any] | None:
        """Arguments that are the same in every execution and can't be changed by a resolver; None for others."""
        if any(map(_has_variable, (one.value for one in node.arguments or ()))):
            return None
        try:
            values = self._convert(definition, get_argument_values(definition, node, VariableValues({}, {})), None)
        except Exception:  # noqa: BLE001 - it is raised again, at its place, by each execution
            return None
        return values if all(isinstance(value, _IMMUTABLE) for value in values.values()) else None

    def _quick(self, definition: GraphQLField, node: FieldNode, slow: Bind) -> Bind | None:
        """From variables that were converted already, where each stands for a whole argument, and from constants."""
        nodes = {one.name.value: one for one in node.arguments or ()}
        constants: dict[str, Any] = {}
        variables: list[tuple[str, str, bool]] = []
        for name, argument in definition.args.items():
            given = nodes.get(name)
            if _has_default(argument) or (given is None and is_required_argument(argument)):
                return None
            if given is not None and isinstance(given.value, VariableNode):
                is_non_null = isinstance(argument.type, GraphQLNonNull)
                variables.append((_python_name(name, argument), given.value.name.value, is_non_null))
            elif given is not None:
                alone = GraphQLField(definition.type, {name: argument}, extensions=definition.extensions)
                constant = self.constant(alone, FieldNode(name=node.name, arguments=(given,)))
                if constant is None:
                    return None
                constants.update(constant)
        return _quick_binding(constants, variables, slow)


def _quick_binding(constants: dict[str, Any], variables: list[tuple[str, str, bool]], slow: Bind) -> Bind:
    def bind(run: Run) -> dict[str, Any]:
        converted = run.converted
        if converted is None:
            return slow(run)
        values = constants.copy()
        for python_name, variable, is_non_null in variables:
            if variable in converted:
                value = values[python_name] = converted[variable]
                if value is None and is_non_null:
                    return slow(run)
            elif is_non_null:
                return slow(run)
        return values

    return bind


def _python_name(name: str, argument: GraphQLArgument) -> str:
    written = (argument.extensions or {}).get(BACKREF)
    return written.python_name if isinstance(written, StrawberryArgument) else argument.out_name or name


def _required(definition: GraphQLField, node: FieldNode) -> Bind | None:
    """What raises, where an argument is missing that validation should have asked for."""
    if not any(map(is_required_argument, definition.args.values())):
        return None
    return lambda run: get_argument_values(definition, node, run.variable_values)


def _has_default(argument: GraphQLArgument) -> bool:
    return argument.default is not None or argument.default_value is not Undefined


def _has_variable(value: ValueNode) -> bool:
    finder = _VariableFinder()
    visit(value, finder)
    return finder.found


class _VariableFinder(Visitor):
    found = False

    def enter_variable(self, *_: Any) -> None:
        self.found = True
