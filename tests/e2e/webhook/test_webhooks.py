"""Webhooks as their owners live with them: subscribe, verify, look, mend."""

import io
import logging
import re
import signal
from pathlib import Path

import pytest
from sqlalchemy import text

from domain.kernel.access import Permission, Role
from domain.kernel.logging import configure_logging
from tests.e2e.webhook.conftest import NETWORKS
from tests.support.customers import created_customer
from tests.support.process import served
from tests.support.receiver import answer, certificate, receiving
from tests.support.reseller import earning_reseller
from tests.support.server import SECRET, running_api
from tests.support.statements import captured_statements
from tests.support.webhook import KEY, created_endpoint

SHOWN = "endpoint { id url status eventTypes version disabledReason reseller { resellerId } }"
LOOK = """
    query Look($id: ID!) {
      webhookEndpoint(id: $id) {
        status
        health { pending dead lastSuccessAt lastFailureAt failingSince }
        attempts(first: 10) {
          totalCount
          nodes { eventId eventType number wasDelivered failure statusCode response durationMs }
        }
      }
    }
"""


async def create(api, url: str, *types: str, token: str | None = "admin", **more):
    """The new endpoint's id and secret."""
    payload = await api.mutate(
        "createWebhookEndpoint",
        {"url": url, "eventTypes": list(types) or ["customer.created"], **more},
        f"secret {SHOWN}",
        token=token,
    )
    assert payload["userErrors"] == []
    return payload["endpoint"]["id"], payload["secret"]


async def change(api, field: str, endpoint_id: str, selection: str = SHOWN, **more):
    payload = await api.mutate(field, {"endpointId": endpoint_id, **more}, selection)
    assert payload["userErrors"] == []
    return payload


async def create_customer(api) -> int:
    payload = await api.mutate(
        "createCustomer",
        {"type": "INDIVIDUAL", "firstName": "Ada", "lastName": "Lovelace"},
        "customer { customerId }",
    )
    return payload["customer"]["customerId"]


async def test_a_change_reaches_the_endpoint_after_a_failure_and_the_log_tells_of_both(
    api, receiver
):
    receiver.answers = [answer(500, body=b"not now")]
    endpoint_id, secret = await create(api, receiver.url(), "customer.*")

    customer_id = await create_customer(api)
    failed, taken = await receiver.got(2)
    await api.settled()

    body = taken.verified(secret)
    assert (body["event_type"], body["data"]["customer_id"]) == ("customer.created", customer_id)
    assert failed.verified(secret) == body
    assert failed.id == taken.id == body["id"]
    shown = (await api.data(LOOK, {"id": endpoint_id}))["webhookEndpoint"]
    assert [each["number"] for each in shown["attempts"]["nodes"]] == [2, 1]
    latest, first = shown["attempts"]["nodes"]
    assert {**latest, "durationMs": 0} == {
        "eventId": taken.id,
        "eventType": "customer.created",
        "number": 2,
        "wasDelivered": True,
        "failure": None,
        "statusCode": 200,
        "response": "OK",
        "durationMs": 0,
    }
    assert (first["failure"], first["statusCode"], first["response"]) == (
        "WRONG_STATUS", 500, "not now",
    )  # fmt: skip
    health = shown["health"]
    assert (health["pending"], health["dead"], health["failingSince"]) == (0, 0, None)
    assert health["lastSuccessAt"] > health["lastFailureAt"]


async def test_a_secret_is_shown_once_and_found_nowhere_else(api, database, receiver):
    stream = io.StringIO()
    configure_logging(level="DEBUG")
    logging.getLogger().handlers[0].setStream(stream)
    try:
        asked = {
            "url": receiver.url("/path?token=of-the-receiver"),
            "eventTypes": ["*"],
            "idempotencyKey": "once",
        }
        first = await api.mutate("createWebhookEndpoint", asked, f"secret {SHOWN}")
        again = await api.mutate("createWebhookEndpoint", asked, f"secret {SHOWN}")
        await create_customer(api)
        rotated = await change(
            api, "rotateWebhookSecret", first["endpoint"]["id"], f"secret {SHOWN}"
        )
        await receiver.got(3)
        await api.settled()
    finally:
        configure_logging(level="WARNING")

    assert again == {**first, "secret": None}
    assert {first["secret"][:6], rotated["secret"][:6]} == {"whsec_"}
    logged = stream.getvalue()
    assert "send_request_headers" in logged
    sent = "".join(request.body.decode() for request in receiver.requests)
    for secret in (first["secret"], rotated["secret"], "of-the-receiver"):
        assert secret.removeprefix("whsec_") not in logged
        assert secret.removeprefix("whsec_") not in sent


async def test_a_slow_endpoint_gets_a_few_requests_at_once_and_holds_up_nobody(
    api, database, receiver
):
    async with receiving() as slow:
        slow.release.clear()
        for each in (slow, receiver):
            await create(api, each.url())
        for _ in range(12):
            await created_customer(database)

        await receiver.got(12)
        assert len(slow.requests) <= 8
        slow.release.set()
        await slow.got(12)
        await api.settled()


class TestSwitching:
    async def test_pausing_keeps_and_resuming_delivers_what_happened_meanwhile(self, api, receiver):
        endpoint_id, _ = await create(api, receiver.url())
        paused = await change(api, "pauseWebhookEndpoint", endpoint_id)
        customers = [await create_customer(api) for _ in range(2)]
        await api.settled()
        while_paused = len(receiver.requests)
        resumed = await change(api, "resumeWebhookEndpoint", endpoint_id, expectedVersion=2)
        requests = await receiver.got(2)

        assert (paused["endpoint"]["status"], resumed["endpoint"]["status"]) == (
            "PAUSED", "ACTIVE",
        )  # fmt: skip
        assert while_paused == 0
        assert {each.json["data"]["customer_id"] for each in requests} == set(customers)

    async def test_410_disables_and_the_dead_delivery_can_be_retried(self, api, receiver):
        receiver.answers = [answer(410)]
        endpoint_id, _ = await create(api, receiver.url())
        await create_customer(api)
        await receiver.got(1)
        await api.settled()

        shown = (await api.data(LOOK, {"id": endpoint_id}))["webhookEndpoint"]
        resumed = await change(api, "resumeWebhookEndpoint", endpoint_id)
        retried = await change(api, "retryWebhookDeliveries", endpoint_id, f"retried {SHOWN}")
        first, second = await receiver.got(2)

        assert (shown["status"], shown["health"]["dead"]) == ("DISABLED", 1)
        assert resumed["endpoint"]["disabledReason"] is None
        assert retried["retried"] == 1
        assert first.id == second.id

    async def test_deleting_leaves_nothing(self, api, receiver):
        endpoint_id, _ = await create(api, receiver.url())

        deleted = await change(api, "deleteWebhookEndpoint", endpoint_id, "deletedId")
        await create_customer(api)
        await api.settled()

        assert deleted["deletedId"] == endpoint_id
        assert (await api.data(LOOK, {"id": endpoint_id}))["webhookEndpoint"] is None
        assert receiver.requests == []


class TestTesting:
    ATTEMPT = "attempt { eventId eventType wasDelivered statusCode failure response number }"

    async def test_sends_a_signed_test_at_once_and_shows_what_came_of_it(self, api, receiver):
        receiver.answers = [answer(204), answer(401, body=b"who are you?")]
        endpoint_id, secret = await create(api, receiver.url())
        await change(api, "pauseWebhookEndpoint", endpoint_id)

        taken = await change(
            api, "testWebhookEndpoint", endpoint_id, self.ATTEMPT, idempotencyKey="1"
        )
        repeated = await change(
            api, "testWebhookEndpoint", endpoint_id, self.ATTEMPT, idempotencyKey="1"
        )
        refused = await change(api, "testWebhookEndpoint", endpoint_id, self.ATTEMPT)

        assert taken == repeated
        first, second = receiver.requests
        assert taken["attempt"] == {
            "eventId": first.id,
            "eventType": "webhook.test",
            "wasDelivered": True,
            "statusCode": 204,
            "failure": None,
            "response": "",
            "number": 1,
        }
        assert refused["attempt"]["failure"] == "WRONG_STATUS"
        assert refused["attempt"]["response"] == "who are you?"
        body = second.verified(secret)
        assert body["event_type"] == "webhook.test"
        assert set(body["data"]) == {"endpoint_id"}

    async def test_ends_at_six_a_minute(self, api, receiver):
        endpoint_id, _ = await create(api, receiver.url())
        for _ in range(6):
            await change(api, "testWebhookEndpoint", endpoint_id, self.ATTEMPT)

        payload = await api.mutate("testWebhookEndpoint", {"endpointId": endpoint_id}, self.ATTEMPT)

        assert [error["code"] for error in payload["userErrors"]] == ["TESTED_TOO_OFTEN"]
        assert len(receiver.requests) == 6


class TestRefusals:
    @pytest.mark.parametrize(
        ("input", "path"),
        [
            ({"url": "https://169.254.169.254/latest/meta-data/"}, ["input", "url"]),
            ({"url": "https://10.0.0.1/"}, ["input", "url"]),
            ({"url": "https://2130706433/"}, ["input", "url"]),
            ({"url": "https://0x7f000001/"}, ["input", "url"]),
            ({"url": "https://user:password@localhost/"}, ["input", "url"]),
            ({"url": "https://localhost:25/"}, ["input", "url"]),
            ({"url": "gopher://localhost/"}, ["input", "url"]),
            ({"eventTypes": ["customer.creatd"]}, ["input", "eventTypes", "0"]),
            ({"eventTypes": []}, ["input", "eventTypes"]),
            ({"url": "https://8.8.8.8/", "resellerId": 999}, ["input", "resellerId"]),
        ],
    )
    async def test_what_breaks_a_rule_is_named(self, api, input, path):
        asked = {"url": "https://localhost/", "eventTypes": ["customer.*"], **input}

        payload = await api.mutate("createWebhookEndpoint", asked, f"secret {SHOWN}")

        (error,) = payload["userErrors"]
        assert (error["code"], error["path"]) == ("INVALID", path)
        assert (payload["endpoint"], payload["secret"]) == (None, None)

    async def test_only_those_who_care_for_events_and_resellers_have_webhooks(self, api, database):
        reseller_id = await earning_reseller(database)
        customer_id = await created_customer(database, reseller_id=reseller_id)
        outsiders = [
            api.token(Role.SUPPORT),
            api.token(Role.BILLING),
            api.token(Role.CUSTOMER, customer_id=customer_id),
            api.service_token(Permission.EVENT_READ, Permission.WEBHOOK_WRITE),
        ]
        insiders = [
            api.token(),
            api.token(Role.RESELLER, reseller_id=reseller_id),
            api.service_token(Permission.EVENT_ADMIN),
        ]
        query = "{ webhookEndpoints(first: 1) { totalCount } }"

        for token in outsiders:
            answered = await api.run(query, token=token)
            assert [each["extensions"]["code"] for each in answered["errors"]] == ["ACCESS_DENIED"]
        for token in insiders:
            assert await api.data(query, token=token) == {"webhookEndpoints": {"totalCount": 0}}

    async def test_resellers_stay_out_of_the_networks_that_are_listed_for_the_operator(
        self, api, database, receiver
    ):
        reseller_id = await earning_reseller(database)
        token = api.token(Role.RESELLER, reseller_id=reseller_id)
        asked = {"url": receiver.url(), "eventTypes": ["customer.created"]}
        refused = await api.mutate("createWebhookEndpoint", asked, SHOWN, token=token)
        # One from before the rule, or whose name has moved there since.
        await created_endpoint(database, receiver.url(), reseller_id=reseller_id)
        listed = await api.data("{ webhookEndpoints(first: 1) { nodes { id } } }", token=token)
        (endpoint,) = listed["webhookEndpoints"]["nodes"]
        tested = await change(
            api, "testWebhookEndpoint", endpoint["id"], "attempt { wasDelivered failure }"
        )

        (error,) = refused["userErrors"]
        assert (error["code"], error["path"]) == ("INVALID", ["input", "url"])
        assert error["message"] == (
            "url must be https and lead to public addresses only; a name must resolve"
        )
        assert tested["attempt"] == {"wasDelivered": False, "failure": "ADDRESS_REFUSED"}
        assert receiver.requests == []

    async def test_another_reseller_s_endpoint_is_not_there(self, api, database, receiver):
        ours, theirs = await earning_reseller(database), await earning_reseller(database)
        stranger = api.token(Role.RESELLER, reseller_id=theirs)
        owner = api.token(Role.RESELLER, reseller_id=ours)
        await created_endpoint(database, receiver.url(), reseller_id=ours)
        listed = "{ webhookEndpoints(first: 9) { totalCount nodes { id } } }"
        own = await api.data(listed, token=owner)
        endpoint_id = own["webhookEndpoints"]["nodes"][0]["id"]
        fields = (
            "updateWebhookEndpoint", "pauseWebhookEndpoint", "resumeWebhookEndpoint",
            "rotateWebhookSecret", "deleteWebhookEndpoint", "testWebhookEndpoint",
            "retryWebhookDeliveries",
        )  # fmt: skip

        for field in fields:
            payload = await api.mutate(
                field, {"endpointId": endpoint_id}, "__typename", token=stranger
            )
            assert [each["code"] for each in payload["userErrors"]] == ["NOT_FOUND"]
        seen = await api.data(listed, token=stranger)
        own = await api.data(listed, token=owner)

        assert seen["webhookEndpoints"] == {"totalCount": 0, "nodes": []}
        assert own["webhookEndpoints"] == {"totalCount": 1, "nodes": [{"id": endpoint_id}]}
        assert receiver.requests == []


@pytest.mark.parametrize("count", [1, 10])
async def test_a_list_of_endpoints_takes_as_many_statements_as_one_endpoint(api, database, count):
    owner = await earning_reseller(database)
    for _ in range(count):
        await created_endpoint(database, reseller_id=owner)
    query = """{
      webhookEndpoints(first: 20) { totalCount nodes {
        url reseller { code } health { pending dead }
        attempts(first: 5) { totalCount nodes { number } }
      } }
    }"""

    with captured_statements(api.application.services.database) as statements:
        shown = await api.data(query)

    # The bus looks for endpoints too, and is the only one to ask for their scopes.
    ours = [each for each in statements if "webhook." in each and "scopes" not in each]
    assert len(shown["webhookEndpoints"]["nodes"]) == count
    assert len(ours) == 5


async def test_an_event_that_was_sent_before_the_process_died_is_sent_again_under_its_id(
    database, database_url, receiver, tmp_path, monkeypatch
):
    receiver.release.clear()
    await created_endpoint(database, receiver.url(), "customer.created")
    settings = {
        "DATABASE_URL": database_url,
        "ISP_GRAPH_DATA": str(tmp_path),
        "ISP_GRAPH_TOKEN_SECRET": SECRET,
        "ISP_GRAPH_ENCRYPTION_KEY": KEY,
        "ISP_GRAPH_WEBHOOK_NETWORKS": NETWORKS,
        "SSL_CERT_FILE": str(certificate()),
    }
    async with served(tmp_path / "log", **settings) as server:
        await created_customer(database)
        await receiver.got(1)
        await server.stop(signal.SIGKILL)
    receiver.release.set()
    # The lease of a process that is gone runs out after half a minute.
    async with database.engine.begin() as connection:
        await connection.execute(text("update kernel.event_deliveries set locked_until = now()"))
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate()))
    async with running_api(
        database_url, tmp_path, webhook_networks=NETWORKS, encryption_key=KEY
    ) as api:
        first, second = await receiver.got(2)
        await api.settled()

    assert first.id == second.id
    assert first.body == second.body


async def test_the_documentation_s_mutation_makes_an_endpoint(api, receiver):
    page = (Path(__file__).parents[3] / "docs" / "webhooks.md").read_text()
    (mutation,) = re.findall(r"```\n(mutation .*?)```", page, re.DOTALL)

    made = await api.data(mutation.replace("https://example.com/hooks", receiver.url("/hooks")))
    await create_customer(api)
    requests = await receiver.got(1)

    payload = made["createWebhookEndpoint"]
    assert (payload["endpoint"]["status"], payload["userErrors"]) == ("ACTIVE", [])
    assert requests[0].target == "/hooks"
    requests[0].verified(payload["secret"])
