"""Cases by chance: a toy, its script, and documents over it, tried on the engine."""

import asyncio
import gc
import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from graphql import GraphQLSchema
from graphql.execution import Executor
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from graph.engine import Engine
from tests.support.engine.chance import Chance
from tests.support.engine.core_schemas import core_schema, sdl
from tests.support.engine.documents import Budget, Document, Documents
from tests.support.engine.recipes import Recipes
from tests.support.engine.running import Run
from tests.support.engine.shapes import Shapes
from tests.support.engine.strawberry_schemas import strawberry_schema
from tests.support.engine.trial import Trial

#: How many documents to each schema; each is run twice.
DOCUMENTS = 10


Make = Callable[[GraphQLSchema, type[Executor[Any]]], Run]


def engine_of(schema: GraphQLSchema, executor_class: type[Executor[Any]]) -> Run:
    """An engine for the schema."""
    return Engine(schema, executor_class).execute


def examples(usual: int) -> int:
    """How many schemas to try: ``ENGINE_CASES`` is in documents, for each kind of schema."""
    asked = os.environ.get("ENGINE_CASES")
    return usual if asked is None else max(1, int(asked) // DOCUMENTS)


def core_trial(rng: Chance, make: Make = engine_of, *, at_once: bool = False) -> Trial:
    """A toy of graphql-core's on an engine; ``at_once``: nothing in it is awaited."""
    toy = Shapes(rng, at_once=at_once).toy()
    script = Recipes(rng, toy, at_once=at_once).script()
    schema = core_schema(toy)
    return Trial(toy, script, schema, make(schema, Executor), sdl(toy), exact=at_once)


def strawberry_trial(rng: Chance, make: Make = engine_of, *, at_once: bool = False) -> Trial:
    """A toy of Strawberry's on an engine; ``at_once``: nothing in it is awaited."""
    toy = Shapes(rng, strawberry=True, at_once=at_once).toy()
    script = Recipes(rng, toy, at_once=at_once).script()
    shown = strawberry_schema(toy)
    return Trial(
        toy,
        script,
        shown.schema,
        make(shown.schema, StrawberryGraphQLCoreExecutionContext),
        shown.source,
        StrawberryGraphQLCoreExecutionContext,
        shown.makes,
        shown.stage.enter,
        at_once,
    )


def documents(rng: Chance, trial: Trial) -> list[Document]:
    """Documents over the trial's schema."""
    number = 1 + rng.randrange(DOCUMENTS * 2 - 1)
    return [Documents(trial.schema, rng, Budget()).document() for _ in range(number)]


@contextmanager
def calm() -> Iterator[asyncio.Runner]:
    """A loop for many runs; what there is already is not looked at by the collector each time."""
    # graphql-core's own abandoned futures complain when they are collected.
    logging.getLogger("asyncio").disabled = True
    gc.collect()
    gc.freeze()
    try:
        with asyncio.Runner() as runner:
            yield runner
    finally:
        gc.unfreeze()
        logging.getLogger("asyncio").disabled = False
