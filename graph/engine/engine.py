"""The engine of one schema: plans are compiled once and run for every request."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Awaitable, Hashable
from inspect import isawaitable
from typing import Any, NamedTuple, cast

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLSchema,
    OperationType,
)
from graphql.execution.executor import Executor

from graph.engine.compiler import Compiler
from graph.engine.documents import Traits, traits_of
from graph.engine.plan import Selection
from graph.engine.run import Run

_MOST_PLANS = 512


class Statistics(NamedTuple):
    """A cache: entries in it now, look-ups that found one, and that did not."""

    entries: int
    hits: int
    misses: int


class Engine:
    """
    Executes operations on a schema, breadth first where it can, by graphql-core where not.

    ``executor_class`` is graphql-core's executor or a subclass of it (Strawberry has one): it
    checks the request, coerces variables and makes infos for both. ``compiles=False`` leaves every
    operation to it. At most ``most_plans`` plans are kept, those not used for longest go first.
    """

    def __init__(
        self,
        schema: GraphQLSchema,
        executor_class: type[Executor[Any]] = Executor,
        *,
        compiles: bool = True,
        most_plans: int = _MOST_PLANS,
    ) -> None:
        self._schema = schema
        self._executor_class = executor_class
        self._compiles = compiles
        self._most = most_plans
        self._compiler = Compiler(schema)
        self._traits: OrderedDict[int, tuple[DocumentNode, Traits]] = OrderedDict()
        self._plans: OrderedDict[Hashable, tuple[DocumentNode, Selection]] = OrderedDict()
        self._hits = self._misses = 0
        #: Operations that graphql-core ran.
        self.left = 0

    def statistics(self) -> Statistics:
        """How the cache of plans fares."""
        return Statistics(len(self._plans), self._hits, self._misses)

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
        return await Run(executor, self._compiler, plan).result()

    def _plan(self, document: DocumentNode, executor: Executor[Any]) -> Selection | None:
        """The plan for the operation with these answers to ``@skip`` and ``@include``."""
        traits = self._traits_of(document)
        root_type = self._schema.get_root_type(executor.operation.operation)
        if not self._compiles or not traits.is_compilable or root_type is None:
            self.left += 1
            return None
        given = executor.variable_values.coerced
        conditions = tuple(given.get(name) for name in traits.conditions)
        key = (id(document), id(executor.operation), conditions)
        known = self._plans.get(key)
        if known is not None:
            self._hits += 1
            self._plans.move_to_end(key)
            return known[1]
        is_serial = executor.operation.operation is OperationType.MUTATION
        try:
            plan = self._compiler.root(executor, root_type, serial=is_serial)
        except (GraphQLError, RecursionError):
            # A condition without a value, or selections nested too deeply: told by graphql-core.
            self.left += 1
            return None
        self._misses += 1
        # Kept with the plan, so that its id stays its own.
        _keep(self._plans, key, (document, plan), self._most)
        return plan

    def _traits_of(self, document: DocumentNode) -> Traits:
        known = self._traits.get(id(document))
        if known is not None:
            self._traits.move_to_end(id(document))
            return known[1]
        traits = traits_of(document)
        _keep(self._traits, id(document), (document, traits), self._most)
        return traits


def _keep(cache: OrderedDict[Any, Any], key: Hashable, value: Any, most: int) -> None:
    cache[key] = value
    if len(cache) > most:
        cache.popitem(last=False)


async def _left_to(executor: Executor[Any]) -> ExecutionResult:
    result = executor.execute_operation()
    if isawaitable(result):
        result = await cast("Awaitable[Any]", result)
    return cast("ExecutionResult", result)
