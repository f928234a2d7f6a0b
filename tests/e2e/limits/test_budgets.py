"""Budgets of points and requests: who has spent its own is told when to come back."""

import json
from contextlib import asynccontextmanager

import httpx
import pytest

from domain.kernel.access import Permission, Role
from tests.support.brokers import RedisServer
from tests.support.customers import created_customer
from tests.support.live import caught_up
from tests.support.rest import get
from tests.support.server import running_api
from tests.support.streams import streaming, wanting
from tests.support.waiting import eventually

#: Five for the statement and five rows.
TEN_POINTS = "{ customers(first: 5) { nodes { id } } }"
VIEWER = "{ viewer { role } }"
EVENTS = "subscription { customerEvents { customerId } }"


@asynccontextmanager
async def tight(database_url, folder, points="staff=40", **settings):
    """An application whose staff have forty points a minute."""
    async with running_api(database_url, folder, points_per_minute=points, **settings) as api:
        yield api


def refusal(body) -> dict:
    [error] = body["errors"]
    return error["extensions"]


async def test_a_spent_budget_is_told_on_every_transport(database_url, tmp_path):
    async with tight(database_url, tmp_path) as api:
        await created_customer(api.application.services.database)
        for left in (30, 20, 10, 0):
            assert (await api.run(TEN_POINTS))["extensions"]["cost"]["remaining"] == left

        posted = await api.post(TEN_POINTS)
        streamed = await api.http.post(
            "/graphql", json={"query": TEN_POINTS}, headers=wanting(api.token())
        )
        rest = await get(api, "/api/customers/1")
        async with api.socket() as socket:
            await socket.subscribe(TEN_POINTS)
            told = await socket.receive()
            await socket.subscribe("{ rateLimit { cost } }", id="2")
            free = await socket.next()

    for response in (posted, streamed, rest):
        assert response.status_code == 429
        assert 0 < int(response.headers["retry-after"]) <= 70
    assert refusal(posted.json())["code"] == refusal(streamed.json())["code"] == "RATE_LIMITED"
    assert str(refusal(posted.json())["retryAfterSeconds"]) == posted.headers["retry-after"]
    assert rest.headers["content-type"] == "application/problem+json"
    assert rest.json()["code"] == "RATE_LIMITED"
    assert (told["type"], told["payload"][0]["extensions"]["code"]) == ("error", "RATE_LIMITED")
    # What costs nothing can be asked with an empty budget, on the same socket.
    assert free["data"] == {"rateLimit": {"cost": 0}}


async def test_a_budget_comes_back_and_is_each_accounts_own(database_url, tmp_path):
    async with tight(database_url, tmp_path, "staff=600,customer=20") as api:
        customer_id = await created_customer(api.application.services.database)
        own = {"token": api.token(Role.CUSTOMER, customer_id=customer_id)}
        spent = [await api.post(TEN_POINTS, **own) for _ in range(3)]
        others = await api.run(TEN_POINTS)
        for _ in range(6):
            await api.post("{ customers(first: 90) { nodes { id } } }")
        again = []
        while not again or again[-1].status_code == 429:
            again.append(await api.post(TEN_POINTS))
        service = [
            await api.run(TEN_POINTS, token=api.service_token(Permission.CUSTOMER_READ))
            for _ in range(3)
        ]

    assert [response.status_code for response in spent] == [200, 200, 429]
    assert "errors" not in others
    assert again[-1].status_code == 200
    assert service[-1]["extensions"]["cost"] == {
        "requested": 10,
        "maximum": 50_000,
        "limit": None,
        "remaining": None,
        "resetAt": None,
    }


async def test_an_operation_that_no_budget_can_pay_is_too_large(database_url, tmp_path):
    async with tight(database_url, tmp_path) as api:
        answer = await api.run("{ customers(first: 50) { nodes { id } } }")

    assert refusal(answer) == {
        "code": "LIMIT_EXCEEDED",
        "limit": "cost",
        "maximum": 40,
        "measured": 55,
        "costliest": "CustomerConnection.nodes",
    }


async def test_a_subscription_is_paid_once_and_its_events_are_not(database_url, tmp_path):
    async with tight(database_url, tmp_path) as api:
        database = api.application.services.database
        async with api.socket() as socket, streaming(api, EVENTS) as stream:
            await socket.subscribe(EVENTS)
            await eventually(lambda: api.application.live.groups.followers == 2)
            ids = [await created_customer(database) for _ in range(8)]
            told = [await socket.next() for _ in ids]
            streamed = [(await stream.next()).payload for _ in ids]
        await caught_up(api)
        left = (await api.data("{ rateLimit { remaining } }"))["rateLimit"]["remaining"]

    # Two subscriptions at six points.
    assert 40 - 2 * 6 <= left < 40 - 6
    events = [{"data": {"customerEvents": {"customerId": each}}} for each in ids]
    assert told == streamed == events


async def test_who_has_not_signed_in_is_counted_by_address(database_url, tmp_path):
    async with running_api(database_url, tmp_path, requests_per_second="anonymous=1") as api:
        claimed = [{"X-Forwarded-For": f"192.0.2.{number}"} for number in range(6)]
        body = {"query": "{ __typename }"}
        here = [
            (await api.http.post("/graphql", json=body, headers=headers)).status_code
            for headers in claimed
        ]
        elsewhere = httpx.AsyncHTTPTransport(local_address="127.0.0.2")
        async with httpx.AsyncClient(base_url=api.url, transport=elsewhere) as other:
            there = await other.post("/graphql", json=body)
        signed_in = await api.post(VIEWER)

    assert here == [200] * 5 + [429]
    assert there.status_code == 200
    assert signed_in.status_code == 200


async def test_processes_share_budgets_in_redis(database_url, tmp_path):
    redis = RedisServer(tmp_path)
    async with redis.running():
        url = {"budgets_url": redis.url}
        async with (
            tight(database_url, tmp_path / "one", **url) as one,
            tight(database_url, tmp_path / "other", **url) as other,
        ):
            answers = [await api.post(TEN_POINTS) for api in (one, other, one, other, one, other)]
            await redis.stop()
            alone = await one.post(TEN_POINTS)

    assert [response.status_code for response in answers] == [200, 200, 200, 200, 429, 429]
    # Nobody is locked out by a Redis that is away.
    assert alone.status_code == 200


class TestCosts:
    async def test_every_answer_tells_what_was_charged(self, api):
        query = """{
          rateLimit { cost maximum limit remaining resetAt }
          customers(first: 5) { totalCount nodes { id } }
        }"""
        posted = await api.run(query)
        response = await api.http.post(
            "/graphql", json={"query": query}, headers=wanting(api.token())
        )
        async with api.socket() as socket:
            await socket.subscribe(query)
            told = await socket.next()

        [line] = [line for line in response.text.splitlines() if line.startswith("data: {")]
        for answer in (posted, json.loads(line.removeprefix("data: ")), told):
            charged = answer["extensions"]["cost"]
            shown = answer["data"]["rateLimit"]
            assert charged["requested"] == shown["cost"] == 5 + 5 + 10
            assert charged["limit"] == shown["limit"] == 60_000
            assert charged["maximum"] == shown["maximum"] == 10_000
            assert charged["remaining"] == shown["remaining"] <= 60_000 - 20
            assert charged["resetAt"][:16] == shown["resetAt"][:16]

    async def test_what_is_not_executed_tells_no_cost(self, api):
        answer = await api.run("query ($n: Int!) { customers(first: $n) { nodes { id } } }", {})

        assert list(answer) == ["errors"]

    @pytest.mark.parametrize(
        "query",
        [
            TEN_POINTS,
            "{ viewer { role } }",
            "{ customers { nodes { invoices { nodes { id } } } } }",
            "mutation { updateCustomer(input: {customerId: 1}) { customer { id } } }",
        ],
    )
    async def test_a_dry_run_is_priced_as_the_execution_is_charged(self, api, query):
        body = {"query": query, "extensions": {"dryRun": True}}
        headers = {"Authorization": f"Bearer {api.token()}"}

        dry = (await api.http.post("/graphql", json=body, headers=headers)).json()
        run = await api.run(query)

        shown, charged = dry["extensions"]["cost"], run["extensions"]["cost"]
        assert dry["data"] is None
        assert shown["requested"] == charged["requested"]
        assert shown["requested"] == sum(each["cost"] for each in shown["costliest"])
        assert (shown["limit"], shown["maximum"]) == (charged["limit"], charged["maximum"])

    async def test_a_dry_run_neither_executes_nor_takes_points(self, database_url, tmp_path):
        async with tight(database_url, tmp_path) as api:
            customer_id = await created_customer(api.application.services.database)
            change = """mutation {
              updateCustomer(input: {customerId: 1, tags: ["x"]}) { customer { id } }
            }""".replace("1", str(customer_id))
            bodies = [
                {"query": query, "extensions": {"dryRun": True}}
                for query in (change, EVENTS, "{ customers(first: 100) { nodes { id } } }")
            ]
            headers = {"Authorization": f"Bearer {api.token()}"}
            dry = [
                (await api.http.post("/graphql", json=body, headers=headers)).json()["extensions"]
                for body in bodies
            ]
            customer = await api.data(
                "query ($id: Int!) { customer(by: {customerId: $id}) { tags } }",
                {"id": customer_id},
            )

        assert [each["cost"]["requested"] for each in dry] == [12, 6, 105]
        assert {each["cost"]["remaining"] for each in dry} == {40}
        # Dearer than the budget, and told why instead of refused.
        assert dry[2]["cost"]["costliest"] == [
            {"coordinate": "CustomerConnection.nodes", "cost": 100},
            {"coordinate": "Query.customers", "cost": 5},
        ]
        assert customer["customer"]["tags"] == []
