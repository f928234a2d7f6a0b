"""An operation ends with its time or its client, down to the statement; a change ends whole."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import text

from graph.execution import Executor
from graph.ids import encode_id
from tests.support.customers import created_customer
from tests.support.raw import posted, wired
from tests.support.sockets import init, opened
from tests.support.streams import SSE
from tests.support.transport import LEGACY, MODERN

READ = {
    "query": "query Q($id: ID!) { node(id: $id) { ... on Customer { displayName } } }",
    "variables": {"id": encode_id("Customer", 1)},
}
ROOT = {"query": "{ customers(first: 1) { nodes { displayName } } }"}
CHANGE = """mutation M($id: Int!) {
  updateCustomer(input: {customerId: $id, lastName: "King"}) { customer { displayName } }
}"""


class Locked:
    """A table that somebody holds."""

    def __init__(self, api, release: asyncio.Event) -> None:
        self._api = api
        self.release = release

    async def waiters(self) -> int:
        async with self._api.application.services.database.reading() as connection:
            return await connection.scalar(
                text(
                    "select count(*) from pg_stat_activity where wait_event_type = 'Lock' "
                    "and datname = current_database()"
                )
            )

    async def until(self, waiters: int) -> None:
        # Sooner than the statement would give up by itself.
        async with asyncio.timeout(1.5):
            while await self.waiters() != waiters:
                await asyncio.sleep(0.02)


@pytest.fixture
async def locked(api) -> AsyncIterator[Locked]:
    """``customer.customers``, until the end of the test or its release."""
    # Handlers of events would wait for it too.
    await api.settled()
    release, holds = asyncio.Event(), asyncio.Event()

    async def hold() -> None:
        async with api.application.services.database.engine.begin() as connection:
            await connection.execute(text("lock table customer.customers"))
            holds.set()
            await release.wait()

    holding = asyncio.create_task(hold())
    await holds.wait()
    yield Locked(api, release)
    release.set()
    await holding


@pytest.fixture
async def customer_id(api) -> int:
    return await created_customer(
        api.application.services.database, first_name="Ada", last_name="Byron"
    )


@asynccontextmanager
async def over_http(api, body: Any) -> AsyncIterator[None]:
    async with wired(api) as wire:
        await wire.send(posted(api, body))
        yield
        wire.abort()


@asynccontextmanager
async def over_http_at_length(api, body: Any) -> AsyncIterator[None]:
    """With more than the server reads at a time."""
    async with over_http(api, body | {"extensions": {"padding": "x" * 200_000}}):
        yield


@asynccontextmanager
async def over_events(api, body: Any) -> AsyncIterator[None]:
    async with wired(api) as wire:
        await wire.send(posted(api, body, f"Accept: {SSE}"))
        yield
        wire.abort()


@asynccontextmanager
async def over_rest(api, _body: Any) -> AsyncIterator[None]:
    async with wired(api) as wire:
        head = f"GET /api/customers/1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {api.token()}"
        await wire.send(head.encode() + b"\r\n\r\n")
        yield
        wire.abort()


@asynccontextmanager
async def over_a_socket_that_completes(api, body: Any) -> AsyncIterator[None]:
    async with api.socket() as socket:
        await socket.send(id="1", type="subscribe", payload=body)
        yield
        await socket.send(id="1", type="complete")
        await socket.subscribe("{ viewer { role } }", id="1")
        assert (await socket.next())["data"] == {"viewer": {"role": "ADMIN"}}


@asynccontextmanager
async def over_a_socket_that_closes(api, body: Any) -> AsyncIterator[None]:
    subscribe = {"id": "1", "type": "subscribe", "payload": body}
    async with opened(api, init(api.token()), subscribe) as socket:
        yield
        socket.connection.transport.abort()


WAYS = [over_http, over_events, over_a_socket_that_completes, over_a_socket_that_closes]


class TestClientsThatLeave:
    @pytest.mark.parametrize("body", [READ, ROOT], ids=["batch", "list"])
    @pytest.mark.parametrize("way", [*WAYS, over_http_at_length, over_rest])
    async def test_end_the_statement_of_their_query(self, api, locked, caplog, way, body):
        async with way(api, body):
            await locked.until(waiters=1)
        await locked.until(waiters=0)

        assert [each for each in caplog.records if each.levelname in ("ERROR", "WARNING")] == []

    @pytest.mark.parametrize("way", WAYS)
    async def test_do_not_end_their_change(self, api, customer_id, locked, way):
        async with way(api, {"query": CHANGE, "variables": {"id": customer_id}}):
            await locked.until(waiters=1)
        locked.release.set()

        await _named(api, customer_id, "Ada King")

    async def test_are_told_nothing_of_a_change_whose_id_is_another_operations_by_now(
        self, api, customer_id, locked
    ):
        async with api.socket() as socket:
            await socket.subscribe(CHANGE, {"id": customer_id}, id="1")
            await locked.until(waiters=1)
            await socket.send(id="1", type="complete")
            await socket.subscribe("subscription { customerEvents { id } }", id="1")
            locked.release.set()
            told = await socket.next()

        assert list(told["data"]) == ["customerEvents"]


class TestDeadlines:
    @pytest.fixture(autouse=True)
    def _short(self, monkeypatch):
        monkeypatch.setattr(Executor, "deadline_seconds", 0.3)

    @pytest.mark.parametrize(
        ("accept", "status", "again"), [(MODERN, 503, "10"), (LEGACY, 200, None)]
    )
    async def test_are_told_by_the_status_of_the_media_type(
        self, api, locked, accept, status, again
    ):
        headers = {"Accept": accept, "Authorization": f"Bearer {api.token()}"}

        response = await api.http.post("/graphql", json=READ, headers=headers)

        assert (response.status_code, response.headers.get("retry-after")) == (status, again)
        assert response.json()["data"] is None
        assert _codes(response.json()) == ["TIMEOUT"]
        await locked.until(waiters=0)

    async def test_are_503_over_rest(self, api, locked):
        response = await api.http.get(
            "/api/customers/1", headers={"Authorization": f"Bearer {api.token()}"}
        )

        assert (response.status_code, response.json()["code"]) == (503, "TIMEOUT")
        await locked.until(waiters=0)

    async def test_are_the_last_that_is_said_of_an_operation_on_a_socket(self, api, locked):
        async with api.socket() as socket:
            await socket.send(id="1", type="subscribe", payload=ROOT)
            told = await socket.next()
            await locked.until(waiters=0)

            assert _codes(told) == ["TIMEOUT"]
            assert await socket.receive() == {"id": "1", "type": "complete"}

    async def test_roll_a_change_back_whole(self, api, customer_id, locked):
        answer = await api.run(CHANGE, {"id": customer_id})
        await locked.until(waiters=0)
        locked.release.set()

        assert _codes(answer) == ["TIMEOUT"]
        await _named(api, customer_id, "Ada Byron")


async def _named(api, customer_id: int, name: str) -> None:
    async def shown() -> str:
        query = "query Q($id: Int!) { customer(by: {customerId: $id}) { displayName } }"
        answer = await api.run(query, {"id": customer_id})
        return (answer.get("data") or {}).get("customer", {}).get("displayName")

    async with asyncio.timeout(60):
        while await shown() != name:
            await asyncio.sleep(0.02)


def _codes(answer: dict[str, Any]) -> list[str]:
    return [error["extensions"]["code"] for error in answer["errors"]]
