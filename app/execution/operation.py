"""Operations of valid documents, compiled: the way in.

compiled = Workshop(schema).operation(document, node)
result = compiled.execute(context, variables)      # an ExecutionResult, or an awaitable of one
"""

from collections import OrderedDict
from collections.abc import Awaitable, Mapping
from functools import partial
from typing import Any

import strawberry
from graphql import (
    DirectiveNode,
    DocumentNode,
    ExecutionResult,
    FragmentDefinitionNode,
    GraphQLError,
    GraphQLObjectType,
    GraphQLSchema,
    OperationDefinitionNode,
    OperationType,
    VariableNode,
    execute,
)
from graphql.execution.collect_fields import CollectedFields, FragmentDetails, collect_fields, collect_subfields
from graphql.execution.executor import Executor
from graphql.execution.values import VariableValues
from graphql.language import Visitor, visit
from strawberry.execution import optimized_is_awaitable

from app.background import Background
from app.execution.arguments import Binder
from app.execution.completion import Selection
from app.execution.fields import Accesses
from app.execution.inputs import Inputs
from app.execution.run import AT_A_TIME, Run
from app.execution.selections import Compiler
from app.execution.suggestions import suggesting
from app.execution.variables import Variables
from app.execution.writing import Details

_IS_AWAITABLE: Any = optimized_is_awaitable  # half the price of graphql-core's for plain values

MOST_VARIANTS = 4
"""How many choices of what is skipped and included are kept compiled for one operation."""

STOCK_DIRECTIVES = frozenset({"defer", "stream", "experimental_disableErrorPropagation"})
"""What is left to graphql-core wherever it stands."""

Choice = tuple[Any, ...]
"""What the variables are that choose what is skipped and included."""

Result = ExecutionResult | Awaitable[ExecutionResult]


class Workshop:
    """What the compiled operations of one schema share.

    `at_a_time`: how many values are had before others may use the event loop. `background`: where operations are
    compiled; None for where they are executed.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        written: strawberry.Schema | None = None,
        at_a_time: int = AT_A_TIME,
        background: Background | None = None,
    ) -> None:
        self.schema = schema
        self.at_a_time = at_a_time
        self.background = background
        self.accesses = Accesses()
        self.binder = Binder(written)
        self.inputs = Inputs()

    def operation(self, document: DocumentNode, operation: OperationDefinitionNode) -> "CompiledOperation":
        """An operation of a document that was validated against the schema."""
        return CompiledOperation(self, document, operation)


class Compiled:
    """What makes an answer: for a mutation one selection after the other, for a query all at once.

    When nobody executes it any more all of it goes, for its functions would else keep each other until the garbage
    collector finds them, which goes over all there is.
    """

    __slots__ = ("_compiler", "selections")

    def __init__(self, selections: list[Selection], compiler: Compiler) -> None:
        self.selections = selections
        self._compiler = compiler

    def __del__(self) -> None:
        self._compiler.close()


class CompiledOperation:
    """One operation, compiled when it is first executed."""

    def __init__(self, workshop: Workshop, document: DocumentNode, operation: OperationDefinitionNode) -> None:
        self._workshop = workshop
        self._document = document
        self._operation = operation
        self._variables = Variables(workshop.schema, operation, workshop.inputs)
        found = _Directives()
        visit(document, found)
        self._choosing = sorted(found.choosing)
        self._is_stock = bool(found.names & STOCK_DIRECTIVES) or operation.operation is OperationType.SUBSCRIPTION
        self._variants: OrderedDict[Choice, Compiled] = OrderedDict()

    def execute(self, context: Any, variables: Mapping[str, Any], root_value: Any = None) -> Result:
        """The result of the operation; awaitable where something has to be waited for."""
        if self._is_stock:
            return self._execute_stock(context, variables, root_value)
        converted = self._variables.convert(variables)
        run = Run(context, root_value, variables, converted, self._executor, self._workshop.at_a_time)
        if run.converted is None:
            errors = run.prepare()
            if errors is not None:
                return ExecutionResult(None, errors)
        choice = self._choice(run) if self._choosing else ()
        compiled = self._variants.get(choice)
        if compiled is not None:
            if self._choosing:
                self._variants.move_to_end(choice)
            return _execute(compiled, run)
        background = self._workshop.background
        if background is None:
            return self._execute_compiled(self._compiled(run), choice, run)
        return self._execute_later(background, choice, run)

    async def _execute_later(self, background: Background, choice: Choice, run: Run) -> ExecutionResult:
        compiled = await background.run((id(self), choice), partial(self._compiled, run))
        result = self._execute_compiled(compiled, choice, run)
        return result if isinstance(result, ExecutionResult) else await result

    def _execute_compiled(self, compiled: Compiled | None, choice: Choice, run: Run) -> Result:
        """Remember what was compiled for a choice, and execute it."""
        if compiled is None:
            return self._execute_stock(run.context, run.raw_variables, run.root_value)
        self._variants[choice] = compiled
        if len(self._variants) > MOST_VARIANTS:
            self._variants.popitem(last=False)
        return _execute(compiled, run)

    def _choice(self, run: Run) -> Choice:
        known = run.variable_values.coerced if run.converted is None else run.converted
        return tuple(known.get(name) for name in self._choosing)

    def _compiled(self, run: Run) -> Compiled | None:
        """What makes the answer; None where it can't be had."""
        try:
            return self._compile(run)
        except (GraphQLError, RecursionError):
            return None

    def _compile(self, run: Run) -> Compiled:
        schema, operation = self._workshop.schema, self._operation
        fragments = {
            one.name.value: FragmentDetails(one, None)
            for one in self._document.definitions
            if isinstance(one, FragmentDefinitionNode)
        }
        values = self._choosing_variables(run)
        root = schema.get_root_type(operation.operation)
        assert root is not None  # the document is valid

        def subfields(kind: GraphQLObjectType, details: Details) -> CollectedFields:
            return collect_subfields(schema, fragments, values, operation, kind, list(details))

        compiler = Compiler(schema, self._workshop.accesses, self._workshop.binder, subfields)
        fields = collect_fields(schema, fragments, values, root, operation).grouped_field_set
        if operation.operation is OperationType.MUTATION:
            selections = [compiler.compile(root, {key: details}, is_root=True) for key, details in fields.items()]
        else:
            selections = [compiler.compile(root, fields, is_root=True)]
        return Compiled(selections, compiler)

    def _choosing_variables(self, run: Run) -> VariableValues:
        """The variables that choose, and no others: they are kept."""
        if not self._choosing:
            return VariableValues({}, {})
        sources, coerced = run.variable_values
        names = set(self._choosing)
        return VariableValues(
            {name: value for name, value in sources.items() if name in names},
            {name: value for name, value in coerced.items() if name in names},
        )

    def _executor(self, run: Run) -> list[GraphQLError] | Executor[Any]:
        name = self._operation.name
        return suggesting(
            Executor.build,
            self._workshop.schema,
            self._document,
            run.root_value,
            run.context,
            dict(run.raw_variables),
            None if name is None else name.value,
            is_awaitable=_IS_AWAITABLE,
        )

    def _execute_stock(self, context: Any, variables: Mapping[str, Any], root_value: Any) -> Result:
        name = self._operation.name
        return execute(
            self._workshop.schema,
            self._document,
            root_value,
            context,
            dict(variables),
            None if name is None else name.value,
            is_awaitable=_IS_AWAITABLE,
        )


def _execute(compiled: Compiled, run: Run) -> Result:
    run.compiled = compiled
    selections = compiled.selections
    parts: list[dict[str, Any]] = []
    for number, select in enumerate(selections):
        if not _select(select, parts, run):
            break
        if run.is_pending:
            return _finish(parts, selections[number + 1 :], run)
    return _result(parts, run)


async def _finish(parts: list[dict[str, Any]], rest: list[Selection], run: Run) -> ExecutionResult:
    await run.finish()
    for select in rest:
        if run.is_nulled or not _select(select, parts, run):
            break
        await run.finish()
    return _result(parts, run)


def _select(select: Selection, parts: list[dict[str, Any]], run: Run) -> bool:
    """Add what a selection makes to the parts of the answer. False: an error has taken the whole of it."""
    try:
        parts.append(select(run.root_value, None, run))
    except GraphQLError as error:
        run.collect_whole(error)
        run.forget()
        return False
    return True


def _result(parts: list[dict[str, Any]], run: Run) -> ExecutionResult:
    if run.is_nulled:
        return ExecutionResult(None, run.errors)
    if len(parts) == 1:
        return ExecutionResult(parts[0], run.errors)
    return ExecutionResult({key: value for part in parts for key, value in part.items()}, run.errors)


class _Directives(Visitor):
    """Which directives a document has, and which variables choose what is skipped and included."""

    def __init__(self) -> None:
        super().__init__()
        self.names: set[str] = set()
        self.choosing: set[str] = set()

    def enter_directive(self, node: DirectiveNode, *_: Any) -> None:
        self.names.add(node.name.value)
        if node.name.value in {"skip", "include"}:
            values = [one.value for one in node.arguments or ()]
            self.choosing |= {value.name.value for value in values if isinstance(value, VariableNode)}
