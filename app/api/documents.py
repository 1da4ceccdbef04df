"""Documents parsed, validated and measured once for each text, however often it is sent."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from functools import partial

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
from app.background import Background
from app.errors import invalid, quoted, too_complex
from app.execution.operation import MOST_VARIANTS, CompiledOperation, Workshop
from app.execution.suggestions import suggesting

RULES = (*specified_rules, MaybeNullValidationRule, OneOfInputValidationRule)

MAX_ERRORS = 25
"""More would not help anybody, and each has to be located in the text."""

KEPT_CHARACTERS = 125_000
"""Of the texts of documents that are remembered; with what was made of them they take 400 to 700 times as much.

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

    def known(self, name: str | None) -> Operation | None:
        """The operation of this name, or the only one, if it was made before."""
        return self._made.get(name)

    def operation(self, name: str | None) -> Operation:
        """The same, made now if it was not before. Raises INVALID where there isn't exactly one."""
        if name is None and len(self._nodes) != 1:
            raise invalid("the document has several operations: name one with `operationName`")
        node = next(iter(self._nodes.values())) if name is None else self._nodes.get(name)
        if node is None:
            raise invalid(f"the document has no operation {quoted(str(name))}")
        own_name = node.name.value if node.name else None
        made = self._made.get(own_name)
        if made is None:
            made = self._made[own_name] = self._make(node)
        self._made[name] = made
        return made


class Documents:
    """The valid documents of late; the least recently used leave when their texts are too long together.

    A refused one is not remembered, so that nobody can push out what others use with what costs them nothing. They are
    made in the background: a large one takes half a second.
    """

    def __init__(self, schema: strawberry.Schema, limits: Limits) -> None:
        self._schema = schema._schema
        self._background = Background("documents")
        self._workshop = Workshop(schema._schema, schema, background=self._background)
        self._limits = limits
        self._known: OrderedDict[str, Document] = OrderedDict()
        self._characters = 0

    def known(self, text: str, name: str | None) -> Operation | None:
        """The operation of this name, or the only one, in a document of this text; None where it has to be made."""
        document = self._known.get(text)
        if document is None:
            return None
        self._known.move_to_end(text)
        return document.known(name)

    async def operation(self, text: str, name: str | None) -> Operation:
        """The same, made where it has to be.

        Raises DocumentError, TOO_COMPLEX for a document beyond the limits, and INVALID where it doesn't have exactly
        one such operation.
        """
        document, operation = await self._background.run((text, name), partial(self._made, text, name))
        self._keep(text, document)
        return operation

    def _made(self, text: str, name: str | None) -> tuple[Document, Operation]:
        document = self._known.get(text) or self._make(text)
        return document, document.operation(name)

    def _keep(self, text: str, document: Document) -> None:
        if text in self._known:  # for others who have waited for it too, or another operation of it
            return
        self._known[text] = document
        self._characters += _weight(text)
        while self._characters > KEPT_CHARACTERS:
            left, _ = self._known.popitem(last=False)
            self._characters -= _weight(left)

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

    Else they would stay until the garbage collector came, long after the document has left.
    """
    token = None if node.loc is None else node.loc.start_token
    while token is not None:
        following, token.prev, token.next = token.next, None, None
        token = following


def _weight(text: str) -> int:
    return len(text) * (MOST_VARIANTS if "@" in text else 1)
