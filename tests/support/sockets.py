"""WebSockets as a client opens them that keeps to no protocol."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Any

import websockets
from websockets.exceptions import ConnectionClosed

from tests.support.server import Api, Socket

PROTOCOL = "graphql-transport-ws"


@asynccontextmanager
async def opened(
    api: Api, *messages: dict[str, Any] | str | bytes, protocols: tuple[str, ...] = (PROTOCOL,)
) -> AsyncIterator[Socket]:
    """A socket that has sent these messages, as they are or as JSON, and read nothing."""
    url = api.url.replace("http://", "ws://") + "/graphql"
    async with websockets.connect(url, subprotocols=list(protocols) or None) as connection:
        for message in messages:
            raw = json.dumps(message) if isinstance(message, dict) else message
            await connection.send(raw)
        yield Socket(connection)


def init(token: str | None) -> dict[str, Any]:
    """``connection_init`` with the token."""
    payload = {} if token is None else {"authorization": f"Bearer {token}"}
    return {"type": "connection_init", "payload": payload}


async def closing_of(socket: Socket) -> tuple[int, str]:
    """The code and reason that the server closes the socket with, after whatever else it sends."""
    async with asyncio.timeout(30):
        with suppress(ConnectionClosed):
            while True:
                await socket.connection.recv()
    return socket.connection.close_code or 0, socket.connection.close_reason or ""
