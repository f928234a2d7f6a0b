"""What a change of plan would come to, through the public API."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.billing.invoices import InvoiceService
from domain.billing.kinds import LineKind
from domain.billing.periods import billing_period
from domain.kernel.access import SYSTEM, Permission, Role
from domain.kernel.money import Money
from tests.support.billing import a_line, drafted_invoice, euros
from tests.support.customers import created_customer
from tests.support.events import announced
from tests.support.statements import captured_statements
from tests.support.tariff import assigned_plan, created_plan

PREVIEW = """
    query Preview(
      $id: Int!, $plan: Int!, $when: PlanChangeTime!, $on: Date, $settlement: Settlement!
    ) {
      customer(by: { customerId: $id }) {
        planChangePreview(tariffPlanId: $plan, when: $when, on: $on, settlement: $settlement) {
          plan { code } net { amount currency }
          lines { kind amount { amount } whole { amount } days periodDays periodFrom periodTo }
        }
      }
    }
"""


async def paid_for(database, *, before=10, after=20, **facts):
    """A customer on a plan that 30.00 EUR was invoiced for, from days ago until days ahead."""
    customer_id = await created_customer(database, **facts)
    assignment_id = await assigned_plan(database, customer_id, await created_plan(database))
    today = datetime.now(UTC).date()
    invoice_id = await drafted_invoice(
        database,
        customer_id,
        a_line(
            plan_assignment_id=assignment_id,
            period_from=today - timedelta(days=before),
            period_to=today + timedelta(days=after),
        ),
        a_line(
            -300,
            kind=LineKind.DISCOUNT,
            plan_assignment_id=assignment_id,
            period_from=today - timedelta(days=before),
            period_to=today + timedelta(days=after),
        ),
    )
    async with database.unit_of_work(SYSTEM) as session:
        await InvoiceService().issue_invoice(session, invoice_id)
    return customer_id


async def preview(api, customer_id, plan_id, *, token=None, **facts):
    asked = {"when": "NOW", "settlement": "CREDIT", **facts, "id": customer_id, "plan": plan_id}
    data = await api.data(PREVIEW, asked, **({} if token is None else {"token": token}))
    return data["customer"]["planChangePreview"]


class TestPlanChangePreview:
    async def test_credits_what_was_invoiced_net_of_discounts_and_changes_nothing(
        self, api, database
    ):
        customer_id = await paid_for(database)
        plan_id = await created_plan(database, code="B", price=Money(6000, "EUR"))
        today = datetime.now(UTC).date()
        period = billing_period(today, billing_day=1, months=1, anchor=today)
        days = (period.ends_on - today).days
        charge = Money(6000, "EUR").prorated(days=days, of=period.days)
        before = await announced(database)

        shown = await preview(api, customer_id, plan_id)

        assert shown["plan"] == {"code": "B"}
        assert shown["net"] == {"amount": str((charge - euros(1800)).amount), "currency": "EUR"}
        credit, charged = shown["lines"]
        assert credit == {
            "kind": "ADJUSTMENT",
            "amount": {"amount": "-18.00"},
            "whole": {"amount": "27.00"},
            "days": 20,
            "periodDays": 30,
            "periodFrom": today.isoformat(),
            "periodTo": (today + timedelta(days=20)).isoformat(),
        }
        assert (charged["amount"], charged["days"]) == ({"amount": str(charge.amount)}, days)
        assert await announced(database) == before

    async def test_without_a_settlement_credits_nothing(self, api, database):
        customer_id = await paid_for(database)

        shown = await preview(api, customer_id, await created_plan(database), settlement="NONE")

        assert [line["kind"] for line in shown["lines"]] in (["PRORATION"], ["RECURRING"])

    async def test_a_change_at_a_day_ahead_credits_the_days_after_it(self, api, database):
        customer_id = await paid_for(database)
        on = datetime.now(UTC).date() + timedelta(days=10)

        shown = await preview(
            api, customer_id, await created_plan(database), when="ON_DATE", on=on.isoformat()
        )

        assert shown["lines"][0]["amount"] == {"amount": "-9.00"}

    @pytest.mark.parametrize("facts", [{"when": "ON_DATE"}, {"on": "2025-01-01"}])
    async def test_a_day_out_of_place_is_an_error_with_a_code(self, api, database, facts):
        customer_id = await paid_for(database)
        asked = {"id": customer_id, "plan": await created_plan(database), "settlement": "NONE"}

        answer = await api.run(PREVIEW, {"when": "NOW", **asked, **facts})

        assert answer["data"]["customer"] == {"planChangePreview": None}
        assert [error["extensions"]["code"] for error in answer["errors"]] == ["INVALID"]

    async def test_is_null_without_a_plan_to_change_or_to_change_to(self, api, database):
        without = await created_customer(database)
        customer_id = await paid_for(database)
        dollars = await created_plan(database, price=Money(1, "USD"))
        plan_id = await created_plan(database)

        assert await preview(api, without, plan_id) is None
        assert await preview(api, customer_id, dollars) is None
        assert await preview(api, customer_id, 10**6) is None

    async def test_is_shown_to_the_customer_and_not_without_the_permission(self, api, database):
        customer_id, plan_id = await paid_for(database), await created_plan(database)
        asked = {"id": customer_id, "plan": plan_id, "when": "NOW", "settlement": "CREDIT"}

        own = await preview(
            api, customer_id, plan_id, token=api.token(Role.CUSTOMER, customer_id=customer_id)
        )
        scoped = await api.run(
            PREVIEW,
            asked,
            token=api.service_token(Permission.CUSTOMER_READ, Permission.TARIFF_READ),
        )

        assert own["lines"][0]["amount"] == {"amount": "-18.00"}
        assert scoped["data"]["customer"] == {"planChangePreview": None}
        assert scoped["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"

    async def test_takes_the_same_statements_for_any_number_of_customers(self, api, database):
        for _ in range(10):
            await paid_for(database)
        plan_id = await created_plan(database)
        query = """query Q($first: Int!, $plan: Int!) { customers(first: $first) { nodes {
            planChangePreview(tariffPlanId: $plan) { net { amount } } } } }"""

        counts = []
        for first in (1, 10):
            await api.settled()
            with captured_statements(api.application.services.database) as statements:
                data = await api.data(query, {"first": first, "plan": plan_id})
            shown = [node["planChangePreview"] for node in data["customers"]["nodes"]]
            assert None not in shown
            counts.append(len([text for text in statements if "select" in text.lower()]))

        assert counts[0] == counts[1]
