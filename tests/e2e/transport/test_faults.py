"""Defects: masked for the client, logged with their cause, and the other fields still answer."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text

from domain.kernel.database import Database
from graph.execution import Executor
from graph.ids import encode_id
from tests.support.customers import an_address, created_customer
from tests.support.postgres import shut
from tests.support.server import Api, running_api


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

    async def test_health_tells_whether_the_database_answers(self, api, database_url):
        ready = await api.http.get("/readyz")
        await shut(database_url)
        unready = await api.http.get("/readyz")

        assert (ready.status_code, unready.status_code) == (200, 503)
        assert unready.json()["checks"]["database"] == "failed"
