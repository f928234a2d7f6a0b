"""Editions, availability, minimum terms and scheduled changes through the public API."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.customer.models import CustomerType
from domain.kernel.access import Role
from domain.kernel.money import Money
from tests.support.customers import created_customer, created_reseller
from tests.support.events import announced
from tests.support.statements import captured_statements
from tests.support.tariff import assigned_plan, created_plan, revised_plan

TERMS = """
    code edition effectiveFrom effectiveTo isOnSale price { amount } contractMonths
    earlyTerminationFee { amount } customerTypes resellerIds overageBlockOctets
    overagePrice { amount }
"""


def the_day_after_tomorrow() -> str:
    return (datetime.now(UTC).date() + timedelta(days=2)).isoformat()


class TestReviseTariffPlan:
    async def test_answers_with_the_next_edition_once_a_key(self, api, database):
        plan_id = await created_plan(database, code="F-100", description="Fast")
        asked = {
            "tariffPlanId": plan_id,
            "price": {"amount": "35.00", "currency": "EUR"},
            "contractMonths": 12,
            "earlyTerminationFee": {"amount": "90.00", "currency": "EUR"},
            "customerTypes": ["BUSINESS"],
            "expectedVersion": 1,
            "idempotencyKey": "k-1",
        }

        payloads = [
            await api.mutate("reviseTariffPlan", asked, f"tariffPlan {{ {TERMS} description }}")
            for _ in range(2)
        ]

        edition = payloads[0]["tariffPlan"]
        assert edition.pop("effectiveFrom").endswith("Z")
        assert edition == {
            "code": "F-100",
            "edition": 2,
            "effectiveTo": None,
            "isOnSale": True,
            "price": {"amount": "35.00"},
            "contractMonths": 12,
            "earlyTerminationFee": {"amount": "90.00"},
            "customerTypes": ["BUSINESS"],
            "resellerIds": None,
            "overageBlockOctets": None,
            "overagePrice": None,
            "description": "Fast",
        }
        assert payloads[0]["userErrors"] == payloads[1]["userErrors"] == []
        assert len(await announced(database, "tariff.plan.published")) == 2

    @pytest.mark.parametrize(
        ("change", "code", "path"),
        [
            ({"price": None}, "INVALID", "price"),
            ({"price": {"amount": "1.999", "currency": "EUR"}}, "INVALID", "price"),
            ({"effectiveFrom": "2025-01-01T00:00:00Z"}, "INVALID", "effectiveFrom"),
            ({"expectedVersion": 7}, "VERSION_CONFLICT", "expectedVersion"),
            ({"tariffPlanId": 10**6}, "NOT_FOUND", "tariffPlanId"),
        ],
    )
    async def test_names_the_input_at_fault_and_changes_nothing(
        self, api, database, change, code, path
    ):
        asked = {"tariffPlanId": await created_plan(database), **change}

        payload = await api.mutate("reviseTariffPlan", asked, "tariffPlan { id }")

        [error] = payload["userErrors"]
        assert (error["code"], error["path"]) == (code, ["input", path])
        assert len(await announced(database, "tariff.")) == 1

    async def test_an_edition_with_a_successor_is_a_user_error(self, api, database):
        plan_id = await created_plan(database)
        await revised_plan(database, plan_id)

        payload = await api.mutate(
            "reviseTariffPlan", {"tariffPlanId": plan_id}, "tariffPlan { id }"
        )

        assert [error["code"] for error in payload["userErrors"]] == ["PLAN_SUPERSEDED"]

    async def test_is_for_administrators_alone(self, api, database):
        plan_id = await created_plan(database)

        answer = await api.run(
            """mutation M($id: Int!) { reviseTariffPlan(input: { tariffPlanId: $id }) {
                 userErrors { code } } }""",
            {"id": plan_id},
            token=api.token(Role.SUPPORT),
        )

        assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"


class TestEditions:
    async def test_show_the_history_of_a_code_to_staff_and_the_present_to_customers(
        self, api, database
    ):
        customer_id = await created_customer(database)
        first = await created_plan(database, code="F-100", price=Money(3000, "EUR"))
        second = await revised_plan(database, first, price=Money(3500, "EUR"))
        ahead = datetime.now(UTC) + timedelta(days=30)
        await revised_plan(database, second, price=Money(4000, "EUR"), effective_from=ahead)
        query = """{ tariffPlan(by: { code: "F-100" }) { edition
            editions(first: 5) { totalCount nodes { edition isOnSale price { amount } } } } }"""

        staff = await api.data(query, token=api.token(Role.SUPPORT))
        customer = await api.data(query, token=api.token(Role.CUSTOMER, customer_id=customer_id))

        assert staff["tariffPlan"] == {
            "edition": 2,
            "editions": {
                "totalCount": 3,
                "nodes": [
                    {"edition": 3, "isOnSale": False, "price": {"amount": "40.00"}},
                    {"edition": 2, "isOnSale": True, "price": {"amount": "35.00"}},
                    {"edition": 1, "isOnSale": False, "price": {"amount": "30.00"}},
                ],
            },
        }
        assert [each["edition"] for each in customer["tariffPlan"]["editions"]["nodes"]] == [2]

    async def test_cost_the_same_statements_for_any_number_of_plans(self, api, database):
        for _ in range(10):
            await revised_plan(database, await created_plan(database))
        query = """query Q($first: Int!) { tariffPlans(first: $first, filter: { onSale: true }) {
            nodes { editions(first: 2) { totalCount nodes { price { amount } } } } } }"""

        counts = []
        for first in (1, 10):
            await api.settled()
            with captured_statements(api.application.services.database) as statements:
                data = await api.data(query, {"first": first})
            assert len(data["tariffPlans"]["nodes"]) == first
            counts.append(len([text for text in statements if " tariff." in text]))

        assert counts == [3, 3]

    async def test_whose_resellers_a_plan_is_for_is_for_administrators(self, api, database):
        reseller_id = await created_reseller(database)
        plan_id = await created_plan(database, reseller_ids=(reseller_id,))
        query = "query Q($id: Int!) { tariffPlan(by: { tariffPlanId: $id }) { resellerIds } }"

        shown = await api.data(query, {"id": plan_id}, token=api.token(Role.ADMIN))
        hidden = await api.run(query, {"id": plan_id}, token=api.token(Role.SUPPORT))

        assert shown["tariffPlan"] == {"resellerIds": [reseller_id]}
        assert hidden["data"] == {"tariffPlan": {"resellerIds": None}}
        assert hidden["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"


class TestAvailability:
    async def test_a_plan_not_sold_to_the_customer_is_a_user_error(self, api, database):
        customer_id = await created_customer(database)
        plan_id = await created_plan(database, code="BIZ", customer_types=(CustomerType.BUSINESS,))

        data = await api.data(
            """mutation M($input: AssignTariffPlanInput!) { assignTariffPlan(input: $input) {
                 userErrors { code path ... on PlanNotAvailable { planCode } } } }""",
            {"input": {"customerId": customer_id, "tariffPlanId": plan_id}},
        )

        assert data["assignTariffPlan"]["userErrors"] == [
            {
                "code": "PLAN_NOT_AVAILABLE",
                "path": ["input", "tariffPlanId"],
                "planCode": "BIZ",
            }
        ]


class TestScheduledPlan:
    async def test_shows_a_change_on_a_day_until_it_is_withdrawn(self, api, database):
        customer_id = await created_customer(database)
        await assigned_plan(database, customer_id, await created_plan(database, code="A"))
        b = await created_plan(database, code="B")
        asked = {
            "customerId": customer_id,
            "tariffPlanId": b,
            "when": "ON_DATE",
            "on": the_day_after_tomorrow(),
            "settlement": "NONE",
        }
        selection = """planAssignment { state settlement plan { code } }
            customer { plan { plan { code } } scheduledPlan { plan { code } startedAt } }"""

        scheduled = await api.mutate("changeTariffPlan", asked, selection)
        withdrawn = await api.mutate(
            "withdrawTariffPlanChange", {"customerId": customer_id}, selection
        )
        again = await api.mutate("withdrawTariffPlanChange", {"customerId": customer_id}, selection)

        assert scheduled["planAssignment"] == {
            "state": "SCHEDULED",
            "settlement": "NONE",
            "plan": {"code": "B"},
        }
        assert scheduled["customer"] == {
            "plan": {"plan": {"code": "A"}},
            "scheduledPlan": {"plan": {"code": "B"}, "startedAt": f"{asked['on']}T00:00:00Z"},
        }
        assert withdrawn["planAssignment"]["plan"] == {"code": "A"}
        assert withdrawn["customer"]["scheduledPlan"] is None
        assert [error["code"] for error in again["userErrors"]] == ["NO_CHANGE_SCHEDULED"]

    async def test_is_refused_without_its_day(self, api, database):
        customer_id = await created_customer(database)
        await assigned_plan(database, customer_id, await created_plan(database))

        payload = await api.mutate(
            "changeTariffPlan",
            {
                "customerId": customer_id,
                "tariffPlanId": await created_plan(database),
                "when": "ON_DATE",
            },
            "planAssignment { id }",
        )

        [error] = payload["userErrors"]
        assert (error["code"], error["path"]) == ("INVALID", ["input", "on"])
        assert len(await announced(database, "tariff.plan.assigned")) == 1


class TestMinimumTerm:
    async def test_shows_its_end_and_what_leaving_earlier_came_to(self, api, database):
        customer_id = await created_customer(database)
        plan_id = await created_plan(
            database, contract_months=12, early_termination_fee=Money(9000, "EUR")
        )
        await assigned_plan(database, customer_id, plan_id)

        payload = await api.mutate(
            "cancelTariffPlan",
            {"customerId": customer_id},
            "planAssignment { startedAt contractEndsAt terminationFee { amount currency } }",
        )

        assignment = payload["planAssignment"]
        year = int(assignment["startedAt"][:4])
        assert assignment["contractEndsAt"].startswith(str(year + 1))
        assert assignment["terminationFee"] == {"amount": "90.00", "currency": "EUR"}

    async def test_waiving_the_fee_is_refused_to_support(self, api, database):
        customer_id = await created_customer(database)
        await assigned_plan(database, customer_id, await created_plan(database))

        answer = await api.run(
            """mutation M($id: Int!) { cancelTariffPlan(input: { customerId: $id,
                 waiveFee: true }) { userErrors { code } } }""",
            {"id": customer_id},
            token=api.token(Role.SUPPORT),
        )

        assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"
        assert await announced(database, "tariff.plan.cancelled") == []
