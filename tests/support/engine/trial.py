"""One toy and one script on two executors: do they agree on this document?"""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from graphql import DocumentNode, GraphQLSchema, parse
from graphql.execution import Executor

from tests.support.engine.documents import Document
from tests.support.engine.model import Toy
from tests.support.engine.recipes import Script
from tests.support.engine.running import (
    Outcome,
    Run,
    answered,
    left_behind,
    oracle,
    settled,
    unpropagated,
    watched,
)
from tests.support.engine.verdict import (
    call_differences,
    differences,
    failed,
    order_differences,
    path_differences,
)
from tests.support.engine.world import World

Ran = tuple[Outcome, World]


class Asked(NamedTuple):
    """A document with what is sent along this time."""

    document: Document
    parsed: DocumentNode
    variables: dict[str, Any]


@dataclass
class Trial:
    """
    A toy's schema and its script, an executor, and graphql-core to hold it against.

    ``source`` is how the schema is written; ``enter`` is told the world of each execution.
    ``exact``: errors must be the very same, whatever was nulled.
    """

    toy: Toy
    script: Script
    schema: GraphQLSchema
    run: Run
    source: str
    executor_class: type[Executor[Any]] = Executor
    makes: dict[str, type] | None = None
    enter: Callable[[World], None] = lambda _world: None
    exact: bool = False
    tally: dict[str, int] = field(default_factory=lambda: {"documents": 0, "errors": 0})

    async def differences(self, documents: list[Document]) -> list[str]:
        """What the executor does otherwise than graphql-core; nothing if all is well."""
        asked = [one for document in documents for one in _asked(document)]
        complaints: list[str] = []
        async with watched(complaints):
            answers = []
            for one in asked:
                answers.append(await self._ran(self.run, one))
                complaints += await left_behind()
        if complaints:
            complaints = await self._own_complaints(asked)
        for one, actual in zip(asked, answers, strict=True):
            found = await self._compared(one, actual)
            if found:
                return [*found, *complaints, "--- document", str(one.document), *self._report()]
        shown = [str(each) for each in documents]
        return [*complaints, "--- documents", *shown, *self._report()] if complaints else []

    async def _own_complaints(self, asked: list[Asked]) -> list[str]:
        """What is left behind by the executor but not by graphql-core, which runs some of it."""
        own = []
        for one in asked:
            known: list[str] = []
            found: list[str] = []
            for run, complaints in (
                (oracle(self.schema, self.executor_class), known),
                (self.run, found),
            ):
                async with watched(complaints):
                    await self._ran(run, one)
                    complaints += await left_behind()
            own += [] if known else found
        return own

    async def _compared(self, asked: Asked, actual: Ran) -> list[str]:
        expected = await self._ran(oracle(self.schema, self.executor_class), asked)
        found = _judged(asked, expected, actual, expected)
        if self.exact and expected[0].errors != actual[0].errors:
            found.append("the errors are not the very same")
        elif found and expected[0].errors:
            # What may be told of a place that failed depends on the order of execution.
            everything = oracle(self.schema, unpropagated(self.executor_class))
            possible = await self._ran(everything, asked, answer=settled)
            found = _judged(asked, expected, actual, possible)
        self.tally["documents"] += 1
        self.tally["errors"] += len(expected[0].errors)
        if not found:
            return []
        shown = [f"expected: {_shown(expected[0])}", f"actual:   {_shown(actual[0])}"]
        return [*found, *shown, f"variables: {asked.variables}"]

    async def _ran(
        self, run: Run, asked: Asked, answer: Callable[..., Awaitable[Outcome]] = answered
    ) -> Ran:
        world = World(self.toy, self.script, self.makes)
        self.enter(world)
        outcome = await answer(
            run,
            asked.parsed,
            operation_name=asked.document.operation_name,
            root_value=self._root(asked, world),
            context_value=world,
            variable_values=asked.variables,
        )
        return outcome, world

    def _root(self, asked: Asked, world: World) -> Any:
        if self.makes is not None:
            return None
        name = "Subscription" if asked.document.kind == "subscription" else "Query"
        return world.object(name, 0)

    def _report(self) -> list[str]:
        """All else that is needed to see the differences again."""
        script = [f"{name}: {list(recipes)}" for name, recipes in self.script.answers.items()]
        facts = [f"lies: {self.script.lies}", f"refused: {sorted(self.script.refused)}"]
        return ["--- schema", self.source, "--- script", *script, *facts, "--- toy", repr(self.toy)]


def _asked(document: Document) -> list[Asked]:
    """The document, and again from the plan that is kept, with every condition turned round."""
    parsed = parse(document.text)
    given = document.variables
    turned = {k: not v if isinstance(v, bool) else v for k, v in given.items()}
    first = Asked(document, parsed, given)
    # Where there are no conditions, to ask some of them again will do.
    if turned == given and len(document.text) % 4:
        return [first]
    return [first, Asked(document, parsed, turned)]


def _judged(asked: Asked, expected: Ran, actual: Ran, possible: Ran) -> list[str]:
    found = differences(expected[0], actual[0], possible[0])
    places = failed(expected[0]) | failed(actual[0])
    calls = [each[1].calls for each in (expected, actual, possible)]
    found += call_differences(*calls, places)
    found += path_differences(possible[0], actual[1].calls)
    if asked.document.kind == "mutation":
        found += order_differences(calls[0], calls[1], places)
    return found


def _shown(outcome: Outcome) -> str:
    errors = "\n    ".join(repr(each) for each in outcome.errors)
    return f"{outcome.text}\n    {errors}"
