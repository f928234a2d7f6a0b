"""Logs: one JSON object a line that names request, operation and customer, and no secrets."""

import io
import json
import logging
from collections.abc import Iterator
from datetime import datetime
from typing import Any

import pytest

from domain.kernel.logging import configure_logging
from tests.support.customers import created_customer
from tests.support.raw import posted, wired


class Lines:
    """What was logged since the test began."""

    def __init__(self, stream: io.StringIO) -> None:
        self._stream = stream

    def text(self) -> str:
        return self._stream.getvalue()

    def all(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.text().splitlines()]


@pytest.fixture
def lines() -> Iterator[Lines]:
    stream = io.StringIO()
    configure_logging(level="INFO")
    logging.getLogger().handlers[0].setStream(stream)
    yield Lines(stream)
    configure_logging(level="WARNING")


async def test_every_line_about_a_customer_names_it(api, database, lines):
    customer_id = await created_customer(database)

    await api.mutate(
        "changeCustomerStatus",
        {"customerId": customer_id, "status": "INACTIVE"},
        "customer { status }",
    )
    await api.http.get(
        f"/api/customers/{customer_id}", headers={"Authorization": f"Bearer {api.token()}"}
    )

    requests = [line for line in lines.all() if line["event"] == "request"]
    assert [line["customer_id"] for line in requests] == [customer_id, customer_id]
    assert all(line["request_id"] for line in requests)


async def test_a_request_about_no_customer_names_none(api, database, lines):
    await api.data("{ viewer { role } }")

    [request] = [line for line in lines.all() if line["event"] == "request"]
    assert "customer_id" not in request


async def test_the_line_of_a_request_names_its_operation_and_who_asked(api, lines):
    body = {"query": "query Who { viewer { role } }", "operationName": "Who"}
    await api.http.post("/graphql", json=body, headers={"Authorization": f"Bearer {api.token()}"})

    [request] = [line for line in lines.all() if line["event"] == "request"]
    assert request.pop("milliseconds") > 0
    assert len(request.pop("request_id")) == 32
    assert datetime.fromisoformat(request.pop("timestamp")).tzinfo is not None
    assert request == {
        "level": "info",
        "logger": "graph.middleware",
        "event": "request",
        "method": "POST",
        "path": "/graphql",
        "status": 200,
        "operation": "Who",
        "actor": "staff:ADMIN",
    }


async def test_a_request_that_waited_for_another_is_not_about_its_customer(api, database, lines):
    customer_id = await created_customer(database)
    about = posted(api, {"query": f"{{ customer(by: {{customerId: {customer_id}}}) {{ id }} }}"})

    async with wired(api) as wire:
        await wire.send(about + b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n")
        await wire.reply()
        await wire.reply()

    told = [line for line in lines.all() if line["event"] == "request"]
    assert [line.get("customer_id") for line in told] == [customer_id, None]
    assert "actor" not in told[1]


async def test_lines_are_for_eyes_if_wanted(api):
    stream = io.StringIO()
    configure_logging(level="INFO", json=False)
    logging.getLogger().handlers[0].setStream(stream)

    await api.http.get("/healthz%0Aforged")

    configure_logging(level="WARNING")
    [line] = [line for line in stream.getvalue().splitlines() if "middleware" in line]
    assert "/healthz\\nforged" in line


async def test_no_password_token_or_address_is_logged(api, database, lines):
    await created_customer(database, username="ada", password="a secret password")
    token = api.token()

    await api.run(
        'mutation { signIn(input: {login: "ada", password: "a secret password"}) { accessToken } }',
        token=None,
    )
    await api.mutate(
        "createCustomer",
        {
            "type": "INDIVIDUAL",
            "lastName": "B",
            "email": "b@example.com",
            "password": "pass word 1",
        },
        "customer { id }",
        token=token,
    )

    logged = lines.text()
    assert logged
    for secret in ("a secret password", "pass word 1", "b@example.com", token):
        assert secret not in logged
