"""GraphQL over WebSocket: the graphql-transport-ws protocol, as its document says."""

import asyncio
import contextlib
import time
from typing import Any, ClassVar

import orjson
import structlog
from graphql import OperationType
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from domain.identity.errors import InvalidToken
from domain.kernel.access import Actor
from graph import errors
from graph.authentication import Authenticator
from graph.context import Context, Services
from graph.documents import Refused
from graph.execution import Answer, Executor, Request
from graph.transport.closing import Closing, within
from graph.transport.http import new_request_id
from graph.transport.requests import Malformed, decode_request, parse_json

PROTOCOL = "graphql-transport-ws"
_MOST_OPERATIONS = 50
_LONGEST_ID = 128

logger = structlog.get_logger(__name__)


class GraphQLSocket:
    """
    One socket. Its identity is that of ``connection_init``, until its token expires.

    A wrong message closes the socket with the protocol's code; a wrong operation does not.
    """

    #: How long a client may take to send ``connection_init``.
    init_seconds: ClassVar[float] = 5.0

    def __init__(
        self,
        socket: WebSocket,
        services: Services,
        executor: Executor,
        authenticator: Authenticator,
    ) -> None:
        self._socket = socket
        self._services = services
        self._executor = executor
        self._authenticator = authenticator
        self._actor: Actor | None = None
        self._authorization: str | None = None
        self._has_init = False
        self._operations: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Serve the socket until either side closes it."""
        if PROTOCOL not in self._socket.scope.get("subprotocols", []):
            # A close code reaches the client only on a socket that was accepted.
            await self._socket.accept()
            await self._socket.close(4406, "Subprotocol not acceptable")
            return
        await self._socket.accept(PROTOCOL)
        try:
            await self._serve()
        except Closing as closing:
            await self._close(closing)
        except WebSocketDisconnect:
            pass
        except Exception as error:
            logger.error("socket failed", exc_info=error)
            await self._close(Closing(1011, "Internal error"))
        finally:
            await self._stop_all()

    async def _serve(self) -> None:
        async with within(self.init_seconds, 4408, "Connection initialisation timeout"):
            while self._actor is None:
                await self._handle(await self._receive())
        remaining = None
        if self._actor.expires_at is not None:
            remaining = self._actor.expires_at.timestamp() - time.time()
        async with within(remaining, 4403, "Token expired"):
            while True:
                await self._handle(await self._receive())

    async def _receive(self) -> dict[str, Any]:
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005))
        text = message.get("text")
        if text is None:
            raise Closing(4400, "Messages must be text")
        try:
            decoded = parse_json(text)
        except Malformed as refusal:
            raise Closing(4400, str(refusal)) from None
        if not isinstance(decoded, dict) or not isinstance(decoded.get("type"), str):
            raise Closing(4400, "A message must be an object with a type")
        return decoded

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
            raise Closing(4400, "Unknown message type")
        if not isinstance(message.get("payload"), (dict, type(None))):
            raise Closing(4400, "payload must be an object")
        await handler(message)

    async def _init(self, message: dict[str, Any]) -> None:
        if self._has_init:
            raise Closing(4429, "Too many initialisation requests")
        self._has_init = True
        payload = message.get("payload") or {}
        authorization = payload.get("authorization", payload.get("Authorization"))
        if authorization is not None and not isinstance(authorization, str):
            raise Closing(4400, "authorization must be text")
        self._authorization = authorization
        self._actor = await self._identity()
        await self._send({"type": "connection_ack"})

    async def _identity(self) -> Actor:
        """Who the socket speaks for, as of half a minute ago at most."""
        try:
            return await self._authenticator.actor(self._authorization)
        except InvalidToken:
            raise Closing(4403, "Forbidden") from None

    async def _ping(self, message: dict[str, Any]) -> None:
        await self._send({"type": "pong"})

    async def _pong(self, message: dict[str, Any]) -> None:
        """A pong needs no answer."""

    async def _subscribe(self, message: dict[str, Any]) -> None:
        if self._actor is None:
            raise Closing(4401, "Unauthorized")
        operation_id = _id_of(message)
        if operation_id in self._operations:
            raise Closing(4409, f"Subscriber for {operation_id} already exists")
        try:
            request = decode_request(message.get("payload"))
            if len(self._operations) >= _MOST_OPERATIONS:
                raise Refused(_too_many())
        except Malformed as refusal:
            raise Closing(4400, str(refusal)) from None
        except Refused as refusal:
            await self._send({"id": operation_id, "type": "error", "payload": refusal.errors})
            return
        actor = await self._identity()
        task = asyncio.create_task(self._run(operation_id, request, actor))
        self._operations[operation_id] = task

    async def _complete(self, message: dict[str, Any]) -> None:
        task = self._operations.pop(_id_of(message), None)
        if task is not None:
            task.cancel()

    async def _run(self, operation_id: str, request: Request, actor: Actor) -> None:
        this_task = asyncio.current_task()
        try:
            with structlog.contextvars.bound_contextvars(
                request_id=new_request_id(), operation=request.operation_name, actor=actor.subject
            ):
                await self._answer(operation_id, request, Context(self._services, actor))
        except WebSocketDisconnect:
            # The client left while an answer was on its way.
            pass
        except Closing as closing:
            await self._close(closing)
        finally:
            if self._operations.get(operation_id) is this_task:
                del self._operations[operation_id]

    async def _answer(self, operation_id: str, request: Request, context: Context) -> None:
        try:
            if self._executor.operation_type(request, context) is OperationType.SUBSCRIPTION:
                async with contextlib.aclosing(self._executor.subscribe(request, context)) as live:
                    async for answer in live:
                        await self._identity()
                        await self._next(operation_id, answer)
            else:
                await self._next(operation_id, await self._executor.execute(request, context))
            await self._finish(operation_id, "complete")
        except Refused as refusal:
            await self._finish(operation_id, "error", refusal.errors)
        except (WebSocketDisconnect, Closing):
            raise
        except Exception as error:
            logger.error("operation failed", exc_info=error)
            await self._finish(operation_id, "error", [errors.internal_error()])

    async def _next(self, operation_id: str, answer: Answer) -> None:
        if not answer.was_executed:
            raise Refused(*answer.errors)
        await self._send({"id": operation_id, "type": "next", "payload": answer.body()})

    async def _finish(self, operation_id: str, kind: str, payload: Any = None) -> None:
        # The id is free again before the client can know of it.
        self._operations.pop(operation_id, None)
        message = {"id": operation_id, "type": kind}
        await self._send(message if payload is None else {**message, "payload": payload})

    async def _send(self, message: dict[str, Any]) -> None:
        text = orjson.dumps(message).decode()
        try:
            await self._socket.send_text(text)
        except RuntimeError:
            # Starlette's word for a socket that this side has closed.
            raise WebSocketDisconnect(1006) from None

    async def _close(self, closing: Closing) -> None:
        if self._socket.application_state is not WebSocketState.DISCONNECTED:
            with contextlib.suppress(RuntimeError, WebSocketDisconnect):
                await self._socket.close(closing.code, closing.reason)

    async def _stop_all(self) -> None:
        tasks = list(self._operations.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _too_many() -> dict[str, Any]:
    message = f"A socket runs at most {_MOST_OPERATIONS} operations"
    return errors.request_error(message, errors.LIMIT_EXCEEDED)


def _id_of(message: dict[str, Any]) -> str:
    operation_id = message.get("id")
    if not isinstance(operation_id, str) or not 0 < len(operation_id) <= _LONGEST_ID:
        raise Closing(4400, f"id must be a text of 1 to {_LONGEST_ID} characters")
    return operation_id
