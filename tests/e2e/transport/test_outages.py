"""A database that is away is no defect: whoever asks is told to try again, and then can."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from domain.kernel.access import SYSTEM, Role
from graph.transport.websocket import GraphQLSocket
from tests.support.customers import created_customer
from tests.support.live import caught_up
from tests.support.postgres import drop_all_connections
from tests.support.server import Api, running_api
from tests.support.sockets import closing_of, init, opened
from tests.support.streams import streaming
from tests.support.subscribers import updated
from tests.support.waiting import eventually

MINE = "{ viewer { role } }"
EVENTS = "subscription { customerEvents { id } }"


@pytest.fixture
async def api(database_url: str, tmp_path: Path, monkeypatch) -> AsyncIterator[Api]:
    """A server that never remembers who somebody is."""
    monkeypatch.setattr("graph.authentication._REMEMBERED_SECONDS", 0)
    async with running_api(database_url, tmp_path) as api:
        yield api


async def customers_token(api: Api) -> str:
    customer_id = await created_customer(api.application.services.database)
    await caught_up(api)
    return api.token(Role.CUSTOMER, customer_id=customer_id)


async def test_requests_are_answered_503_until_it_is_back(api, database_url):
    token = await customers_token(api)
    bearer = {"Authorization": f"Bearer {token}"}

    async with drop_all_connections(database_url):
        response = await api.post(MINE, token=token)
        rest = await api.http.get("/api/customers/1", headers=bearer)
    back = await api.post(MINE, token=token)

    assert (response.status_code, response.headers["retry-after"]) == (503, "10")
    [error] = response.json()["errors"]
    assert error["message"] == "The database does not answer; try again"
    assert error["extensions"] == {"code": "UNAVAILABLE"}
    assert (rest.status_code, rest.json()["code"]) == (503, "UNAVAILABLE")
    assert rest.headers["retry-after"] == "10"
    assert back.json()["data"] == {"viewer": {"role": "CUSTOMER"}}


async def test_sockets_stay_and_new_ones_are_to_come_back_later(api, database_url, monkeypatch):
    monkeypatch.setattr(GraphQLSocket, "checkpoint_seconds", 0.05)
    token = await customers_token(api)

    async with api.socket(token) as socket:
        async with drop_all_connections(database_url):
            await socket.subscribe(MINE)
            refused = await socket.receive()
            async with opened(api, init(token)) as another:
                closing = await closing_of(another)
        await socket.subscribe(MINE)
        answered = await socket.next()

    assert (refused["type"], refused["payload"][0]["extensions"]["code"]) == (
        "error",
        "UNAVAILABLE",
    )
    assert closing == (1013, "The database does not answer; try again")
    assert answered["data"] == {"viewer": {"role": "CUSTOMER"}}


async def test_subscriptions_end_with_a_code_that_says_so(api, database):
    token = await customers_token(api)
    groups = api.application.live.groups

    async with api.socket(token) as socket, streaming(api, EVENTS, token=token) as stream:
        await socket.subscribe(EVENTS)
        await eventually(lambda: groups.followers == 2)
        async with database.engine.begin() as connection:
            # Who the customer is cannot be read for now; what happens is written all the same.
            await connection.execute(text("lock table customer.customers"))
            async with database.unit_of_work(SYSTEM) as session:
                await session.announce(updated(1, "lastName"))
            told, streamed = await asyncio.gather(socket.receive(), stream.rest())

    assert (told["type"], told["payload"][0]["extensions"]["code"]) == ("error", "UNAVAILABLE")
    [error] = streamed[0].payload["errors"]
    assert error["extensions"]["code"] == "UNAVAILABLE"
    assert streamed[-1].event == "complete"
