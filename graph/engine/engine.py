"""The engine of one schema: plans are compiled once and run for every request."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable
from inspect import isawaitable
from typing import Any, cast

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLSchema,
    OperationType,
)
from graphql.execution.executor import Executor

from graph.engine.cache import Plans, Statistics
from graph.engine.compiler import Compiler
from graph.engine.documents import Traits, traits_of
from graph.engine.plan import Plan
from graph.engine.run import Run

_MOST_PLANS = 512
#: One takes about two kilobytes.
_MOST_FIELDS = 50_000


class Engine:
    """
    Executes operations on a schema, breadth first where it can, by graphql-core where not.

    ``executor_class`` is graphql-core's executor or a subclass of it (Strawberry has one): it
    checks the request, coerces variables and makes infos for both. ``compiles=False`` leaves every
    operation to it. At most ``most_plans`` plans with ``most_fields`` fields in all are kept, those
    not used for longest go first.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        executor_class: type[Executor[Any]] = Executor,
        *,
        compiles: bool = True,
        most_plans: int = _MOST_PLANS,
        most_fields: int = _MOST_FIELDS,
    ) -> None:
        self._schema = schema
        self._executor_class = executor_class
        self._compiles = compiles
        self._most = most_plans
        self._compiler = Compiler(schema)
        self._traits: OrderedDict[int, tuple[DocumentNode, Traits]] = OrderedDict()
        self._plans = Plans(most_plans, most_fields)
        #: Operations that graphql-core ran.
        self.left = 0

    def statistics(self) -> Statistics:
        """How the cache of plans fares."""
        return self._plans.statistics()

    async def execute(
        self,
        document: DocumentNode,
        *,
        operation_name: str | None = None,
        root_value: Any = None,
        context_value: Any = None,
        variable_values: dict[str, Any] | None = None,
    ) -> ExecutionResult:
        """
        The operation's result, as graphql-core's ``execute`` gives it.

        The document is to be valid, and not to be changed afterwards. A subscription is executed
        for one event, which is the root value.
        """
        executor = self._executor_class.build(
            self._schema,
            document,
            root_value=root_value,
            context_value=context_value,
            raw_variable_values=variable_values,
            operation_name=operation_name,
            hide_suggestions=True,
        )
        if isinstance(executor, list):
            return ExecutionResult(None, executor)
        plan = self._plan(document, executor)
        if plan is None:
            return await _left_to(executor)
        return await Run(executor, self._compiler, plan, self._plans).result()

    def _plan(self, document: DocumentNode, executor: Executor[Any]) -> Plan | None:
        """The plan for the operation with these answers to ``@skip`` and ``@include``."""
        traits = self._traits_of(document)
        operation = executor.operation
        conditions = tuple(map(executor.variable_values.coerced.get, traits.conditions))
        # Another operation of the document may have a variable of that name and another type.
        answers = tuple(each if type(each) is bool else None for each in conditions)
        plan = self._plans.get(document, operation, answers)
        if plan is None and self._compiles and traits.is_compilable:
            plan = self._planned(document, executor)
            if plan is not None:
                self._plans.put(document, operation, answers, plan)
        self.left += plan is None
        return plan

    def _planned(self, document: DocumentNode, executor: Executor[Any]) -> Plan | None:
        kind = executor.operation.operation
        root_type = self._schema.get_root_type(kind)
        if root_type is None or not self._plans.has_room(document):
            return None
        try:
            is_serial = kind is OperationType.MUTATION
            return Plan(self._compiler.root(executor, root_type, serial=is_serial))
        except (GraphQLError, RecursionError):
            # A condition without a value, or selections nested too deeply: told by graphql-core.
            return None

    def _traits_of(self, document: DocumentNode) -> Traits:
        known = self._traits.get(id(document))
        if known is not None:
            self._traits.move_to_end(id(document))
            return known[1]
        traits = traits_of(document)
        # Kept with them, so that its id stays its own.
        self._traits[id(document)] = (document, traits)
        if len(self._traits) > self._most:
            self._traits.popitem(last=False)
        return traits


async def _left_to(executor: Executor[Any]) -> ExecutionResult:
    result = executor.execute_operation()
    if isawaitable(result):
        result = await cast("Awaitable[Any]", result)
    return cast("ExecutionResult", result)
