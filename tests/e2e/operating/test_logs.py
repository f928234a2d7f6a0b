"""Logs: one JSON object a line that names request, operation and customer, and no secrets."""

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from domain.kernel.logging import configure_logging
from tests.support.customers import created_customer


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
