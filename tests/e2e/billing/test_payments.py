"""Payments and billing runs through the public API, over HTTP."""

from datetime import UTC, datetime

import pytest

from domain.kernel.access import Permission, Role
from graph.ids import encode_id
from tests.support.billing import issued_invoice, recorded_payment
from tests.support.customers import created_customer, created_reseller
from tests.support.events import announced
from tests.support.tariff import assigned_plan, created_plan

TODAY = datetime.now(UTC).date()
NUMBER = f"INV-{TODAY.year}-000001"


def a_payment(customer_id, **facts):
    """An input of 10.00 EUR by card."""
    return {
        "customerId": customer_id,
        "amount": {"amount": "10.00", "currency": "EUR"},
        "method": "CREDIT_CARD",
        **facts,
    }


class TestRecordPayment:
    async def test_answers_with_what_it_pays_and_announces_it(self, api, database):
        customer_id = await created_customer(database)
        invoice_id = await issued_invoice(database, customer_id, 800)

        payload = await api.mutate(
            "recordPayment",
            a_payment(
                customer_id,
                reference="ch_1",
                receivedAt="2026-01-02T03:04:05Z",
                invoiceIds=[encode_id("Invoice", invoice_id)],
            ),
            """payment {
                method reference receivedAt amount { amount currency } unallocated { amount }
                allocations { amount { amount } invoice { number paymentStatus } }
                customer { customerId billingAccount { balance { amount } credit { amount } } }
            }""",
        )

        assert payload == {
            "payment": {
                "method": "CREDIT_CARD",
                "reference": "ch_1",
                "receivedAt": "2026-01-02T03:04:05Z",
                "amount": {"amount": "10.00", "currency": "EUR"},
                "unallocated": {"amount": "2.00"},
                "allocations": [
                    {
                        "amount": {"amount": "8.00"},
                        "invoice": {"number": NUMBER, "paymentStatus": "PAID"},
                    }
                ],
                "customer": {
                    "customerId": customer_id,
                    "billingAccount": {
                        "balance": {"amount": "-2.00"},
                        "credit": {"amount": "2.00"},
                    },
                },
            },
            "userErrors": [],
        }
        assert [kind for kind, _ in await announced(database, "billing.")][-2:] == [
            "billing.payment.received",
            "billing.invoice.paid",
        ]

    async def test_the_same_idempotency_key_records_one_payment(self, api, database):
        customer_id = await created_customer(database)
        asked = a_payment(customer_id, idempotencyKey="k-1")

        answers = [await api.mutate("recordPayment", asked, "payment { id }") for _ in range(2)]
        other = await api.mutate("recordPayment", {**asked, "method": "CASH"}, "payment { id }")

        assert answers[0] == answers[1]
        assert other["userErrors"][0]["code"] == "IDEMPOTENCY_KEY_REUSED"
        assert len(await announced(database, "billing.payment")) == 1

    async def test_tells_of_a_reference_that_is_in_the_books(self, api, database):
        customer_id = await created_customer(database)
        await recorded_payment(database, customer_id, 100, reference="T-1")

        answer = await api.data(
            """mutation P($input: RecordPaymentInput!) { recordPayment(input: $input) {
                payment { id } userErrors {
                  code path ... on PaymentAlreadyRecorded { method reference } } } }""",
            {"input": a_payment(customer_id, method="BANK_TRANSFER", reference="T-1")},
        )

        assert answer["recordPayment"] == {
            "payment": None,
            "userErrors": [
                {
                    "code": "PAYMENT_ALREADY_RECORDED",
                    "path": ["input", "reference"],
                    "method": "BANK_TRANSFER",
                    "reference": "T-1",
                }
            ],
        }

    @pytest.mark.parametrize(
        ("facts", "code", "path"),
        [
            ({"amount": {"amount": "0", "currency": "EUR"}}, "INVALID", "amount"),
            ({"amount": {"amount": "1", "currency": "USD"}}, "INVALID", "amount"),
            ({"invoiceIds": ["nonsense"]}, "NOT_FOUND", "invoiceIds"),
            ({"customerId": 404}, "NOT_FOUND", "customerId"),
            ({"reference": ""}, "INVALID", "reference"),
        ],
    )
    async def test_names_the_value_at_fault(self, api, database, facts, code, path):
        customer_id = await created_customer(database)

        payload = await api.mutate(
            "recordPayment", {**a_payment(customer_id), **facts}, "payment { id }"
        )

        (error,) = payload["userErrors"]
        assert (error["code"], error["path"]) == (code, ["input", path])
        assert await announced(database, "billing.payment") == []

    @pytest.mark.parametrize("role", ["customer", "reseller", "support", "service"])
    async def test_is_refused_to_all_but_billing_staff(self, api, database, role):
        reseller_id = await created_reseller(database)
        customer_id = await created_customer(database, reseller_id=reseller_id)
        token = {
            "customer": api.token(Role.CUSTOMER, customer_id=customer_id),
            "reseller": api.token(Role.RESELLER, reseller_id=reseller_id),
            "support": api.token(Role.SUPPORT),
            "service": api.service_token(Permission.BILLING_READ),
        }[role]

        answer = await api.run(
            """mutation P($input: RecordPaymentInput!) {
                recordPayment(input: $input) { payment { id } } }""",
            {"input": a_payment(customer_id)},
            token=token,
        )

        assert answer["data"] == {"recordPayment": None}
        assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"
        assert await announced(database, "billing.payment") == []


class TestPayments:
    async def test_of_a_customer_are_filtered_and_ordered(self, api, database):
        customer_id = await created_customer(database)
        for minor in (300, 100, 200):
            await recorded_payment(database, customer_id, minor)

        data = await api.data(
            """query Q($id: Int!) { customer(by: {customerId: $id}) {
                newest: payments(first: 1) { totalCount nodes { amount { amount } } }
                smallest: payments(last: 1, orderBy: {field: AMOUNT}) {
                  nodes { amount { amount } } }
                cash: payments(filter: {method: [CASH]}) { totalCount }
            } }""",
            {"id": customer_id},
        )

        assert data["customer"] == {
            "newest": {"totalCount": 3, "nodes": [{"amount": {"amount": "2.00"}}]},
            "smallest": {"nodes": [{"amount": {"amount": "1.00"}}]},
            "cash": {"totalCount": 0},
        }

    async def test_one_is_a_node(self, api, database):
        payment_id = await recorded_payment(database, await created_customer(database), 300)

        data = await api.data(
            "query Q($id: ID!) { node(id: $id) { ... on Payment { amount { amount } } } }",
            {"id": encode_id("Payment", payment_id)},
        )

        assert data == {"node": {"amount": {"amount": "3.00"}}}


class TestRunBilling:
    RUN = """billingRun { on issuedCount skippedCount
        invoices { total { amount } customer { customerId } lines { kind } }
        skipped { customerId reason customer { customerId } } }"""

    async def test_invoices_those_on_a_plan_and_tells_whom_it_passed_by(self, api, database):
        customer_id = await created_customer(database)
        await assigned_plan(database, customer_id, await created_plan(database))
        await api.settled()
        await api.mutate(
            "updateBillingAccount",
            {"customerId": customer_id, "billingDay": TODAY.day},
            "billingAccount { id }",
        )

        first = await api.mutate("runBilling", {}, self.RUN)
        second = await api.mutate("runBilling", {"on": TODAY.isoformat()}, self.RUN)

        assert first["billingRun"] == {
            "on": TODAY.isoformat(),
            "issuedCount": 1,
            "skippedCount": 0,
            "invoices": [
                {
                    "total": {"amount": "30.00"},
                    "customer": {"customerId": customer_id},
                    "lines": [{"kind": "RECURRING"}],
                }
            ],
            "skipped": [],
        }
        assert second["billingRun"] == {
            "on": TODAY.isoformat(),
            "issuedCount": 0,
            "skippedCount": 1,
            "invoices": [],
            "skipped": [
                {
                    "customerId": customer_id,
                    "reason": "ALREADY_CHARGED",
                    "customer": {"customerId": customer_id},
                }
            ],
        }

    async def test_is_refused_to_support(self, api):
        answer = await api.run(
            "mutation { runBilling(input: {}) { billingRun { on } } }",
            token=api.token(Role.SUPPORT),
        )

        assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"
