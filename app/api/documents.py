"""Documents parsed, validated and measured once for each text, however often it is sent."""

from collections import OrderedDict
from collections.abc import Callable, Sequence

import strawberry
from graphql import (
    DocumentNode,
    FragmentDefinitionNode,
    GraphQLError,
    OperationDefinitionNode,
    OperationType,
    parse,
    specified_rules,
    validate,
)
from graphql.validation.validate import ValidationAbortedError
from strawberry.schema.validation_rules.maybe_null import MaybeNullValidationRule
from strawberry.schema.validation_rules.one_of import OneOfInputValidationRule

from app.api.cost import Cost, Costs
from app.api.limits import MAX_CHARACTERS, Limits, check_size
from app.errors import invalid, quoted, too_complex
from app.execution.operation import MOST_VARIANTS, CompiledOperation, Workshop
from app.execution.suggestions import suggesting

RULES = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)

MAX_ERRORS = 25
"""More would not help anybody, and each has to be located in the text."""

KEPT_CHARACTERS = 125_000
"""Of the texts of documents that are remembered; with what was made of them they take about 400 times as much.

One with directives counts once for each choice of what is skipped and included that is kept of it.
"""


class DocumentError(Exception):
    """A document that doesn't parse or validate."""

    def __init__(self, errors: Sequence[GraphQLError]) -> None:
        super().__init__("the document is refused")
        self.errors = errors


class Operation:
    """One operation of a document."""

    def __init__(self, node: OperationDefinitionNode, cost: Cost, compiled: CompiledOperation) -> None:
        self.compiled = compiled
        self.name = node.name.value if node.name else None
        self.type: OperationType = node.operation
        self.cost = cost


class Document:
    """A valid document, within the limits.

    `make` gives one of its operations, when that is first asked for: each takes going over the whole document, which
    may have hundreds.
    """

    def __init__(self, nodes: Sequence[OperationDefinitionNode], make: Callable[[OperationDefinitionNode], Operation]):
        self._nodes = {one.name.value if one.name else None: one for one in nodes}
        self._make = make
        self._made: dict[str | None, Operation] = {}

    def operation(self, name: str | None) -> Operation:
        """The operation of this name, or the only one. Raises INVALID where there isn't exactly one."""
        if name is None:
            if len(self._nodes) != 1:
                raise invalid("the document has several operations: name one with `operationName`")
            name = next(iter(self._nodes))
        elif name not in self._nodes:
            raise invalid(f"the document has no operation {quoted(name)}")
        made = self._made.get(name)
        if made is None:
            made = self._made[name] = self._make(self._nodes[name])
        return made


class Documents:
    """The valid documents of late; the least recently used leave when their texts are too long together.

    A refused one is not remembered, so that nobody can push out what others use with what costs them nothing.
    """

    def __init__(self, schema: strawberry.Schema, limits: Limits) -> None:
        self._schema = schema._schema
        self._workshop = Workshop(schema._schema, schema)
        self._limits = limits
        self._known: OrderedDict[str, Document] = OrderedDict()
        self._characters = 0

    def document(self, text: str) -> Document:
        """The document of this text. Raises DocumentError, and TOO_COMPLEX for one beyond the limits."""
        known = self._known.get(text)
        if known is not None:
            self._known.move_to_end(text)
            return known
        made = self._known[text] = self._make(text)
        self._characters += _weight(text)
        while self._characters > KEPT_CHARACTERS:
            left, _ = self._known.popitem(last=False)
            self._characters -= _weight(left)
        return made

    def _make(self, text: str) -> Document:
        node = self._parse(text)
        check_size(node, self._limits)
        errors = suggesting(validate, self._schema, node, RULES, MAX_ERRORS)
        if errors and isinstance(errors[0], ValidationAbortedError):
            raise too_complex("the document's fragments are nested too deeply")
        if errors:
            raise DocumentError(errors)
        costs = Costs(
            self._schema, {one.name.value: one for one in node.definitions if isinstance(one, FragmentDefinitionNode)}
        )
        operations = [one for one in node.definitions if isinstance(one, OperationDefinitionNode)]
        if not operations:
            raise invalid("the document has no operation")

        def make(one: OperationDefinitionNode) -> Operation:
            return Operation(one, costs.of(one), self._workshop.operation(node, one))

        return Document(operations, make)

    def _parse(self, text: str) -> DocumentNode:
        if len(text) > MAX_CHARACTERS:
            raise too_complex(
                f"the document is longer than {MAX_CHARACTERS} characters: put what is long into variables"
            )
        most = self._limits.tokens
        try:
            node = parse(text, max_lexical_tokens=most, max_comments=most, allow_empty_selection_sets=False)
        except GraphQLError as error:
            if "Parsing aborted" in error.message:
                raise too_complex(
                    f"the document has more than {most} words and signs, or nests too deeply: send long lists as "
                    "variables"
                ) from None
            raise DocumentError([error]) from None
        _unlink(node)
        return node


def _unlink(node: DocumentNode) -> None:
    """Take apart the words of a document, each of which holds the next and the one before: nobody reads them again.

    Those that no node begins or ends with are gone then, and the garbage collector need not go over them.
    """
    token = None if node.loc is None else node.loc.start_token
    while token is not None:
        following, token.prev, token.next = token.next, None, None
        token = following


def _weight(text: str) -> int:
    return len(text) * (MOST_VARIANTS if "@" in text else 1)
