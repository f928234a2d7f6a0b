"""SIGTERM: every client is told, nobody is waited for in vain, and all go on elsewhere."""

import asyncio
import json
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from sqlalchemy import text
from websockets.exceptions import ConnectionClosed

from domain.kernel.access import SYSTEM
from domain.kernel.database import Database
from tests.support.customers import created_customer
from tests.support.live import beginning
from tests.support.process import served
from tests.support.server import SECRET, Api, Socket, connected, running_api
from tests.support.streams import Block, Stream, wanting
from tests.support.subscribers import updated

SOCKETS = 20
STREAMS = 2
QUERY = """subscription S($after: String) {
  customerEvents(filter: {types: [CUSTOMER_UPDATED]}, after: $after) { id cursor }
}"""


@pytest.fixture
async def api(database_url: str, tmp_path: Path) -> AsyncIterator[Api]:
    """The process that stays, on the same database as the one that goes."""
    async with running_api(database_url, tmp_path) as api:
        yield api


class Client:
    """What one client has been told, and how it ended."""

    def __init__(self, cursor: str) -> None:
        self.cursor = cursor
        self.ids: list[str] = []
        self.ending: tuple[str, int] | None = None

    def told(self, payload: dict) -> None:
        event = payload["data"]["customerEvents"]
        self.ids.append(event["id"])
        self.cursor = event["cursor"]

    async def follow_socket(self, socket: Socket) -> None:
        """Subscribe and read to the end."""
        await socket.subscribe(QUERY, {"after": self.cursor})
        last = ""
        try:
            while True:
                message = json.loads(await socket.connection.recv())
                last = message["type"]
                if last == "next":
                    self.told(message["payload"])
        except ConnectionClosed:
            self.ending = (last, socket.connection.close_code or 0)

    async def follow_stream(self, response: httpx.Response) -> None:
        """Read to the end."""
        stream = Stream(response)
        last = Block()
        async with asyncio.timeout(60):
            while (block := await stream.block()) is not None:
                last = block if block.event else last
                if block.event == "next":
                    self.told(block.payload)
        self.ending = (last.event or "", response.status_code)


@asynccontextmanager
async def half_sent(url: str) -> AsyncIterator[None]:
    """A request of which half the body has come."""
    address = urlsplit(url)
    reader, writer = await asyncio.open_connection(address.hostname, address.port)
    writer.write(
        b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        b'Content-Length: 100\r\n\r\n{"query": "mutation {'
    )
    await writer.drain()
    try:
        yield
    finally:
        writer.close()
        assert await reader.read() == b""


async def written(database: Database, customer_id: int, number: int) -> None:
    for each in range(number):
        async with database.unit_of_work(SYSTEM) as session:
            await session.announce(updated(customer_id, f"f{each}"))


async def log_of(database: Database) -> list[str]:
    async with database.reading() as connection:
        found = await connection.execute(
            text(
                "select event_id from kernel.events where type = 'customer.updated' "
                "order by position"
            )
        )
        return [str(row.event_id) for row in found]


@pytest.mark.parametrize("arguments", [(), ("--workers", "2")], ids=["one process", "workers"])
async def test_every_client_is_told_and_goes_on_elsewhere_without_loss_or_repetition(
    arguments: tuple[str, ...], api: Api, database: Database, database_url: str, tmp_path: Path
):
    log = tmp_path / "log"
    customer_id = await created_customer(database)
    clients = [Client(beginning(api)) for _ in range(SOCKETS + STREAMS)]
    settings = {
        "DATABASE_URL": database_url,
        "ISP_GRAPH_TOKEN_SECRET": SECRET,
        "ISP_GRAPH_DATA": str(tmp_path),
    }
    async with AsyncExitStack() as stack:
        server = await stack.enter_async_context(served(log, *arguments, **settings))
        await stack.enter_async_context(half_sent(server.url))
        http = await stack.enter_async_context(httpx.AsyncClient(timeout=60))
        following = []
        for client in clients[:SOCKETS]:
            socket = await stack.enter_async_context(connected(server.url, api.token()))
            following.append(asyncio.create_task(client.follow_socket(socket)))
        for client in clients[SOCKETS:]:
            body = {"query": QUERY, "variables": {"after": client.cursor}}
            request = http.stream(
                "POST", f"{server.url}/graphql", json=body, headers=wanting(api.token())
            )
            response = await stack.enter_async_context(request)
            following.append(asyncio.create_task(client.follow_stream(response)))
        writing = asyncio.create_task(written(database, customer_id, 60))
        async with asyncio.timeout(60):
            while not all(client.ids for client in clients):
                await asyncio.sleep(0.01)
        code = await server.stop(signal.SIGTERM)
        await asyncio.gather(*following)
        await writing
    await written(database, customer_id, 5)
    await api.settled()
    everything = await log_of(database)
    before = [len(client.ids) for client in clients]
    for client in clients:
        async with api.socket() as socket:
            await socket.subscribe(QUERY, {"after": client.cursor})
            while len(client.ids) < len(everything):
                client.told(await socket.next())

    assert {client.ending for client in clients[:SOCKETS]} == {("complete", 1012)}
    assert {client.ending for client in clients[SOCKETS:]} == {("complete", 200)}
    assert all(client.ids == everything for client in clients)
    assert max(before) < len(everything) == 65
    assert code == 0
    said = log.read_text()
    assert "Traceback" not in said
    assert "graceful shutdown exceeded" not in said
