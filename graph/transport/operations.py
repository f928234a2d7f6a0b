"""The operations that run on one socket, each in a task of its own."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import Any

import orjson
import structlog
from graphql import OperationType
from starlette.websockets import WebSocketDisconnect

from domain.kernel.access import Actor
from graph import errors
from graph.context import Context, Services
from graph.documents import Refused
from graph.execution import Answer, Executor, Prepared, Request
from graph.live.following import Identify, Stream
from graph.live.live import Live
from graph.transport.closing import Closing
from graph.transport.requests import new_request_id
from graph.transport.writing import Route

logger = structlog.get_logger(__name__)


class Operations:
    """
    Runs what a client subscribes to and sends what comes of it.

    ``route`` is the way to the client for messages that begin so; ``identify`` says who the client
    is now; ``close`` ends the socket; ``client`` is its address.
    A mutation that has begun goes on to its end, though its client may not want the answer.
    """

    def __init__(
        self,
        services: Services,
        executor: Executor,
        live: Live,
        *,
        send: Callable[[str], Awaitable[None]],
        route: Callable[[bytes], Route],
        identify: Identify,
        close: Callable[[Closing], None],
        client: str | None,
    ) -> None:
        self._services = services
        self._executor = executor
        self._live = live
        self._send = send
        self._route = route
        self._identify = identify
        self._close = close
        self._client = client
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._changes: set[asyncio.Task[None]] = set()
        self._streams: dict[str, Stream] = {}
        self._routes: dict[str, Route] = {}

    def __contains__(self, operation_id: str) -> bool:
        return operation_id in self._tasks

    def __len__(self) -> int:
        return len(self._changes.union(self._tasks.values()))

    @property
    def checkpoint(self) -> str | None:
        """A cursor behind which no subscription has anything left to send; None if not known."""
        # No await from here to the answer: nothing can be read, handed out or sent in between.
        if not self._streams or not all(each.is_caught_up for each in self._streams.values()):
            return None
        return self._live.cursor

    def start(self, operation_id: str, request: Request, actor: Actor) -> None:
        """Run the operation."""
        self._tasks[operation_id] = asyncio.create_task(self._run(operation_id, request, actor))

    def stop(self, operation_id: str) -> None:
        """Stop the operation, if it still runs; nothing more is said of it."""
        task = self._tasks.pop(operation_id, None)
        route = self._routes.pop(operation_id, None)
        if route is not None:
            route.is_wanted = False
        if task is not None and task not in self._changes:
            task.cancel()

    async def complete_all(self) -> None:
        """End every subscription and say so; queries and mutations go on to their end."""
        for operation_id in list(self._streams):
            self.stop(operation_id)
            await self._send(_json({"id": operation_id, "type": "complete"}))

    async def stop_all(self) -> None:
        """Stop whatever runs but mutations, and wait until nothing is left of it."""
        tasks = self._changes.union(self._tasks.values())
        for task in tasks - self._changes:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, operation_id: str, request: Request, actor: Actor) -> None:
        this_task = asyncio.current_task()
        try:
            with structlog.contextvars.bound_contextvars(
                request_id=new_request_id(), operation=request.operation_name, actor=actor.subject
            ):
                context = Context(self._services, actor, client=self._client)
                await self._answer(operation_id, request, context)
        except WebSocketDisconnect:
            # The client left while an answer was on its way.
            pass
        except Closing as closing:
            self._close(closing)
        finally:
            if self._tasks.get(operation_id) is this_task:
                del self._tasks[operation_id]

    async def _answer(self, operation_id: str, request: Request, context: Context) -> None:
        try:
            prepared = await self._executor.prepare(request, context)
            if prepared.kind is OperationType.SUBSCRIPTION:
                await self._follow(
                    operation_id, self._live.stream(prepared, context, self._identify)
                )
            else:
                answer = await self._executed(prepared, context)
                if not answer.was_executed:
                    raise Refused(*answer.errors)
                await self._say({"id": operation_id, "type": "next", "payload": answer.body()})
            await self._finish(operation_id, "complete")
        except Refused as refusal:
            await self._finish(operation_id, "error", refusal.errors)
        except (WebSocketDisconnect, Closing):
            raise
        except Exception as error:
            logger.error("operation failed", exc_info=error)
            await self._finish(operation_id, "error", [errors.internal_error()])

    async def _executed(self, prepared: Prepared, context: Context) -> Answer:
        task = asyncio.current_task()
        if prepared.kind is not OperationType.MUTATION or task is None:
            return await self._executor.execute(prepared, context)
        self._changes.add(task)
        try:
            return await self._executor.execute(prepared, context)
        finally:
            self._changes.discard(task)

    async def _follow(self, operation_id: str, stream: Stream) -> None:
        route = self._route(b'{"id":%b,"type":"next","payload":' % orjson.dumps(operation_id))
        self._streams[operation_id], self._routes[operation_id] = stream, route
        try:
            async with aclosing(stream.deliveries(route.send)) as deliveries:
                async for delivery in deliveries:
                    await self._send(route.message(delivery).decode())
        finally:
            # A later operation may have the id by now.
            if self._streams.get(operation_id) is stream:
                del self._streams[operation_id]
            if self._routes.get(operation_id) is route:
                del self._routes[operation_id]

    async def _finish(self, operation_id: str, kind: str, payload: Any = None) -> None:
        message = {"id": operation_id, "type": kind}
        if not self._is_wanted(operation_id):
            return
        # The id is free again before the client can know of it.
        del self._tasks[operation_id]
        await self._send(_json(message if payload is None else {**message, "payload": payload}))

    async def _say(self, message: dict[str, Any]) -> None:
        if self._is_wanted(message["id"]):
            await self._send(_json(message))

    def _is_wanted(self, operation_id: str) -> bool:
        """Whether the id still stands for the operation that this task runs."""
        return self._tasks.get(operation_id) is asyncio.current_task()


def _json(message: dict[str, Any]) -> str:
    return orjson.dumps(message).decode()
