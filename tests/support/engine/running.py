"""One document on one executor, watched: its answer, and what it leaves behind."""

import asyncio
import gc
import json
import warnings
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import cache
from inspect import isawaitable
from typing import Any, NamedTuple

from graphql import (
    DocumentNode,
    ExecutionResult,
    GraphQLError,
    GraphQLSchema,
    execute,
)
from graphql.execution import Executor
from graphql.execution.executor import CollectedErrors
from graphql.pyutils import Path

#: No toy takes longer, on the slowest of machines.
PATIENCE_SECONDS = 20.0
#: Turns of the loop in which an answered execution may put its things away.
GRACE_TURNS = (
    12  #: graphql-core leaves coroutines of its own, also where an engine leaves all to it.
)
OF_THE_LIBRARY = " Executor."

Run = Callable[..., Awaitable[ExecutionResult]]


class Told(NamedTuple):
    """An error as a client and the server's log see it."""

    path: tuple[str | int, ...] | None
    message: str
    locations: tuple[tuple[int, int], ...]
    extensions: str
    cause: str


@dataclass
class Outcome:
    """``data`` as it is, and as JSON ``text`` with the keys in their order."""

    text: str
    data: Any
    errors: list[Told]


def oracle(schema: GraphQLSchema, executor_class: type[Executor[Any]] = Executor) -> Run:
    """graphql-core's own execution of the schema."""

    async def run(document: DocumentNode, **asked: Any) -> ExecutionResult:
        result = execute(
            schema, document, executor_class=executor_class, hide_suggestions=True, **asked
        )
        return await result if isawaitable(result) else result

    return run


class _AllErrors(CollectedErrors):
    """Keeps errors beneath nulled positions, too."""

    def add(self, error: GraphQLError, _path: Path | None) -> None:
        self.errors.append(error)


@cache
def unpropagated(executor_class: type[Executor[Any]]) -> type[Executor[Any]]:
    """The executor without error propagation: whatever may go wrong does, and is told."""

    class Unpropagated(executor_class):  # type: ignore[misc, valid-type]
        def __init__(self, *given: Any, **named: Any) -> None:
            super().__init__(*given, **named)
            self.error_propagation = False
            self.collected_errors = _AllErrors()

    return Unpropagated


@asynccontextmanager
async def watched(complaints: list[str]) -> AsyncIterator[None]:
    """Collects what executions leave behind: tasks, unawaited coroutines, unseen exceptions."""
    await _forget()
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda _loop, facts: complaints.append(str(facts["message"])))
    try:
        with warnings.catch_warnings(record=True) as warned:
            warnings.simplefilter("always")
            yield
            gc.collect()
    finally:
        loop.set_exception_handler(None)
    told = (str(each.message) for each in warned)
    complaints += [each for each in told if OF_THE_LIBRARY not in each.replace("'", " ")]


async def _forget() -> None:
    """What went before is over; asynchronous generators end in tasks when they are collected."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for _ in range(2):
            tasks = asyncio.all_tasks() - {asyncio.current_task()}
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            gc.collect()
            await asyncio.sleep(0)


async def left_behind() -> list[str]:
    """The tasks that still run some turns of the loop after an answer."""
    for _ in range(GRACE_TURNS):
        if len(asyncio.all_tasks()) == 1:
            return []
        await asyncio.sleep(0)
    tasks = asyncio.all_tasks() - {asyncio.current_task()}
    left = (str(task.get_coro()) for task in tasks)
    return [f"still running: {each}" for each in left if OF_THE_LIBRARY not in each]


async def answered(run: Run, document: DocumentNode, **asked: Any) -> Outcome:
    """What the executor answers; raises what it raises, and ``TimeoutError``."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        return told(await run(document, **asked))


async def settled(run: Run, document: DocumentNode, **asked: Any) -> Outcome:
    """What the executor answers once all that it began has come to its end."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        result = await run(document, **asked)
        while tasks := asyncio.all_tasks() - {asyncio.current_task()}:
            await asyncio.wait(tasks)
        return told(result)


def told(result: ExecutionResult) -> Outcome:
    """The result in comparable terms."""
    errors = sorted((error_told(each) for each in result.errors or []), key=repr)
    return Outcome(json.dumps(result.data, default=_as_json), result.data, errors)


def error_told(error: GraphQLError) -> Told:
    """One error in comparable terms."""
    return Told(
        None if error.path is None else tuple(error.path),
        error.message,
        tuple((each.line, each.column) for each in error.locations or ()),
        json.dumps(error.extensions, sort_keys=True, default=repr),
        type(error.original_error).__name__,
    )


def _as_json(value: Any) -> Any:
    return value.isoformat() if hasattr(value, "isoformat") else repr(value)
