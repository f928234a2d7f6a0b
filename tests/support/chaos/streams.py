"""Subscriptions as clients of two kinds hold them: over a WebSocket, and as server-sent events."""

import asyncio
import contextlib
import json
import socket
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx
import websockets

from tests.support.chaos.witnesses import Delivery

_EVENTS = """
    subscription Storm($filter: CustomerEventFilter, $after: String) {
      customerEvents(filter: $filter, after: $after) {
        __typename ... on CustomerEvent { id cursor %s }
      }
    }
"""
SLIM = _EVENTS % ""
#: Some kilobytes an event: a reader that stops is soon in the server's way.
FAT = _EVENTS % " ".join(f"_{number}: data" for number in range(15))

#: Answers that a fault explains: the client comes back.
EXCUSED = frozenset({"INTERNAL_SERVER_ERROR", "BUSY", "TIMEOUT", "UNAVAILABLE"})
#: What ends a connection to a server that dies.
LOST = (OSError, httpx.HTTPError, websockets.WebSocketException, TimeoutError)
_RECEIVE_BUFFER = 4096


class Refused(Exception):
    """The server answered with errors, or with something else than an event."""

    @property
    def codes(self) -> set[str]:
        """The errors' codes."""
        return {error.get("extensions", {}).get("code", "?") for error in self.args[0]}


@dataclass(frozen=True, slots=True)
class Subscription:
    """
    What one connection asks for: the events behind ``after``, or from now on.

    ``origin`` is the ``after`` of its first connection. ``is_narrow`` takes little from the
    socket at a time.
    """

    url: str
    token: str
    after: str | None = None
    origin: str | None = None
    filter: dict[str, Any] = field(default_factory=dict)
    query: str = SLIM
    is_narrow: bool = False

    def operation(self, after: str | None) -> dict[str, Any]:
        return {"query": self.query, "variables": {"filter": self.filter, "after": after}}


async def over_websocket(wanted: Subscription) -> AsyncGenerator[Delivery, None]:
    """What the server tells over graphql-transport-ws, resumed by ``after``."""
    address = wanted.url.replace("http://", "ws://") + "/graphql"
    async with contextlib.AsyncExitStack() as stack:
        options: dict[str, Any] = {"ping_interval": None, "close_timeout": 1, "compression": None}
        if wanted.is_narrow:
            narrow = stack.enter_context(contextlib.closing(_narrow_socket()))
            await asyncio.get_running_loop().sock_connect(narrow, _address(wanted.url))
            options |= {"sock": narrow, "max_queue": 1}
        connection = await stack.enter_async_context(
            websockets.connect(address, subprotocols=["graphql-transport-ws"], **options)
        )
        payload = {"authorization": f"Bearer {wanted.token}"}
        await connection.send(json.dumps({"type": "connection_init", "payload": payload}))
        operation = wanted.operation(wanted.after)
        await connection.send(json.dumps({"id": "1", "type": "subscribe", "payload": operation}))
        try:
            async for text in connection:
                message = json.loads(text)
                if message["type"] == "next":
                    yield _delivery(message["payload"])
                elif message["type"] == "error":
                    raise Refused(message["payload"])
                elif message["type"] == "complete":
                    return
        except (asyncio.CancelledError, GeneratorExit):
            # The client's machine is gone: no goodbye.
            connection.transport.abort()
            raise


async def over_sse(wanted: Subscription) -> AsyncGenerator[Delivery, None]:
    """What the server tells as server-sent events, resumed by ``Last-Event-ID``."""
    headers = {"Authorization": f"Bearer {wanted.token}", "Accept": "text/event-stream"}
    if wanted.after and wanted.after != wanted.origin:
        headers["Last-Event-ID"] = wanted.after
    operation = wanted.operation(wanted.origin)
    patience = httpx.Timeout(10, read=60)
    async with (
        httpx.AsyncClient(timeout=patience) as client,
        client.stream("POST", f"{wanted.url}/graphql", json=operation, headers=headers) as response,
    ):
        if response.status_code >= 500:
            return
        if "text/event-stream" not in response.headers["content-type"]:
            raise Refused(json.loads(await response.aread())["errors"])
        event: dict[str, str] = {}
        async for line in response.aiter_lines():
            if line:
                name, _, value = line.partition(":")
                event[name] = value.removeprefix(" ")
            elif event.get("event") == "next":
                yield _delivery(json.loads(event["data"]), cursor=event.get("id"))
                event = {}
            elif event.get("event") == "complete":
                return
            else:
                event = {}


def _delivery(payload: dict[str, Any], *, cursor: str | None = None) -> Delivery:
    if payload.get("errors"):
        raise Refused(payload["errors"])
    event = payload["data"]["customerEvents"]
    if "id" not in event:
        raise Refused([{"message": f"{event['__typename']} instead of an event"}])
    return Delivery(event["id"], cursor or event["cursor"])


def _narrow_socket() -> socket.socket:
    narrow = socket.socket()
    narrow.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER)
    narrow.setblocking(False)
    return narrow


def _address(url: str) -> tuple[str, int]:
    parts = urlsplit(url)
    assert parts.hostname
    assert parts.port
    return parts.hostname, parts.port
