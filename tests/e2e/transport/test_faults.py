"""Defects: masked for the client, logged with their cause, and the other fields still answer."""

import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from domain.kernel.database import Database
from graph.execution import Executor
from graph.ids import encode_id
from tests.support.customers import an_address, created_customer
from tests.support.postgres import drop_all_connections, shut
from tests.support.server import Api, running_api
from tests.support.streams import streaming, wanting


@pytest.fixture
async def api(database_url: str, tmp_path: Path) -> AsyncIterator[Api]:
    """An application of the test's own: these tests break things."""
    async with running_api(database_url, tmp_path) as api:
        yield api


async def without(database: Database, table: str) -> None:
    async with database.engine.begin() as connection:
        await connection.execute(text(f"drop table {table} cascade"))


class TestDefects:
    async def test_one_field_is_masked_and_the_others_answer(self, api, database, caplog):
        customer_id = await created_customer(
            database, first_name="Ada", last_name="Byron", addresses=(an_address(),)
        )
        await without(database, "customer.documents")

        response = await api.post(
            "query Q($id: Int!) { customer(by: {customerId: $id}) "
            "{ displayName documents { id } addresses { line1 } } viewer { role } }",
            {"id": customer_id},
        )

        body = response.json()
        assert response.status_code == 200
        assert body["data"] == {
            "customer": {
                "displayName": "Ada Byron",
                "documents": None,
                "addresses": [{"line1": "Rua Augusta 1"}],
            },
            "viewer": {"role": "ADMIN"},
        }
        [error] = body["errors"]
        assert error["message"] == "Internal error"
        assert error["path"] == ["customer", "documents"]
        assert error["extensions"] == {
            "code": "INTERNAL_SERVER_ERROR",
            "requestId": response.headers["x-request-id"],
        }
        [logged] = [each for each in caplog.records if "resolver failed" in str(each.msg)]
        assert isinstance(logged.msg, dict)
        cause = str(logged.msg["exc_info"])
        assert 'relation "customer.documents" does not exist' in cause
        assert "[parameters: " not in cause
        assert logged.msg["request_id"] == response.headers["x-request-id"]
        assert logged.msg["path"] == ["customer", "documents"]

    async def test_a_mutation_that_breaks_is_masked_and_leaves_nothing(self, api, database):
        await without(database, "kernel.event_streams")

        answer = await api.run(
            'mutation { createCustomer(input: {type: INDIVIDUAL, lastName: "B"}) { __typename } }'
        )

        assert answer["data"] == {"createCustomer": None}
        assert answer["errors"][0]["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
        async with database.reading() as connection:
            assert await connection.scalar(text("select count(*) from customer.customers")) == 0

    async def test_before_anything_is_executed_the_whole_answer_is_masked(self, api, database):
        token = api.token(subject="account:1")
        await without(database, "identity.accounts")

        response = await api.post("{ viewer { role } }", token=token)

        assert response.status_code == 500
        assert response.json() == {
            "errors": [
                {
                    "message": "Internal error",
                    "extensions": {
                        "code": "INTERNAL_SERVER_ERROR",
                        "requestId": response.headers["x-request-id"],
                    },
                }
            ]
        }
        assert response.headers["x-content-type-options"] == "nosniff"

    async def test_an_operation_that_takes_too_long_is_given_up(self, api, database, monkeypatch):
        monkeypatch.setattr(Executor, "deadline_seconds", 0.2)
        async with database.engine.begin() as connection:
            await connection.execute(text("lock table customer.customers"))

            answer = await api.run(
                "query Q($id: ID!) { node(id: $id) { id } }", {"id": encode_id("Customer", 1)}
            )

        assert answer["data"] is None
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["TIMEOUT"]

    async def test_a_field_that_the_database_keeps_waiting_for_is_told_so(self, api, database_url):
        query = "{ __typename customers(first: 1) { nodes { id } } }"
        before = await api.run(query)
        async with drop_all_connections(database_url):
            answer = await api.run(query)

        assert "errors" not in before
        [error] = answer["errors"]
        assert (error["path"], error["extensions"]) == (["customers"], {"code": "UNAVAILABLE"})
        assert error["message"] == "The database does not answer; try again"

    async def test_health_tells_whether_the_database_answers(self, api, database_url):
        ready = await api.http.get("/readyz")
        await shut(database_url)
        unready = await api.http.get("/readyz")

        assert (ready.status_code, unready.status_code) == (200, 503)
        assert unready.json()["checks"]["database"] == "failed"


async def by_http(api: Api, query: str) -> dict[str, Any]:
    response = await api.post(query)
    assert response.status_code == 200
    return response.json()


async def by_events(api: Api, query: str) -> dict[str, Any]:
    headers = wanting(api.token())
    response = await api.http.post("/graphql", json={"query": query}, headers=headers)
    return json.loads(response.text.split("data: ", 1)[1].split("\n", 1)[0])


async def by_socket(api: Api, query: str) -> dict[str, Any]:
    async with api.socket() as socket:
        await socket.subscribe(query)
        told = await socket.receive()
        assert (await socket.receive())["type"] == "complete"
    assert told["type"] == "next"
    return told["payload"]


BROKEN = {
    "a resolver": ("{ broken: resellers(first: 1) { nodes { id } } }", ["broken"]),
    "a loader": (
        "{ customers(first: 1) { nodes { documents { id } } } }",
        ["customers", "nodes", 0, "documents"],
    ),
    "a value that its scalar cannot show": (
        "{ customers(first: 1) { nodes { version } } }",
        ["customers", "nodes", 0, "version"],
    ),
}


async def broken(database: Database) -> None:
    """Three things in the database that no answer can be made of."""
    await created_customer(database)
    await without(database, "customer.documents")
    async with database.engine.begin() as connection:
        await connection.execute(text("alter table reseller.resellers rename name to title"))
        await connection.execute(
            text("alter table customer.customers alter column version type bigint")
        )
        await connection.execute(text("update customer.customers set version = 5000000000"))


async def test_whatever_breaks_is_masked_on_every_way_out_with_the_reference_of_the_log(
    api, database, caplog
):
    await broken(database)
    shown = {}

    for way in (by_http, by_events, by_socket):
        for name, (query, path) in BROKEN.items():
            caplog.clear()
            [error] = (await way(api, query))["errors"]
            assert error["message"] == "Internal error", name
            assert error["path"] == path
            extensions = error["extensions"]
            assert sorted(extensions) == ["code", "requestId"]
            assert extensions["code"] == "INTERNAL_SERVER_ERROR"
            logged = [each.msg for each in caplog.records if each.levelname == "ERROR"]
            shown[way, name] = [each["request_id"] for each in logged] == [extensions["requestId"]]

    assert set(shown.values()) == {True}


async def test_a_stream_whose_source_breaks_ends_masked_on_both_ways_out(api, database):
    await created_customer(database)
    await api.settled()
    query = 'subscription { customerEvents(after: "earliest") { id } }'
    await without(database, "kernel.events")

    async with api.socket() as socket:
        await socket.subscribe(query)
        told = await socket.receive()
    async with streaming(api, query) as stream:
        last, end = await stream.rest()

    assert told["type"] == "error"
    for [error] in (told["payload"], last.payload["errors"]):
        assert error["message"] == "Internal error"
        assert error["extensions"]["code"] == "INTERNAL_SERVER_ERROR"
        assert error["extensions"]["requestId"]
    assert end.event == "complete"
