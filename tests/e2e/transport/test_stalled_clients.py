"""A client that has stopped reading is gone before long, with all that was kept for it."""

import asyncio
import json
import socket as sockets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import websockets

from domain.kernel.access import SYSTEM, Permission
from tests.support.customers import created_customer
from tests.support.server import Api, running_api
from tests.support.sockets import PROTOCOL, init
from tests.support.streams import SSE
from tests.support.subscribers import updated
from tests.support.waiting import eventually

QUERY = "subscription { customerEvents { data } }"
#: Makes an event of about 8 kB.
LONG = "f" * 8_000


@pytest.fixture
async def api(database_url: str, tmp_path: Path) -> AsyncIterator[Api]:
    """A server that waits half a second for a client to read on."""
    async with running_api(database_url, tmp_path, user_timeout_ms=500) as api:
        yield api


async def connected(api: Api) -> sockets.socket:
    """A connection whose client takes no more than a few kilobytes."""
    made = sockets.socket()
    made.setsockopt(sockets.SOL_SOCKET, sockets.SO_RCVBUF, 4096)
    made.setblocking(False)
    address = urlsplit(api.url)
    await asyncio.get_running_loop().sock_connect(made, (address.hostname, address.port))
    return made


@asynccontextmanager
async def stalled_socket(api: Api) -> AsyncIterator[None]:
    """A WebSocket that has subscribed and reads no event."""
    async with websockets.connect(
        api.url.replace("http", "ws") + "/graphql",
        sock=await connected(api),
        subprotocols=[PROTOCOL],
        max_queue=1,
        ping_interval=None,
        close_timeout=0,
    ) as connection:
        await connection.send(json.dumps(init(api.service_token(Permission.EVENT_READ))))
        await connection.recv()
        message = {"id": "1", "type": "subscribe", "payload": {"query": QUERY}}
        await connection.send(json.dumps(message))
        yield
        connection.transport.abort()


@asynccontextmanager
async def stalled_stream(api: Api) -> AsyncIterator[None]:
    """An event stream that was asked for and is never read."""
    body = json.dumps({"query": QUERY})
    request = (
        f"POST /graphql HTTP/1.1\r\nHost: x\r\nAccept: {SSE}\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {api.service_token(Permission.EVENT_READ)}\r\n"
        f"Content-Length: {len(body)}\r\n\r\n{body}"
    )
    with await connected(api) as connection:
        await asyncio.get_running_loop().sock_sendall(connection, request.encode())
        yield


@pytest.mark.parametrize("stalled", [stalled_socket, stalled_stream])
async def test_it_is_gone_though_no_close_and_no_ping_can_reach_it(api, stalled):
    live, hub = api.application.live, api.application.services.stream.hub
    customer_id = await created_customer(api.application.services.database)

    async with stalled(api):
        await eventually(lambda: live.groups.followers == 1)
        async with api.application.services.database.unit_of_work(SYSTEM) as session:
            for number in range(40):
                await session.announce(updated(customer_id, f"{LONG}{number}"))
        await eventually(lambda: live.groups.followers == 0)
        await eventually(lambda: hub.followers == 0)

    assert len(live.groups) == 0
