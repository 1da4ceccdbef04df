"""Ways to write the same document otherwise: what is drawn from the schema has no skips, merges or constants."""

import random
from dataclasses import replace
from typing import Any

from graphql import (
    BooleanValueNode,
    DirectiveNode,
    DocumentNode,
    FieldNode,
    GraphQLSchema,
    InlineFragmentNode,
    NameNode,
    OperationDefinitionNode,
    SelectionSetNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableDefinitionNode,
    VariableNode,
    parse,
    visit,
)
from graphql.language import ArgumentNode, Visitor
from graphql.utilities import value_to_literal

CHOOSING: dict[str, Any] = {"yes": True, "no": False, "unsaid": True}
"""Variables that skip and include, with what they are; the last has a default and is not always given."""
_MORE = (
    parse("query($yes: Boolean!, $no: Boolean!, $unsaid: Boolean! = true) { a }").definitions[0].variable_definitions
)  # type: ignore[attr-defined]
_LEFT_OUT = {"ApprovalRule": "satisfiable"}
"""What documents are drawn without: one field of one type."""


def varied(
    schema: GraphQLSchema, document: DocumentNode, variables: dict[str, Any], rng: random.Random
) -> tuple[DocumentNode, dict[str, Any]]:
    """A document with some of its selections written otherwise, and its variables."""
    constants = dict(variables) if rng.random() < 0.3 else {}
    info = TypeInfo(schema)
    made = visit(document, TypeInfoVisitor(info, _Varying(rng, info, constants)))
    used = {name for name in CHOOSING if _mentions(made, name)}
    operation = next(one for one in made.definitions if isinstance(one, OperationDefinitionNode))
    kept = [one for one in operation.variable_definitions or () if _mentions(made, one.variable.name.value)]
    more = [one for one in _MORE if one.variable.name.value in used]
    declared = replace(operation, variable_definitions=(*kept, *more))
    made = replace(made, definitions=tuple(declared if one is operation else one for one in made.definitions))
    given = {name: value for name, value in variables.items() if any(one.variable.name.value == name for one in kept)}
    choosing = {name: CHOOSING[name] for name in used if name != "unsaid" or rng.random() < 0.5}
    return made, given | choosing


class _Varying(Visitor):
    def __init__(self, rng: random.Random, info: TypeInfo, constants: dict[str, Any]) -> None:
        super().__init__()
        self._rng, self._info, self._constants = rng, info, constants

    def leave_variable(self, node: VariableNode, _key: Any, parent: Any, *_: Any) -> Any:
        """As a constant, where that is what was drawn for it."""
        name, kind = node.name.value, self._info.get_input_type()
        if isinstance(parent, VariableDefinitionNode) or name not in self._constants or kind is None:
            return None
        return value_to_literal(self._constants[name], kind)

    def leave_selection_set(self, node: SelectionSetNode, *_: Any) -> Any:
        parent = self._info.get_parent_type()
        selections: list[Any] = []
        for one in node.selections:
            selections += self._selection(one) if isinstance(one, FieldNode) else [one]
        if parent is not None and parent is self._info._schema.mutation_type and self._rng.random() < 0.15:
            selections += [_aliased(one, "then") for one in node.selections if isinstance(one, FieldNode)]
        left_out = _LEFT_OUT.get(parent.name) if parent is not None else None
        if left_out is not None and self._rng.random() < 0.5:
            selections.append(FieldNode(name=NameNode(value=left_out)))
        if parent is not None and parent is self._info._schema.query_type and self._rng.random() < 0.05:
            selections += _ABOUT
        return SelectionSetNode(selections=tuple(selections))

    def _selection(self, one: FieldNode) -> list[Any]:
        drawn = self._rng.random()
        if drawn < 0.04:
            return [_with(one, self._choice())]
        if drawn < 0.07:
            return [InlineFragmentNode(selection_set=SelectionSetNode(selections=(one,)), directives=self._choices())]
        if drawn < 0.1:
            return [one, _with(one, self._choice())]
        if drawn < 0.12:
            key = one.alias.value if one.alias else one.name.value
            return [one, _aliased(one, f"again_{key}")]
        return [one]

    def _choices(self) -> tuple[DirectiveNode, ...]:
        return (self._choice(),) if self._rng.random() < 0.5 else ()

    def _choice(self) -> DirectiveNode:
        value: Any = BooleanValueNode(value=self._rng.random() < 0.5)
        if self._rng.random() < 0.6:
            value = VariableNode(name=NameNode(value=self._rng.choice(list(CHOOSING))))
        name = self._rng.choice(("skip", "include"))
        argument = ArgumentNode(name=NameNode(value="if"), value=value)
        return DirectiveNode(name=NameNode(value=name), arguments=(argument,))


def _with(one: FieldNode, directive: DirectiveNode) -> FieldNode:
    return replace(one, directives=(*(one.directives or ()), directive))


def _aliased(one: FieldNode, alias: str) -> FieldNode:
    return replace(one, alias=NameNode(value=alias))


def _mentions(document: DocumentNode, name: str) -> bool:
    """Whether a variable stands anywhere but where it is declared."""
    found = _Finder(name)
    visit(document, found)
    return found.found


class _Finder(Visitor):
    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name
        self.found = False

    def enter_variable(self, node: VariableNode, _key: Any, parent: Any, *_: Any) -> None:
        self.found |= node.name.value == self._name and not isinstance(parent, VariableDefinitionNode)


_ABOUT = parse('{ __type(name: "Team") { kind name fields { name type { name ofType { name } } } } }').definitions[0]
_ABOUT = list(_ABOUT.selection_set.selections)  # type: ignore[attr-defined]
