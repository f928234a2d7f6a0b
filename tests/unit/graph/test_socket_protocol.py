"""Text that is written past the server's interface comes whole, in order, or not at all."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
import websockets
from uvicorn.server import ServerState

from graph.transport.protocols import server_config
from graph.transport.socket_protocol import SocketProtocol
from graph.transport.writing import writer_of

A_LOT = b"x" * 2**20


class Served:
    """The server's side of one accepted socket."""

    def __init__(self) -> None:
        self.is_over = asyncio.Event()
        self.accepted: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def __call__(self, scope: Any, _receive: Any, send: Any) -> None:
        self.scope, self.send = scope, send
        self.write = writer_of(scope).write
        await send({"type": "websocket.accept"})
        self.accepted.set_result(None)
        await self.is_over.wait()


@asynccontextmanager
async def connected() -> AsyncIterator[tuple[Served, SocketProtocol, websockets.ClientConnection]]:
    served, state = Served(), ServerState()
    config = server_config(served)
    config.load()
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SocketProtocol(config, state, {}), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    async with server, websockets.connect(f"ws://127.0.0.1:{port}", max_size=None) as client:
        await served.accepted
        [protocol] = state.connections
        yield served, protocol, client
        served.is_over.set()


class TestWriting:
    @pytest.mark.parametrize("size", [1, 125, 126, 65_535, 65_536])
    async def test_is_a_message_like_any_other_whatever_its_size(self, size):
        async with connected() as (served, _, client):
            assert served.write(b"a" * size)
            await served.send({"type": "websocket.send", "text": "b"})

            assert await client.recv() == "a" * size
            assert await client.recv() == "b"

    async def test_is_refused_while_the_client_does_not_read(self):
        async with connected() as (served, protocol, client):
            while served.write(A_LOT):
                pass

            assert not protocol.writable.is_set()
            client.transport.abort()

    async def test_never_passes_what_waits_to_be_sent(self):
        async with connected() as (served, protocol, client):
            protocol.pause_writing()
            waiting = asyncio.ensure_future(
                served.send({"type": "websocket.send", "text": "first"})
            )
            await asyncio.sleep(0)
            protocol.resume_writing()

            assert not served.write(b"second")
            await waiting
            assert served.write(b"second")
            assert [await client.recv(), await client.recv()] == ["first", "second"]

    async def test_is_refused_once_the_socket_is_being_closed(self):
        async with connected() as (served, _, client):
            await served.send({"type": "websocket.close", "code": 1000})

            assert not served.write(b"late")
            await client.wait_closed()
