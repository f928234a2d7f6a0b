"""Customers' plans and usage through the public API."""

import asyncio
from datetime import UTC, datetime

import pytest

from domain.customer.models import CustomerStatus
from domain.kernel.access import Permission, Role
from domain.tariff.periods import UsageMonth
from graph.ids import encode_id
from tests.support.customers import created_customer, created_reseller
from tests.support.events import announced
from tests.support.statements import captured_statements
from tests.support.tariff import (
    a_metered_plan,
    assigned_plan,
    created_plan,
    recorded_usage,
    retired_plan,
)

CUSTOMER = """
    query Customer($id: Int!) {
      customer(by: { customerId: $id }) {
        subscription { state }
        plan {
          state startedAt endedAt price { amount currency } billingCycle
          plan { code } customer { customerId }
        }
        planHistory(first: 5) { totalCount nodes { state plan { code } } }
        usage {
          downloadedOctets uploadedOctets totalOctets allowanceOctets remainingOctets
          usedPercent fupState startsAt resetsAt plan { code }
        }
        lastMonth: usage(period: PREVIOUS) { totalOctets }
      }
    }
"""


async def shown(api, customer_id, **options):
    return (await api.data(CUSTOMER, {"id": customer_id}, **options))["customer"]


async def two_plans(database):
    return await created_plan(database, code="A"), await created_plan(database, code="B")


class TestCustomerFacet:
    async def test_shows_the_plan_its_history_and_the_usage(self, api, database):
        customer_id = await created_customer(database)
        small, large = (
            await created_plan(database, code="S"),
            await created_plan(database, a_metered_plan(code="L")),
        )
        await assigned_plan(database, customer_id, small)
        await assigned_plan(database, customer_id, large)
        await recorded_usage(database, customer_id, 800, uploaded_octets=40)

        customer = await shown(api, customer_id)

        assert customer["plan"].pop("startedAt").endswith("Z")
        month = UsageMonth.of(datetime.now(UTC))
        assert customer == {
            "subscription": {"state": "ACTIVE"},
            "plan": {
                "state": "ACTIVE",
                "endedAt": None,
                "price": {"amount": "30.00", "currency": "EUR"},
                "billingCycle": "MONTHLY",
                "plan": {"code": "L"},
                "customer": {"customerId": customer_id},
            },
            "planHistory": {
                "totalCount": 2,
                "nodes": [
                    {"state": "ACTIVE", "plan": {"code": "L"}},
                    {"state": "ENDED", "plan": {"code": "S"}},
                ],
            },
            "usage": {
                "downloadedOctets": "800",
                "uploadedOctets": "40",
                "totalOctets": "840",
                "allowanceOctets": "1000",
                "remainingOctets": "160",
                "usedPercent": 84,
                "fupState": "NOTIFIED",
                "startsAt": f"{month.starts_at:%Y-%m-%dT%H:%M:%SZ}",
                "resetsAt": f"{month.ends_at:%Y-%m-%dT%H:%M:%SZ}",
                "plan": {"code": "L"},
            },
            "lastMonth": {"totalOctets": "0"},
        }

    async def test_a_customer_without_a_plan_has_no_limit(self, api, database):
        customer = await shown(api, await created_customer(database))

        assert (customer["plan"], customer["planHistory"]["nodes"]) == (None, [])
        usage = customer["usage"]
        assert (usage["allowanceOctets"], usage["usedPercent"], usage["plan"]) == (None, None, None)
        assert usage["fupState"] == "NORMAL"

    async def test_a_service_without_the_permission_loses_these_fields_alone(self, api, database):
        customer_id = await created_customer(database)
        token = api.service_token(Permission.CUSTOMER_READ)

        answer = await api.run(CUSTOMER, {"id": customer_id}, token=token)

        assert answer["data"]["customer"] == {
            "subscription": {"state": "INACTIVE"},
            **dict.fromkeys(["plan", "planHistory", "usage", "lastMonth"]),
        }
        assert {error["extensions"]["code"] for error in answer["errors"]} == {"ACCESS_DENIED"}

    async def test_an_assignment_is_a_node_to_those_who_see_the_customer(self, api, database):
        mine, stranger = await created_customer(database), await created_customer(database)
        assignment_id = await assigned_plan(database, mine, await created_plan(database))
        query = "query N($id: ID!) { node(id: $id) { id ... on PlanAssignment { state } } }"
        global_id = encode_id("PlanAssignment", assignment_id)

        seen = [
            await api.data(query, {"id": global_id}, token=token)
            for token in (
                api.token(Role.CUSTOMER, customer_id=mine),
                api.token(Role.CUSTOMER, customer_id=stranger),
            )
        ]

        assert seen == [{"node": {"id": global_id, "state": "ACTIVE"}}, {"node": None}]

    async def test_nested_fields_take_the_same_statements_for_any_number(self, api, database):
        plan_id = await created_plan(database, a_metered_plan())
        query = """query Many($first: Int!) { customers(first: $first) { nodes {
            plan { price { amount } plan { code } customer { displayName } }
            planHistory(first: 2) { totalCount nodes { plan { name } } }
            usage { totalOctets plan { code } } lastMonth: usage(period: PREVIOUS) { fupState }
        } } }"""
        for _ in range(100):
            await assigned_plan(database, await created_customer(database), plan_id)

        for parents in (1, 10, 100):
            await api.settled()
            with captured_statements(api.application.services.database) as statements:
                data = await api.data(query, {"first": parents})

            assert len(data["customers"]["nodes"]) == parents
            assert len([text for text in statements if " tariff." in text]) == 6


class TestAssignTariffPlan:
    async def test_puts_the_customer_on_the_plan_and_activates(self, api, database):
        customer_id = await created_customer(database)
        plan_id = await created_plan(database, code="F-100")
        asked = {"customerId": customer_id, "tariffPlanId": plan_id, "idempotencyKey": "k-1"}
        selection = "planAssignment { state plan { code } } customer { subscription { state } }"

        payloads = [await api.mutate("assignTariffPlan", asked, selection) for _ in range(2)]

        assert (
            payloads
            == [
                {
                    "planAssignment": {"state": "ACTIVE", "plan": {"code": "F-100"}},
                    "customer": {"subscription": {"state": "ACTIVE"}},
                    "userErrors": [],
                }
            ]
            * 2
        )
        assert len(await announced(database, "tariff.plan.assigned")) == 1

    async def test_refuses_an_inactive_customer_with_the_status_it_has(self, api, database):
        customer_id = await created_customer(database, status=CustomerStatus.PENDING)
        plan_id = await created_plan(database)

        payload = await api.mutate(
            "assignTariffPlan",
            {"customerId": customer_id, "tariffPlanId": plan_id},
            "planAssignment { id } customer { customerId }",
        )

        assert (payload["planAssignment"], payload["customer"]) == (None, None)
        [error] = payload["userErrors"]
        assert (error["__typename"], error["path"]) == (
            "CustomerNotActive",
            ["input", "customerId"],
        )
        assert await announced(database, "tariff.plan.assigned") == []

    async def test_refuses_a_retired_plan_by_its_code(self, api, database):
        customer_id = await created_customer(database)
        plan_id = await retired_plan(database, code="OLD")

        data = await api.data(
            """mutation M($input: AssignTariffPlanInput!) { assignTariffPlan(input: $input) {
                 userErrors { code path ... on PlanNotOnSale { planCode } } } }""",
            {"input": {"customerId": customer_id, "tariffPlanId": plan_id}},
        )

        assert data["assignTariffPlan"]["userErrors"] == [
            {
                "code": "PLAN_NOT_ON_SALE",
                "path": ["input", "tariffPlanId"],
                "planCode": "OLD",
            }
        ]

    async def test_a_foreign_customer_looks_like_none(self, api, database):
        mine, other = await created_reseller(database), await created_reseller(database)
        foreign = await created_customer(database, reseller_id=other)
        plan_id = await created_plan(database)

        errors = []
        for customer_id in (foreign, 10**6):
            payload = await api.mutate(
                "assignTariffPlan",
                {"customerId": customer_id, "tariffPlanId": plan_id},
                "planAssignment { id }",
                token=api.token(Role.RESELLER, reseller_id=mine),
            )
            [error] = payload["userErrors"]
            errors.append({**error, "message": error["message"].replace(str(customer_id), "X")})

        assert errors[0] == errors[1]
        assert errors[0]["code"] == "NOT_FOUND"

    @pytest.mark.parametrize(
        ("field", "input"),
        [
            ("assignTariffPlan", {"tariffPlanId": 1}),
            ("changeTariffPlan", {"tariffPlanId": 1}),
            ("cancelTariffPlan", {}),
        ],
    )
    async def test_customers_do_not_change_their_plans(self, api, database, field, input):
        customer_id = await created_customer(database)

        answer = await api.run(
            f"mutation M($input: {field[0].upper()}{field[1:]}Input!)"
            f" {{ {field}(input: $input) {{ userErrors {{ code }} }} }}",
            {"input": {"customerId": customer_id, **input}},
            token=api.token(Role.CUSTOMER, customer_id=customer_id),
        )

        assert answer["data"] == {field: None}
        assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"
        assert await announced(database, "tariff.plan.") == []


class TestChangeTariffPlan:
    async def test_next_cycle_schedules_and_the_present_plan_withdraws_it(self, api, database):
        customer_id = await created_customer(database)
        a, b = await two_plans(database)
        await assigned_plan(database, customer_id, a)
        asked = {"customerId": customer_id, "when": "NEXT_CYCLE"}
        selection = """planAssignment { state plan { code } }
            customer { plan { plan { code } } planHistory { nodes { state plan { code } } } }"""

        scheduled = await api.mutate("changeTariffPlan", {**asked, "tariffPlanId": b}, selection)
        withdrawn = await api.mutate("changeTariffPlan", {**asked, "tariffPlanId": a}, selection)

        assert scheduled["planAssignment"] == {"state": "SCHEDULED", "plan": {"code": "B"}}
        assert scheduled["customer"]["plan"] == {"plan": {"code": "A"}}
        assert withdrawn["planAssignment"] == {"state": "ACTIVE", "plan": {"code": "A"}}
        assert withdrawn["customer"]["planHistory"]["nodes"] == [
            {"state": "WITHDRAWN", "plan": {"code": "B"}},
            {"state": "ACTIVE", "plan": {"code": "A"}},
        ]

    async def test_now_is_what_happens_unless_told_otherwise(self, api, database):
        customer_id = await created_customer(database)
        a, b = await two_plans(database)
        await assigned_plan(database, customer_id, a)

        payload = await api.mutate(
            "changeTariffPlan",
            {"customerId": customer_id, "tariffPlanId": b},
            "planAssignment { state } customer { plan { plan { code } } }",
        )

        assert payload == {
            "planAssignment": {"state": "ACTIVE"},
            "customer": {"plan": {"plan": {"code": "B"}}},
            "userErrors": [],
        }

    async def test_refuses_a_customer_without_a_plan(self, api, database):
        customer_id = await created_customer(database)

        payload = await api.mutate(
            "changeTariffPlan",
            {"customerId": customer_id, "tariffPlanId": await created_plan(database)},
            "planAssignment { id }",
        )

        [error] = payload["userErrors"]
        assert (error["code"], error["path"]) == ("NO_PLAN_ASSIGNED", ["input", "customerId"])


class TestCancelTariffPlan:
    async def test_ends_the_plan_and_the_subscription(self, api, database):
        customer_id = await created_customer(database)
        await assigned_plan(database, customer_id, await created_plan(database, code="A"))

        payload = await api.mutate(
            "cancelTariffPlan",
            {"customerId": customer_id, "reason": "moved away"},
            """planAssignment { state plan { code } }
               customer { plan { id } subscription { state } }""",
        )
        await api.settled()

        assert payload == {
            "planAssignment": {"state": "ENDED", "plan": {"code": "A"}},
            "customer": {"plan": None, "subscription": {"state": "CANCELLED"}},
            "userErrors": [],
        }
        assert len(await announced(database, "tariff.plan.cancelled")) == 1

    async def test_a_subscription_cancelled_directly_ends_the_plan_too(self, api, database):
        customer_id = await created_customer(database)
        await assigned_plan(database, customer_id, await created_plan(database))

        await api.mutate(
            "changeSubscriptionState",
            {"customerId": customer_id, "subscriptionState": "CANCELLED"},
            "customer { customerId }",
        )
        async with asyncio.timeout(60):
            # The server's own consumer may hold the event: then it is not settled at once.
            while (await shown(api, customer_id))["plan"] is not None:
                await api.settled()


class TestRecordUsage:
    async def test_counts_each_key_once_and_answers_with_the_month(self, api, database):
        customer_id = await created_customer(database)
        await assigned_plan(database, customer_id, await created_plan(database, a_metered_plan()))
        token = api.service_token(
            Permission.USAGE_WRITE, Permission.CUSTOMER_READ, Permission.TARIFF_READ
        )
        asked = {
            "customerId": customer_id,
            "downloadedOctets": "5000000000",
            "uploadedOctets": "1",
            "recordedAt": datetime.now(UTC).isoformat(),
            "dedupeKey": "session-1:1",
        }

        payloads = [
            await api.mutate(
                "recordUsage", asked, "usage { totalOctets fupState usedPercent }", token=token
            )
            for _ in range(2)
        ]

        assert (
            payloads
            == [
                {
                    "usage": {
                        "totalOctets": "5000000001",
                        "fupState": "THROTTLED",
                        "usedPercent": 500_000_000 // 500,
                    },
                    "userErrors": [],
                }
            ]
            * 2
        )
        assert [kind for kind, _ in await announced(database, "tariff.")][2:] == [
            "tariff.usage.recorded",
            "tariff.threshold.reached",
            "tariff.threshold.reached",
            "tariff.fup.changed",
        ]

    async def test_a_reporter_that_may_not_read_still_learns_that_it_was_done(self, api, database):
        customer_id = await created_customer(database)
        token = api.service_token(Permission.USAGE_WRITE, Permission.CUSTOMER_READ)

        answer = await api.run(
            """mutation M($input: RecordUsageInput!) {
                 recordUsage(input: $input) { usage { totalOctets } userErrors { code } } }""",
            {
                "input": {
                    "customerId": customer_id,
                    "downloadedOctets": "1",
                    "uploadedOctets": "1",
                    "recordedAt": "2025-03-10T12:00:00Z",
                    "dedupeKey": "a",
                }
            },
            token=token,
        )

        assert answer["data"] == {"recordUsage": {"usage": None, "userErrors": []}}
        assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"
        assert len(await announced(database, "tariff.usage.recorded")) == 1

    @pytest.mark.parametrize(
        ("change", "path"),
        [
            ({"downloadedOctets": "-1"}, "downloadedOctets"),
            ({"recordedAt": "2100-01-01T00:00:00Z"}, "recordedAt"),
            ({"dedupeKey": ""}, "dedupeKey"),
            ({"customerId": 10**6}, "customerId"),
        ],
    )
    async def test_names_the_input_that_breaks_a_rule(self, api, database, change, path):
        asked = {
            "customerId": await created_customer(database),
            "downloadedOctets": "1",
            "uploadedOctets": "1",
            "recordedAt": "2025-03-10T12:00:00Z",
            "dedupeKey": "a",
        }

        payload = await api.mutate("recordUsage", {**asked, **change}, "usage { totalOctets }")

        assert payload["usage"] is None
        assert [error["path"] for error in payload["userErrors"]] == [["input", path]]
        assert await announced(database, "tariff.") == []

    async def test_is_refused_to_those_who_may_not_write_usage(self, api, database):
        customer_id = await created_customer(database)

        for token in (
            api.token(Role.SUPPORT),
            api.token(Role.CUSTOMER, customer_id=customer_id),
        ):
            answer = await api.run(
                """mutation M($id: Int!) { recordUsage(input: { customerId: $id, dedupeKey: "a",
                     downloadedOctets: "1", uploadedOctets: "1",
                     recordedAt: "2025-03-10T12:00:00Z" }) { userErrors { code } } }""",
                {"id": customer_id},
                token=token,
            )
            assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"

        assert await announced(database, "tariff.") == []
