"""The variables of one operation: coerced and converted by compiled code, or left to graphql-core."""

from collections.abc import Mapping
from typing import Any

from graphql import GraphQLInputType, GraphQLNonNull, GraphQLSchema, OperationDefinitionNode, type_from_ast

from app.execution.inputs import Convert, Inputs


class Variables:
    """Converts the variables that an operation declares.

    What resolvers get for a variable is the same wherever it stands as a whole argument: validation sees to it that
    the types agree.
    """

    def __init__(self, schema: GraphQLSchema, operation: OperationDefinitionNode, inputs: Inputs) -> None:
        self.types: dict[str, GraphQLInputType] = {}
        self._converters: list[tuple[str, Convert, bool]] = []
        self._has_defaults = False
        for definition in operation.variable_definitions or ():
            name = definition.variable.name.value
            kind: Any = type_from_ast(schema, definition.type)
            self.types[name] = kind
            self._has_defaults |= definition.default_value is not None
            self._converters.append((name, inputs.converter(kind), isinstance(kind, GraphQLNonNull)))

    def convert(self, raw: Mapping[str, Any]) -> dict[str, Any] | None:
        """What resolvers get for each variable that was given; None where graphql-core has to be asked."""
        converted = {}
        try:
            for name, convert, is_required in self._converters:
                if name in raw:
                    converted[name] = convert(raw[name])
                elif is_required or self._has_defaults:
                    return None
        except Exception:  # noqa: BLE001 - graphql-core knows what is wrong, if anything is
            return None
        return converted
