"""GraphQL over server-sent events, distinct connections mode: one operation, one response."""

import asyncio
import random
from contextlib import aclosing, suppress
from typing import Any, ClassVar

import orjson
import structlog
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from domain.identity.errors import InvalidToken
from domain.kernel.access import Actor
from graph import errors
from graph.authentication import Identity, remaining_seconds
from graph.context import Context
from graph.documents import Refused
from graph.execution import Answer, Prepared
from graph.live.delivery import Delivery
from graph.live.live import Live
from graph.live.principals import TooManyStreams
from graph.transport.closing import RESTARTING, TOKEN_EXPIRED, Closing, Lifetime
from graph.transport.identities import known
from graph.transport.negotiation import EVENTS, MODERN
from graph.transport.responses import full, respond_later

_HEADERS = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
_COMPLETE = b"event: complete\ndata:\n\n"
_CLIENT_LEFT = 1001
_SHORTEST_RETRY_MS = 1000
_LONGEST_RETRY_MS = 3000

logger = structlog.get_logger(__name__)


def answered(answer: Answer) -> Response:
    """A query's or mutation's only answer, as a stream."""
    body = _next(Delivery.of(answer)) + _COMPLETE
    return Response(body, media_type=EVENTS, headers=_HEADERS)


class SubscriptionResponse(Response):
    """
    A subscription as a stream of ``next`` events, each with its cursor as the id.

    It ends with ``complete``: when the subscription does, when the token does (after a last
    ``next`` that says so) and when the process does.
    """

    #: How often the client of a quiet stream sees that it stands.
    heartbeat_seconds: ClassVar[float] = 15.0

    def __init__(
        self,
        live: Live,
        prepared: Prepared,
        context: Context,
        identity: Identity,
    ) -> None:
        super().__init__(media_type=EVENTS, headers=_HEADERS)
        del self.headers["content-length"]
        self._live = live
        self._prepared = prepared
        self._context = context
        self._identity_now = identity
        self._stream = live.stream(prepared, context, self._identity)
        self._life = Lifetime()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send the stream to its end, whoever ends it."""
        if not self._live.has_room:
            await full(MODERN)(scope, receive, send)
            return
        try:
            with self._live.principals.admitted(self._context.actor):
                await self._serve(receive, send)
        except TooManyStreams as refusal:
            await _too_many(refusal)(scope, receive, send)

    async def _serve(self, receive: Receive, send: Send) -> None:
        actor = self._context.actor
        named = {"operation": self._prepared.request.operation_name, "actor": actor.subject}
        with (
            self._live.present(self),
            structlog.contextvars.bound_contextvars(**named),
        ):
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            beside = [
                asyncio.create_task(self._watch(receive)),
                asyncio.create_task(self._beat(send)),
            ]
            try:
                last = await self._run(send)
                await send({"type": "http.response.body", "body": last + _COMPLETE})
            finally:
                for task in beside:
                    task.cancel()

    def leave(self) -> None:
        """The process is about to end."""
        self._life.ends(Closing(RESTARTING, "Service restart"))

    async def _run(self, send: Send) -> bytes:
        """Send until there is nothing more to come; what is to be said last."""
        try:
            async with self._life:
                expired = Closing(TOKEN_EXPIRED, "Token expired")
                self._life.ends(expired, seconds=remaining_seconds(self._context.actor))
                if self._live.is_leaving:
                    self.leave()
                # Not all at once when the process has come back.
                retry = random.randint(_SHORTEST_RETRY_MS, _LONGEST_RETRY_MS)  # noqa: S311
                await send(_part(b"retry: %d\n\n" % retry))
                async with aclosing(self._stream.deliveries()) as deliveries:
                    async for delivery in deliveries:
                        await send(_part(_next(delivery)))
        except Closing as closing:
            is_expired = closing.code == TOKEN_EXPIRED
            return _failed(errors.domain_error(InvalidToken())) if is_expired else b""
        except Refused as refusal:
            return _failed(*refusal.errors)
        except Exception as error:
            logger.error("event stream failed", exc_info=error)
            return _failed(errors.internal_error())
        return b""

    async def _identity(self) -> Actor:
        """Who the stream speaks to, as of half a minute ago at most."""
        try:
            return await known(self._identity_now.actor())
        except InvalidToken:
            raise Closing(TOKEN_EXPIRED, "Token expired") from None

    async def _watch(self, receive: Receive) -> None:
        while (await receive())["type"] != "http.disconnect":
            pass
        self._life.ends(Closing(_CLIENT_LEFT, "Client left"))

    async def _beat(self, send: Send) -> None:
        while True:
            await asyncio.sleep(self.heartbeat_seconds)
            # A stream that is quiet tells nobody anything, whoever it is by now.
            with suppress(Refused):
                try:
                    await self._identity()
                except Closing as closing:
                    self._life.ends(closing)
                    return
            # No await from the question to the sending: nothing can be handed out in between.
            cursor = self._live.cursor if self._stream.is_caught_up else None
            await send(_part(_id_of(cursor) + b":\n\n"))


def _too_many(refusal: TooManyStreams) -> Response:
    failure = errors.request_error(str(refusal), errors.LIMIT_EXCEEDED)
    return respond_later(429, failure, MODERN)


def _part(block: bytes) -> dict[str, Any]:
    return {"type": "http.response.body", "body": block, "more_body": True}


def _id_of(cursor: str | None) -> bytes:
    return b"" if cursor is None else f"id: {cursor}\n".encode()


def _next(delivery: Delivery) -> bytes:
    return b"event: next\n" + _id_of(delivery.cursor) + b"data: " + delivery.payload + b"\n\n"


def _failed(*failures: dict[str, Any]) -> bytes:
    return _next(Delivery(orjson.dumps({"errors": list(failures)})))
