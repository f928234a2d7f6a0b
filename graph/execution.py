"""Operations run here: parse, check, execute, and shape the answer."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from inspect import isawaitable
from typing import Any, ClassVar

import structlog
from graphql import (
    ExecutionResult,
    GraphQLError,
    create_source_event_stream,
)
from strawberry import Schema
from strawberry.schema.schema import StrawberryGraphQLCoreExecutionContext

from domain.kernel.errors import Unauthenticated
from domain.kernel.events import LoggedEvent
from graph import errors
from graph.audit.recording import recorded
from graph.context import Context
from graph.documents import PUBLIC_FIELDS, Document, Documents, Refused
from graph.engine import Engine
from graph.limits.budgets import Budgets
from graph.limits.gate import Gate, free_budgets
from graph.operation import Answer, Prepared, Request
from graph.trusted.admission import Admission
from subscriptions.cursors import Cursors
from subscriptions.hub import Gap

logger = structlog.get_logger(__name__)


__all__ = ["Answer", "Executor", "Prepared", "Request"]


class Executor:
    """Runs operations on one schema; ``compiles=False`` leaves them all to graphql-core."""

    #: How long a query, a mutation or one event of a subscription may take.
    deadline_seconds: ClassVar[float] = 10.0

    def __init__(
        self,
        schema: Schema,
        admission: Admission | None = None,
        budgets: Budgets | None = None,
        *,
        compiles: bool = True,
    ) -> None:
        self._schema = schema._schema
        self.engine = Engine(self._schema, StrawberryGraphQLCoreExecutionContext, compiles=compiles)
        self.admission = admission or Admission()
        self.gate = Gate(self._schema, budgets or free_budgets())
        self.documents = Documents(self._schema)

    async def prepare(self, request: Request, context: Context) -> Prepared:
        """
        The request's operation, found good to run. To be called once for each request.

        Raises:
            Refused: the document, its size, its price or its operation is not acceptable, or the
                client has asked too much of late.
        """
        await self.gate.enter(context.actor, context.client)
        request = self.admission.resolved(request, context.actor)
        prepared = self.prepared(request, context)
        if not prepared.is_dry:
            context.charge = await self.gate.charge(prepared.quote, context.actor, context.client)
        self.admission.remember(request, context.actor)
        return prepared

    def prepared(self, request: Request, context: Context) -> Prepared:
        """``prepare`` for a request that was let in before. Raises ``Refused``."""
        parsed = self.documents.parsed(request.query)
        sized = self.gate.sized(request.query, parsed)
        # Before validation, whose time grows faster than a document does.
        self.gate.check(sized, context.actor)
        if context.actor.is_anonymous:
            self._check_public(request)
        self.admission.check_introspection(parsed, context.actor)
        document = self.documents.get(request.query)
        if document.problems:
            raise Refused(*document.problems)
        operation = document.operation(request.operation_name)
        quote = self.gate.quote(sized, operation, request.variables, context.actor)
        return Prepared(request, document, operation, quote)

    def check_variables(self, prepared: Prepared, context: Context) -> None:
        """Whether the variables fit the operation. Raises ``Refused``."""
        self._built(prepared, context)

    async def run(self, request: Request, context: Context) -> Answer:
        """Prepare and execute a query or mutation. Never raises for what the client sent."""
        try:
            prepared = await self.prepare(request, context)
        except Refused as refusal:
            return Answer(None, refusal.errors, was_executed=False)
        return await self.execute(prepared, context)

    async def execute(self, prepared: Prepared, context: Context, event: Any = None) -> Answer:
        """Execute a query, a mutation, or a subscription for one event. Never raises."""
        request = prepared.request
        if prepared.is_dry:
            shown = await self.gate.show(prepared.quote, context.actor, context.client)
            return Answer(None, [], was_executed=True, extensions={"cost": shown})
        try:
            async with recorded(prepared, context, event), asyncio.timeout(self.deadline_seconds):
                result = await self.engine.execute(
                    prepared.document.node,
                    operation_name=request.operation_name,
                    root_value=event,
                    context_value=context,
                    variable_values=request.variables,
                )
        except TimeoutError:
            timed_out = errors.request_error("The operation took too long", errors.TIMEOUT)
            return Answer(None, [timed_out], was_executed=True, extensions=_cost(context))
        finally:
            # Batches run in tasks of their own.
            context.loaders.stop()
        return _answer(result, request, context)

    async def subscribe(self, prepared: Prepared, context: Context) -> AsyncGenerator[Answer, None]:
        """
        The answers of a subscription: one per event, each with fresh loaders.

        A request error, or a failure of the stream itself, comes as a last answer that was not
        executed.
        """
        try:
            source = await self._source(prepared, context)
        except Refused as refusal:
            yield Answer(None, refusal.errors, was_executed=False)
            return
        # Those of the log as it was when the subscription began: a restore makes them void.
        cursors = context.services.stream.hub.cursors
        try:
            async for event in source:
                answer = await self.execute(prepared, context.renewed(), event)
                yield _placed(answer, event, cursors)
        except Exception as error:
            reported = GraphQLError(str(error), original_error=error)
            failures = errors.execution_errors([reported], prepared.request.operation_name)
            yield Answer(None, failures, was_executed=False)
        finally:
            await source.aclose()

    def _check_public(self, request: Request) -> None:
        # Before validation, so that an anonymous client cannot tell the schema's names apart.
        document = Document(self.documents.parsed(request.query), ())
        operation = document.operation(request.operation_name)
        if not PUBLIC_FIELDS.issuperset(document.root_fields(operation)):
            raise Refused(errors.domain_error(Unauthenticated()))

    async def _source(self, prepared: Prepared, context: Context) -> Any:
        source = create_source_event_stream(self._built(prepared, context))
        if isawaitable(source):
            source = await source
        if isinstance(source, ExecutionResult):
            name = prepared.request.operation_name
            raise Refused(*errors.execution_errors(source.errors or [], name))
        return source

    def _built(self, prepared: Prepared, context: Context) -> Any:
        request = prepared.request
        executor = StrawberryGraphQLCoreExecutionContext.build(
            self._schema,
            prepared.document.node,
            context_value=context,
            raw_variable_values=request.variables,
            operation_name=request.operation_name,
            hide_suggestions=True,
        )
        if isinstance(executor, list):
            raise Refused(*errors.execution_errors(executor, request.operation_name))
        return executor


def _cost(context: Context) -> dict[str, Any]:
    """What was charged for the operation; nothing is for each event of a subscription."""
    return {} if context.charge is None else {"cost": context.charge.shown()}


def _placed(answer: Answer, event: Any, cursors: Cursors) -> Answer:
    """The answer with its event's place; a record that is shown anew has none."""
    if not isinstance(event, LoggedEvent | Gap):
        return answer
    return replace(answer, position=event.position, cursor=cursors.seal(event.position))


def _answer(result: ExecutionResult, request: Request, context: Context) -> Answer:
    raised = result.errors or []
    # Errors without a path are about the request itself: variables that do not fit.
    is_refused = result.data is None and any(error.path is None for error in raised)
    failures = errors.execution_errors(raised, request.operation_name) if raised else []
    extensions = {} if is_refused else _cost(context)
    return Answer(result.data, failures, was_executed=not is_refused, extensions=extensions)
