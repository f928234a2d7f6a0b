"""GraphQL over WebSocket: the graphql-transport-ws protocol, as its document says."""

import asyncio
import contextlib
import time
from typing import Any

import orjson
import structlog
from graphql import OperationType
from starlette.websockets import WebSocket, WebSocketDisconnect, WebSocketState

from domain.identity.errors import InvalidToken
from domain.kernel.access import Actor
from graph.authentication import Authenticator
from graph.context import Context, Services
from graph.documents import Refused
from graph.execution import Answer, Executor, Request
from graph.transport.http import new_request_id
from graph.transport.requests import decode_json, decode_request

PROTOCOL = "graphql-transport-ws"
_INIT_SECONDS = 5.0
_MOST_OPERATIONS = 50
_LONGEST_ID = 128

logger = structlog.get_logger(__name__)


class Closing(Exception):
    """The socket is to be closed with this code and reason."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(reason)
        self.code = code
        self.reason = reason


class GraphQLSocket:
    """
    One socket. Its identity is that of ``connection_init``, until its token expires.

    A wrong message closes the socket with the protocol's code; a wrong operation does not.
    """

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
        self._has_init = False
        self._operations: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Serve the socket until either side closes it."""
        if PROTOCOL not in self._socket.scope.get("subprotocols", []):
            await self._socket.close(4406, "Subprotocol not acceptable")
            return
        await self._socket.accept(PROTOCOL)
        try:
            await self._serve()
        except Closing as closing:
            await self._close(closing)
        except WebSocketDisconnect:
            pass
        finally:
            await self._stop_all()

    async def _serve(self) -> None:
        try:
            async with asyncio.timeout(_INIT_SECONDS):
                while self._actor is None:
                    await self._handle(await self._receive())
        except TimeoutError:
            raise Closing(4408, "Connection initialisation timeout") from None
        remaining = None
        if self._actor.expires_at is not None:
            remaining = self._actor.expires_at.timestamp() - time.time()
        try:
            async with asyncio.timeout(remaining):
                while True:
                    await self._handle(await self._receive())
        except TimeoutError:
            raise Closing(4403, "Token expired") from None

    async def _receive(self) -> dict[str, Any]:
        message = await self._socket.receive()
        if message["type"] == "websocket.disconnect":
            raise WebSocketDisconnect(message.get("code", 1005))
        text = message.get("text")
        if text is None:
            raise Closing(4400, "Messages must be text")
        try:
            decoded = decode_json(text)
        except Refused as refusal:
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
        try:
            self._actor = await self._authenticator.actor(authorization)
        except InvalidToken:
            raise Closing(4403, "Forbidden") from None
        await self._send({"type": "connection_ack"})

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
        if len(self._operations) >= _MOST_OPERATIONS:
            refusal = {
                "message": f"A socket runs at most {_MOST_OPERATIONS} operations",
                "extensions": {"code": "LIMIT_EXCEEDED"},
            }
            await self._send({"id": operation_id, "type": "error", "payload": [refusal]})
            return
        task = asyncio.create_task(self._run(operation_id, message.get("payload"), self._actor))
        self._operations[operation_id] = task

    async def _complete(self, message: dict[str, Any]) -> None:
        task = self._operations.pop(_id_of(message), None)
        if task is not None:
            task.cancel()

    async def _run(self, operation_id: str, payload: Any, actor: Actor) -> None:
        this_task = asyncio.current_task()
        try:
            request = decode_request(payload)
            with structlog.contextvars.bound_contextvars(
                request_id=new_request_id(), operation=request.operation_name, actor=actor.subject
            ):
                await self._answer(operation_id, request, Context(self._services, actor))
        except Refused as refusal:
            await self._finish(operation_id, "error", refusal.errors)
        except (WebSocketDisconnect, RuntimeError):
            # The client left while an answer was on its way.
            pass
        except Exception:
            logger.exception("operation failed", operation_id=operation_id)
            with contextlib.suppress(Exception):
                await self._socket.close(1011, "Internal error")
        finally:
            if self._operations.get(operation_id) is this_task:
                del self._operations[operation_id]

    async def _answer(self, operation_id: str, request: Request, context: Context) -> None:
        kind = self._executor.operation_type(request, context)
        if kind is not OperationType.SUBSCRIPTION:
            await self._next(operation_id, await self._executor.execute(request, context))
        else:
            answers = self._executor.subscribe(request, context)
            async with contextlib.aclosing(answers):  # type: ignore[type-var]
                async for answer in answers:
                    await self._next(operation_id, answer)
        await self._finish(operation_id, "complete")

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
        await self._socket.send_text(orjson.dumps(message).decode())

    async def _close(self, closing: Closing) -> None:
        if self._socket.application_state is not WebSocketState.DISCONNECTED:
            with contextlib.suppress(RuntimeError):
                await self._socket.close(closing.code, closing.reason)

    async def _stop_all(self) -> None:
        tasks = list(self._operations.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def _id_of(message: dict[str, Any]) -> str:
    operation_id = message.get("id")
    if not isinstance(operation_id, str) or not 0 < len(operation_id) <= _LONGEST_ID:
        raise Closing(4400, "id must be a text that is not empty")
    return operation_id
