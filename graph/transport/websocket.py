"""GraphQL over WebSocket: the graphql-transport-ws protocol, as its document says."""

import asyncio
import contextlib
from typing import Any, ClassVar

import orjson
import structlog
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from domain.identity.errors import InvalidToken
from domain.kernel.access import Actor, Permission
from graph import errors
from graph.authentication import Authenticator, Identity, remaining_seconds
from graph.context import Services
from graph.documents import Refused
from graph.execution import Executor
from graph.live.live import Live
from graph.live.principals import TooManyStreams
from graph.transport.clients import client_of
from graph.transport.closing import (
    RESTARTING,
    TOKEN_EXPIRED,
    TOO_MANY,
    TRY_AGAIN,
    Closing,
    Lifetime,
)
from graph.transport.identities import known
from graph.transport.messages import Messages, id_of, malformed
from graph.transport.operations import Operations
from graph.transport.requests import Malformed, decode_request
from graph.transport.writing import Route, writer_of

PROTOCOL = "graphql-transport-ws"
_MOST_OPERATIONS = 50
_FAREWELL_SECONDS = 3.0

logger = structlog.get_logger(__name__)


class GraphQLSocket:
    """
    One socket. Its identity is that of ``connection_init``, until its token expires.

    A wrong message closes the socket with the protocol's code; a wrong operation does not.
    """

    #: How long a client may take to send ``connection_init``.
    init_seconds: ClassVar[float] = 5.0

    #: How often a client whose subscriptions are quiet is told how far they have come.
    checkpoint_seconds: ClassVar[float] = 30.0

    #: How long one without a token may stay: enough to sign in and connect anew.
    anonymous_seconds: ClassVar[float] = 60.0

    def __init__(
        self,
        socket: WebSocket,
        services: Services,
        executor: Executor,
        authenticator: Authenticator,
        live: Live,
    ) -> None:
        self._socket = socket
        self._authenticator = authenticator
        self._live = live
        self._actor: Actor | None = None
        self._identity_now = Identity(authenticator, None)
        self._has_init = False
        self._messages = Messages(socket)
        self._writer = writer_of(socket.scope)
        self._life = Lifetime()
        self._held = contextlib.ExitStack()
        self._checkpoints: asyncio.Task[None] | None = None
        self._operations = Operations(
            services,
            executor,
            live,
            send=self._send_text,
            route=self._route,
            identify=self._identity,
            close=self._life.ends,
            client=client_of(socket),
        )

    async def run(self) -> None:
        """Serve the socket until either side closes it."""
        if PROTOCOL not in self._socket.scope.get("subprotocols", []):
            # A close code reaches the client only on a socket that was accepted.
            await self._socket.accept()
            await self._socket.close(4406, "Subprotocol not acceptable")
            return
        await self._socket.accept(PROTOCOL)
        try:
            with self._live.present(self):
                await self._serve()
        except Closing as closing:
            await self._say_goodbye(closing)
        except WebSocketDisconnect:
            pass
        except Exception as error:
            logger.error("socket failed", exc_info=error)
            await self._close(Closing(1011, "Internal error"))
        finally:
            if self._checkpoints is not None:
                self._checkpoints.cancel()
            await self._operations.stop_all()
            self._held.close()

    def leave(self) -> None:
        """The process is about to end."""
        self._life.ends(Closing(RESTARTING, "Service restart"))

    async def _serve(self) -> None:
        late = Closing(4408, "Connection initialisation timeout")
        async with self._life:
            self._life.ends(late, seconds=self.init_seconds)
            if self._live.is_leaving:
                self.leave()
            while True:
                await self._handle(await self._messages.next())

    async def _handle(self, message: dict[str, Any]) -> None:
        handlers = {
            "connection_init": self._init,
            "ping": self._ping,
            "pong": self._pong,
            "subscribe": self._subscribe,
            "complete": self._complete,
        }
        handler = handlers.get(message["type"])
        if handler is None:
            raise malformed("Unknown message type")
        await handler(message)

    async def _init(self, message: dict[str, Any]) -> None:
        if self._has_init:
            raise Closing(TOO_MANY, "Too many initialisation requests")
        self._has_init = True
        payload = message.get("payload") or {}
        authorization = payload.get("authorization", payload.get("Authorization"))
        if authorization is not None and not isinstance(authorization, str):
            raise malformed("authorization must be text")
        self._identity_now = Identity(self._authenticator, authorization)
        try:
            actor = await self._identity()
        except Refused as refusal:
            raise Closing(TRY_AGAIN, str(refusal)) from None
        try:
            self._held.enter_context(self._live.principals.admitted(actor))
        except TooManyStreams as refusal:
            raise Closing(TOO_MANY, str(refusal)) from None
        self._actor = actor
        if actor.is_anonymous:
            over = Closing(TOKEN_EXPIRED, "Sign in and connect anew with the token")
            self._life.ends(over, seconds=self.anonymous_seconds)
        else:
            expired = Closing(TOKEN_EXPIRED, "Token expired")
            self._life.ends(expired, seconds=remaining_seconds(actor))
        await self._send(self._acknowledgement(actor))
        self._checkpoints = asyncio.create_task(self._tell_checkpoints())

    def _acknowledgement(self, actor: Actor) -> dict[str, Any]:
        if not actor.can(Permission.EVENT_READ):
            return {"type": "connection_ack"}
        return {"type": "connection_ack", "payload": {"cursor": self._live.cursor}}

    async def _identity(self) -> Actor:
        """Who the socket speaks for, as of half a minute ago at most. Raises ``Refused``."""
        try:
            return await known(self._identity_now.actor())
        except InvalidToken:
            raise Closing(4403, "Forbidden") from None

    async def _ping(self, message: dict[str, Any]) -> None:
        await self._send({"type": "pong"})

    async def _pong(self, message: dict[str, Any]) -> None:
        """A pong needs no answer."""

    async def _subscribe(self, message: dict[str, Any]) -> None:
        if self._actor is None:
            raise Closing(4401, "Unauthorized")
        operation_id = id_of(message)
        if operation_id in self._operations:
            raise Closing(4409, f"Subscriber for {operation_id} already exists")
        try:
            request = decode_request(message.get("payload"))
            if len(self._operations) >= _MOST_OPERATIONS:
                raise Refused(_too_many())
            actor = await self._identity()
        except Malformed as refusal:
            raise malformed(str(refusal)) from None
        except Refused as refusal:
            await self._send({"id": operation_id, "type": "error", "payload": refusal.errors})
            return
        self._operations.start(operation_id, request, actor)

    async def _complete(self, message: dict[str, Any]) -> None:
        self._operations.stop(id_of(message))

    async def _tell_checkpoints(self) -> None:
        try:
            while True:
                await asyncio.sleep(self.checkpoint_seconds)
                # Who is gone meanwhile has nothing to be told, however quiet the socket is.
                with contextlib.suppress(Refused):
                    await self._identity()
                cursor = self._operations.checkpoint
                if cursor is not None:
                    await self._send({"type": "ping", "payload": {"cursor": cursor}})
        except WebSocketDisconnect:
            pass
        except Closing as closing:
            self._life.ends(closing)

    async def _send(self, message: dict[str, Any]) -> None:
        await self._send_text(orjson.dumps(message).decode())

    async def _send_text(self, text: str) -> None:
        try:
            await self._socket.send_text(text)
        except RuntimeError:
            # Starlette's word for a socket that this side has closed.
            raise WebSocketDisconnect(1006) from None

    def _route(self, head: bytes) -> Route:
        return Route(head, self._identity_now, self._writer)

    async def _say_goodbye(self, closing: Closing) -> None:
        # A client that does not read must not hold the process up.
        with contextlib.suppress(TimeoutError, WebSocketDisconnect):
            async with asyncio.timeout(_FAREWELL_SECONDS):
                if closing.code == RESTARTING:
                    await self._operations.complete_all()
                    await asyncio.sleep(self._live.leaving_delay())
                await self._close(closing)

    async def _close(self, closing: Closing) -> None:
        if self._socket.application_state is not WebSocketState.DISCONNECTED:
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                await self._socket.close(closing.code, closing.reason)


def _too_many() -> dict[str, Any]:
    message = f"A socket runs at most {_MOST_OPERATIONS} operations"
    return errors.request_error(message, errors.LIMIT_EXCEEDED)
