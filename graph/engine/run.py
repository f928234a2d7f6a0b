"""One execution of a plan: level by level, every field for all objects of the level at once."""

from __future__ import annotations

from asyncio import Future, Task, ensure_future, gather, isfuture
from collections import deque
from collections.abc import Callable, Sequence
from functools import partial
from types import GeneratorType, NoneType
from typing import Any, NamedTuple

from graphql import (
    ExecutionResult,
    GraphQLError,
    GraphQLObjectType,
    GraphQLResolveInfo,
    OperationType,
    Undefined,
)
from graphql.execution.executor import Executor
from graphql.execution.values import get_argument_values
from graphql.pyutils import Path

from graph.engine.asides import Asides
from graph.engine.batch import At, Batch, Spots
from graph.engine.cache import Plans
from graph.engine.compiler import Compiler
from graph.engine.completing import Completing
from graph.engine.failures import Failure, is_void, settled
from graph.engine.plan import Field, Plan

Then = Callable[[list[Any]], None]

#: Classes of argument values that one execution may leave to the next.
_IMMUTABLE = frozenset({bool, int, float, str, NoneType})
_IRREGULAR = (NoneType, type(Undefined), Exception, GeneratorType)


class _Waiting(NamedTuple):
    """Values of which those at ``numbers`` are awaitable, and what is to be done with them all."""

    values: list[Any]
    numbers: list[int]
    then: Then


class Run:
    """
    Runs one operation once.

    Everything that is ready is worked on before anything is awaited, so that loaders see the keys
    of a whole level in one batch; then all that is awaited is awaited, and the next level begins.
    """

    def __init__(
        self, executor: Executor[Any], compiler: Compiler, plan: Plan, plans: Plans
    ) -> None:
        self.executor = executor
        self.failures: list[Failure] = []
        self._compiler = compiler
        self._plan = plan
        self._plans = plans
        self._is_awaitable = executor.is_awaitable
        #: Classes of values that were found to be regular, and those that are awaited.
        self._regular: set[type[Any]] = set()
        self._awaited: set[type[Any]] = set()
        self._ready: deque[Batch] = deque()
        self._waiting: list[_Waiting] = []
        self.completing = Completing(self)

    async def result(self) -> ExecutionResult:
        """Run to the end."""
        spots = Spots(None)
        spots.add(0, (), {}, "", self.executor.root_value)
        root = Batch(self._plan.root, spots)
        if self.executor.operation.operation is OperationType.MUTATION:
            await self._one_by_one(root)
        else:
            self._ready.append(root)
            await self._advance()
        # It knows the run: without this the garbage collector would have to find both.
        del self.completing
        data: dict[str, Any] | None = root.rows[0]
        errors: list[GraphQLError] = []
        if self.failures:
            data, errors = settled(root.rows[0], self.failures)
        return ExecutionResult(data, errors or None)

    def fail(self, error: Exception, at: At, after: int | None = None) -> None:
        """Remember what went wrong; the response is put right at the end."""
        self.failures.append(Failure(error, at, after))

    def when_ready(self, values: list[Any], then: Then) -> None:
        """Do it with the values: at once, or on the next level if some have to be awaited."""
        numbers = [] if self._are_known(values) else self._awaitable(values)
        if numbers:
            self._waiting.append(_Waiting(values, numbers, then))
        else:
            then(values)

    def are_regular(self, values: Sequence[Any]) -> bool:
        """Whether each of them is a value, for sure: not null, no failure, nothing to await."""
        return self._are_known(values) or (not self._awaitable(values) and self._are_known(values))

    def has_awaitable(self, values: Sequence[Any]) -> bool:
        """Whether some of them have to be awaited."""
        return not self._are_known(values) and bool(self._awaitable(values))

    def regular_kinds(self, values: Sequence[Any]) -> set[type[Any]]:
        """Those of their classes whose values are all regular."""
        self._learn(values)
        return self._regular.intersection(map(type, values))

    def _are_known(self, values: Sequence[Any]) -> bool:
        return self._regular.issuperset(map(type, values))

    def _awaitable(self, values: Sequence[Any]) -> list[int]:
        self._learn(values)
        awaited, known = self._awaited, self._regular
        is_awaitable = self._is_awaitable
        return [
            number
            for number, value in enumerate(values)
            if type(value) in awaited or (type(value) not in known and is_awaitable(value))
        ]

    def _learn(self, values: Sequence[Any]) -> None:
        """Look at a value of each class not met before; irregular ones are asked each."""
        for kind in set(map(type, values)) - self._regular - self._awaited:
            if not issubclass(kind, _IRREGULAR):
                one = next(value for value in values if type(value) is kind)
                (self._awaited if self._is_awaitable(one) else self._regular).add(kind)

    def info(self, batch: Batch, field: Field) -> GraphQLResolveInfo[Any]:
        """The info of the field for all objects of the batch; its path is that of the first."""
        known = batch.infos.get(field)
        if known is not None:
            return known
        path = Path(batch.path(), field.key, field.parent_type.name)
        info = self.executor.build_resolve_info(
            field.definition, field.nodes, field.parent_type, path
        )
        batch.infos[field] = info
        return info

    def spawn(self, parent: Batch, field: Field, type_: GraphQLObjectType, spots: Spots) -> None:
        """Complete these objects of that type, when it is their turn."""
        if not spots.values:
            return
        selection = field.selections.get(type_)
        if selection is None:
            try:
                selection = self._compiler.selection(self.executor, field, type_)
            except GraphQLError as error:
                for number in range(len(spots.values)):
                    self.fail(error, spots.at(parent, number))
                return
            self._plans.grown(self._plan, selection.size)
        self._ready.append(Batch(selection, spots, parent))

    async def _one_by_one(self, root: Batch) -> None:
        """A mutation: each field with all below it before the next; none after a total failure."""
        root.place(self._plan.root.build(root.sources, None, None))
        for field in self._plan.root.branches:
            self._resolve(root, field)
            await self._advance()
            if is_void(self.failures):
                return

    async def _advance(self) -> None:
        while True:
            while self._ready:
                self._execute(self._ready.popleft())
            if not self._waiting:
                return
            await self._settle()

    def _execute(self, batch: Batch) -> None:
        selection = batch.selection
        infos = [field.resolver.info(self.info(batch, field)) for field in selection.informed]
        asides = Asides(self, batch) if selection.parts else None
        batch.place(selection.build(batch.sources, partial(self._late, batch), asides, *infos))
        if asides is not None:
            asides.complete()
        for field in selection.branches:
            self._resolve(batch, field)

    def _resolve(self, batch: Batch, field: Field) -> None:
        given: dict[str, Any] = {}
        try:
            if field.has_arguments:
                given = self._arguments(field)
        except Exception as error:
            values: list[Any] = [error] * len(batch.sources)
        else:
            info = self.info(batch, field) if field.resolver.needs_info else None
            values = field.resolver.values(batch.sources, info, given)
        self.when_ready(values, partial(self.completing.field, batch, field))

    def _arguments(self, field: Field) -> dict[str, Any]:
        if field.fixed_arguments is not None:
            return {**field.fixed_arguments}
        given = get_argument_values(
            field.definition,
            field.nodes[0],
            self.executor.variable_values,
            field.details[0].fragment_variable_values,
            self.executor.hide_suggestions,
        )
        if field.is_fixed and all(type(value) in _IMMUTABLE for value in given.values()):
            field.fixed_arguments = {**given}
        return given

    def _late(self, batch: Batch, number: int, rows: list[Any], value: Any) -> Any:
        """A leaf that is not plain: awaitable, a failure, null, or of a class not met before."""
        leaf = batch.selection.leaves[number]
        at = At(batch, leaf.field, len(rows))
        if self._is_awaitable(value):

            def then(values: list[Any]) -> None:
                batch.rows[at.row][leaf.field.key] = self.completing.leaf(at, values[0])

            self.when_ready([value], then)
            return None
        if not isinstance(value, _IRREGULAR):
            leaf.plain.add(type(value))
        return self.completing.leaf(at, value)

    async def _settle(self) -> None:
        """Await all that is waited for, then go on with it."""
        waiting, self._waiting = self._waiting, []
        tasks = _started(waiting)
        try:
            for values, numbers, _ in waiting:
                for number in numbers:
                    try:
                        values[number] = await values[number]
                    except Exception as error:
                        values[number] = error
        except BaseException:
            for task in tasks:
                task.cancel()
            await gather(*tasks, return_exceptions=True)
            raise
        for values, _, then in waiting:
            then(values)


def _started(waiting: list[_Waiting]) -> list[Task[Any]]:
    """Tasks for the coroutines, put in their places; a single one needs none."""
    if len(waiting) == 1 and len(waiting[0].numbers) == 1:
        return []
    tasks: list[Task[Any]] = []
    for values, numbers, _ in waiting:
        for number in numbers:
            if type(values[number]) is not Future and not isfuture(values[number]):
                values[number] = ensure_future(values[number])
                tasks.append(values[number])
    return tasks
