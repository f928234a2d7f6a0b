"""Usage by day, free windows, top-ups and overage through the public API."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.kernel.access import Permission, Role
from domain.kernel.money import Money
from domain.tariff.models import FupAction
from domain.tariff.periods import UsageMonth
from domain.tariff.windows import FreeWindow
from tests.support.customers import created_customer
from tests.support.events import announced
from tests.support.statements import captured_statements
from tests.support.tariff import (
    a_metered_plan,
    assigned_plan,
    created_plan,
    recorded_usage,
    topped_up,
)

DAYS = """
    query Days($id: Int!, $from: Date!, $to: Date!) {
      customer(by: { customerId: $id }) { usageDays(from: $from, to: $to) {
        day downloadedOctets uploadedOctets freeOctets meteredOctets } }
    }
"""
ALWAYS = (FreeWindow((1, 2, 3, 4, 5, 6, 7), 0, 1440),)


def last_week():
    today = datetime.now(UTC).date()
    return {"from": str(today - timedelta(days=6)), "to": str(today + timedelta(days=1))}


async def metered_customer(database, action=FupAction.BLOCK, **facts):
    customer_id = await created_customer(database)
    plan_id = await created_plan(database, a_metered_plan(action, **facts))
    await assigned_plan(database, customer_id, plan_id)
    return customer_id


class TestUsageDays:
    async def test_tell_billable_and_free_octets_of_each_day_in_order(self, api, database):
        customer_id = await metered_customer(database, free_windows=ALWAYS)
        now = datetime.now(UTC)
        yesterday = now - timedelta(days=1)
        await recorded_usage(database, customer_id, 7, recorded_at=yesterday)
        await recorded_usage(database, customer_id, 5, uploaded_octets=2, recorded_at=now)

        data = await api.data(DAYS, {"id": customer_id, **last_week()})

        assert data["customer"]["usageDays"] == [
            {
                "day": str(yesterday.date()),
                "downloadedOctets": "7",
                "uploadedOctets": "0",
                "freeOctets": "0",
                "meteredOctets": "7",
            },
            {
                "day": str(now.date()),
                "downloadedOctets": "5",
                "uploadedOctets": "2",
                "freeOctets": "7",
                "meteredOctets": "0",
            },
        ]

    @pytest.mark.parametrize("to", ["2025-01-01", "2026-01-03"])
    async def test_are_asked_for_by_1_to_366_days(self, api, database, to):
        customer_id = await created_customer(database)

        answer = await api.run(DAYS, {"id": customer_id, "from": "2025-01-01", "to": to})

        assert answer["data"]["customer"] == {"usageDays": None}
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["INVALID"]

    async def test_and_top_ups_take_the_same_statements_for_any_number(self, api, database):
        for _ in range(10):
            customer_id = await metered_customer(database)
            await recorded_usage(database, customer_id, 5)
            await topped_up(database, customer_id, 5)
        query = """query Q($first: Int!, $from: Date!, $to: Date!) {
            customers(first: $first) { nodes {
              usageDays(from: $from, to: $to) { day }
              topUps(first: 2) { totalCount nodes { octets } }
              usage { topUpOctets overage { amount { amount } } } } } }"""

        counts = []
        for first in (1, 10):
            await api.settled()
            with captured_statements(api.application.services.database) as statements:
                data = await api.data(query, {"first": first, **last_week()})
            assert all(node["usageDays"] for node in data["customers"]["nodes"])
            assert all(node["topUps"]["totalCount"] for node in data["customers"]["nodes"])
            counts.append(len([text for text in statements if " tariff." in text]))

        assert counts == [4, 4]

    async def test_are_null_to_a_service_without_the_permission(self, api, database):
        customer_id = await metered_customer(database)
        query = """query Q($id: Int!, $from: Date!, $to: Date!) { customer(by: { customerId: $id })
            { usageDays(from: $from, to: $to) { day } topUps { nodes { octets } } } }"""

        answer = await api.run(
            query,
            {"id": customer_id, **last_week()},
            token=api.service_token(Permission.CUSTOMER_READ),
        )

        assert answer["data"]["customer"] == {"usageDays": None, "topUps": None}
        assert {error["extensions"]["code"] for error in answer["errors"]} == {"ACCESS_DENIED"}


class TestTopUpUsage:
    async def test_gives_octets_once_a_key_and_shows_where_that_leads(self, api, database):
        customer_id = await metered_customer(database)
        await recorded_usage(database, customer_id, 1100)
        asked = {
            "customerId": customer_id,
            "octets": "1000",
            "price": {"amount": "5.00", "currency": "EUR"},
            "idempotencyKey": "k-1",
        }
        selection = """topUp { state octets usedOctets remainingOctets price { amount } expiresAt }
            usage { fupState topUpOctets remainingOctets usedPercent resetsAt }"""

        payloads = [await api.mutate("topUpUsage", asked, selection) for _ in range(2)]

        usage, top_up = payloads[0]["usage"], payloads[0]["topUp"]
        assert top_up.pop("expiresAt") == usage.pop("resetsAt")
        assert top_up == {
            "state": "ACTIVE",
            "octets": "1000",
            "usedOctets": "100",
            "remainingOctets": "900",
            "price": {"amount": "5.00"},
        }
        assert usage == {
            "fupState": "NORMAL",
            "topUpOctets": "1000",
            "remainingOctets": "900",
            "usedPercent": 55,
        }
        assert payloads[0]["userErrors"] == payloads[1]["userErrors"] == []
        assert len(await announced(database, "tariff.topup.activated")) == 1

    @pytest.mark.parametrize(
        ("change", "code", "path"),
        [
            ({"octets": "0"}, "INVALID", "octets"),
            ({"price": {"amount": "1", "currency": "USD"}}, "INVALID", "price"),
            ({"price": {"amount": "0.001", "currency": "EUR"}}, "INVALID", "price"),
            ({"expiresAt": "2025-01-01T00:00:00Z"}, "INVALID", "expiresAt"),
            ({"customerId": 10**6}, "NOT_FOUND", "customerId"),
        ],
    )
    async def test_names_the_input_at_fault_and_changes_nothing(
        self, api, database, change, code, path
    ):
        asked = {
            "customerId": await metered_customer(database),
            "octets": "1",
            "price": {"amount": "5.00", "currency": "EUR"},
        }

        payload = await api.mutate("topUpUsage", {**asked, **change}, "topUp { octets }")

        assert payload["topUp"] is None
        [error] = payload["userErrors"]
        assert (error["code"], error["path"]) == (code, ["input", path])
        assert await announced(database, "tariff.topup") == []

    async def test_is_refused_to_customers(self, api, database):
        customer_id = await metered_customer(database)

        answer = await api.run(
            """mutation M($id: Int!) { topUpUsage(input: { customerId: $id, octets: "1",
                 price: { amount: "0.00", currency: "EUR" } }) { userErrors { code } } }""",
            {"id": customer_id},
            token=api.token(Role.CUSTOMER, customer_id=customer_id),
        )

        assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"
        assert await announced(database, "tariff.topup") == []


class TestTopUps:
    async def test_are_shown_to_the_customer_the_newest_first(self, api, database):
        customer_id, stranger = await metered_customer(database), await created_customer(database)
        for octets in (1, 2):
            await topped_up(database, customer_id, octets)
        query = """query Q($id: Int!) { customer(by: { customerId: $id }) {
            topUps(first: 5) { totalCount nodes { octets state } } } }"""

        seen = [
            (await api.data(query, {"id": customer_id}, token=token))["customer"]
            for token in (
                api.token(Role.CUSTOMER, customer_id=customer_id),
                api.token(Role.CUSTOMER, customer_id=stranger),
            )
        ]

        assert seen == [
            {
                "topUps": {
                    "totalCount": 2,
                    "nodes": [
                        {"octets": "2", "state": "ACTIVE"},
                        {"octets": "1", "state": "ACTIVE"},
                    ],
                }
            },
            None,
        ]


class TestOverage:
    async def test_is_shown_as_it_stands_and_billed_when_the_month_is_closed(self, api, database):
        customer_id = await metered_customer(
            database,
            FupAction.CHARGE,
            overage_block_octets=100,
            overage_price=Money(50, "EUR"),
        )
        await recorded_usage(database, customer_id, 1250)
        query = """query Q($id: Int!) { customer(by: { customerId: $id }) {
            usage { overage { octets blocks amount { amount currency } } } } }"""
        month = UsageMonth.of(datetime.now(UTC))

        shown = await api.data(query, {"id": customer_id})
        too_early = await api.mutate(
            "closeUsageMonth",
            {"customerId": customer_id, "periodStart": str(month.first_day)},
            "overageOctets",
        )

        assert shown["customer"]["usage"]["overage"] == {
            "octets": "250",
            "blocks": "3",
            "amount": {"amount": "1.50", "currency": "EUR"},
        }
        [error] = too_early["userErrors"]
        assert (error["code"], error["path"]) == ("USAGE_PERIOD_OPEN", ["input", "periodStart"])

    async def test_of_a_closed_month_stands(self, api, database):
        customer_id = await created_customer(database)
        previous = UsageMonth.of(datetime.now(UTC)).previous
        await recorded_usage(database, customer_id, 5, recorded_at=previous.starts_at)
        asked = {"customerId": customer_id, "periodStart": str(previous.first_day)}

        payloads = [
            await api.mutate("closeUsageMonth", asked, "overageOctets overageAmountMinor")
            for _ in range(2)
        ]
        await recorded_usage(database, customer_id, 7, recorded_at=previous.starts_at)
        data = await api.data(
            """query Q($id: Int!) { customer(by: { customerId: $id }) {
                 usage { totalOctets } before: usage(period: PREVIOUS) { totalOctets } } }""",
            {"id": customer_id},
        )

        nothing = {"overageOctets": None, "overageAmountMinor": None, "userErrors": []}
        assert payloads == [nothing, nothing]
        assert data["customer"] == {
            "usage": {"totalOctets": "7"},
            "before": {"totalOctets": "5"},
        }
        assert len(await announced(database, "tariff.usage_period.closed")) == 1


class TestFreeWindows:
    async def test_are_part_of_a_plans_terms(self, api):
        payload = await api.mutate(
            "createTariffPlan",
            {
                "code": "F-100",
                "name": "Fibre 100",
                "price": {"amount": "29.99", "currency": "EUR"},
                "downloadKbps": 100_000,
                "uploadKbps": 20_000,
                "freeWindows": [{"weekdays": [6, 7]}, {"weekdays": [1], "toMinute": 360}],
            },
            "tariffPlan { freeWindows { weekdays fromMinute toMinute } }",
        )

        assert payload["tariffPlan"]["freeWindows"] == [
            {"weekdays": [6, 7], "fromMinute": 0, "toMinute": 1440},
            {"weekdays": [1], "fromMinute": 0, "toMinute": 360},
        ]
