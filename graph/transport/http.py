"""GraphQL over HTTP: POST of one JSON request, answered as JSON or as a stream of events."""

import structlog
from graphql import OperationType
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from domain.identity.errors import InvalidToken
from domain.kernel.access import Actor
from domain.kernel.errors import Invalid
from graph import errors
from graph.authentication import Authenticator, Identity
from graph.context import Context, Services
from graph.documents import Refused
from graph.execution import Answer, Executor, Prepared
from graph.execution import Request as Operation
from graph.live.live import Live
from graph.transport.clients import client_of
from graph.transport.head import field_of
from graph.transport.identities import known
from graph.transport.negotiation import EVENTS, LEGACY, MODERN, acceptable, is_json
from graph.transport.presence import CLIENT_LEFT, while_present
from graph.transport.requests import decode_request, parse_json
from graph.transport.responses import (
    respond_answer,
    respond_error,
    respond_refusal,
    unauthorized,
)
from graph.transport.sse import SubscriptionResponse, answered

__all__ = [
    "LARGEST_BODY",
    "GraphQLOverHTTP",
    "OperationsFirst",
    "authorization_of",
    "is_json",
    "read_body",
]

LARGEST_BODY = 1024 * 1024
_NEEDS_A_STREAM = (
    f"Subscriptions need a WebSocket (graphql-transport-ws) or Accept: {EVENTS} at this address"
)

logger = structlog.get_logger(__name__)


class GraphQLOverHTTP:
    """``POST /graphql``. Every answer is JSON or a stream of it, whatever was sent."""

    def __init__(
        self, services: Services, executor: Executor, authenticator: Authenticator, live: Live
    ) -> None:
        self._services = services
        self._executor = executor
        self._authenticator = authenticator
        self._live = live

    async def post(self, request: Request) -> Response:
        """One operation."""
        scope = request.scope
        wanted = acceptable(field_of(scope, b"accept"))
        if wanted is None:
            return respond_error(406, f"Accept must allow {MODERN}, {LEGACY} or {EVENTS}", LEGACY)
        media_type = MODERN if wanted == EVENTS else wanted
        if not is_json(scope):
            return respond_error(415, f"Content-Type must be {LEGACY}", media_type)
        body = await read_body(request)
        if body is None:
            return respond_error(413, f"The body is larger than {LARGEST_BODY} bytes", media_type)
        try:
            operation = decode_request(parse_json(body))
            actor = await self._actor(authorization_of(request))
        except Refused as refusal:
            return respond_refusal(refusal, media_type)
        except InvalidToken as failure:
            return unauthorized(failure, media_type)
        structlog.contextvars.bind_contextvars(
            operation=operation.operation_name, actor=actor.subject
        )
        try:
            if wanted == EVENTS:
                return await self._streamed(request, operation, actor)
            return await self._run(request, operation, actor, media_type)
        except ClientDisconnect:
            return Response(status_code=CLIENT_LEFT)

    async def _actor(self, authorization: str | None) -> Actor:
        """Raises ``InvalidToken``, or ``Refused`` while nobody can tell."""
        at_hand = self._authenticator.at_hand(authorization)
        return at_hand or await known(self._authenticator.actor(authorization))

    async def _run(
        self, request: Request, operation: Operation, actor: Actor, media_type: str
    ) -> Response:
        context = Context(self._services, actor, client=client_of(request))
        try:
            prepared = await self._executor.prepare(operation, context)
        except Refused as refusal:
            return respond_answer(_refused(refusal), media_type)
        if prepared.kind is OperationType.SUBSCRIPTION:
            return respond_error(400, _NEEDS_A_STREAM, media_type)
        return respond_answer(await self._executed(request, prepared, context), media_type)

    async def _executed(self, request: Request, prepared: Prepared, context: Context) -> Answer:
        """A change that has begun goes on to its end, whoever has left; nothing else does."""
        work = self._executor.execute(prepared, context)
        if prepared.kind is OperationType.MUTATION:
            return await work
        return await while_present(request, work)

    async def _streamed(self, request: Request, operation: Operation, actor: Actor) -> Response:
        """The same as a stream; what is wrong with the request itself comes as JSON."""
        try:
            resumed = self._resumed(request)
            context = Context(self._services, actor, resumed, client_of(request))
            prepared = await self._executor.prepare(operation, context)
            if prepared.kind is OperationType.SUBSCRIPTION:
                self._executor.check_variables(prepared, context)
                identity = Identity(self._authenticator, authorization_of(request))
                return SubscriptionResponse(self._live, prepared, context, identity)
        except Refused as refusal:
            return respond_answer(_refused(refusal), MODERN)
        answer = await self._executed(request, prepared, context)
        return answered(answer) if answer.was_executed else respond_answer(answer, MODERN)

    def _resumed(self, request: Request) -> str | None:
        """The cursor to resume behind, by the header of event streams. Raises ``Refused``."""
        cursor = field_of(request.scope, b"last-event-id")
        if not cursor:
            return None
        try:
            self._services.stream.hub.cursors.open(cursor)
        except Invalid as failure:
            raise Refused(errors.domain_error(failure)) from None
        return cursor


class OperationsFirst:
    """``POST /graphql`` before any other path is thought of: it is most of what comes."""

    def __init__(self, app: ASGIApp, http: GraphQLOverHTTP) -> None:
        self._app = app
        self._http = http

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["path"] != "/graphql" or scope["method"] != "POST":
            await self._app(scope, receive, send)
            return
        response = await self._http.post(Request(scope, receive, send))
        await response(scope, receive, send)


def authorization_of(request: Request) -> str | None:
    """The request's ``Authorization`` header; the door lets none pass that has two."""
    return field_of(request.scope, b"authorization")


async def read_body(request: Request) -> bytes | None:
    """The body; None if it is larger than allowed, or if the client left before its end."""
    body = bytearray()
    while True:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            # Half a body may well be a whole operation: it must not run.
            logger.info("client left while sending")
            return None
        body += message.get("body", b"")
        if len(body) > LARGEST_BODY:
            return None
        if not message.get("more_body", False):
            return bytes(body)


def _refused(refusal: Refused) -> Answer:
    return Answer(None, refusal.errors, was_executed=False)
