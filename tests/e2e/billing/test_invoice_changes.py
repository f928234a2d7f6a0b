"""Changes of invoices and billing accounts through the public API, over HTTP."""

from datetime import UTC, datetime, timedelta

import pytest

from graph.ids import encode_id
from tests.support.billing import (
    voided_invoice,
)
from tests.support.customers import created_customer
from tests.support.events import announced

TODAY = datetime.now(UTC).date()


DUE_ON = TODAY + timedelta(days=14)


NUMBER = f"INV-{TODAY.year}-000001"


class TestDraftInvoice:
    LINE = {
        "kind": "SETUP",
        "description": "Installation",
        "unitPrice": {"amount": "49.90", "currency": "EUR"},
        "taxPercent": "23",
    }

    async def test_then_issuing_then_voiding_it(self, api, database):
        customer_id = await created_customer(database)
        asked = {"customerId": customer_id, "lines": [self.LINE], "clientMutationId": "x"}

        draft = await api.mutate(
            "draftInvoice",
            asked,
            "clientMutationId invoice { id status number net { amount } total { amount } version }",
        )
        named = {"invoiceId": draft["invoice"]["id"]}
        issued = await api.mutate(
            "issueInvoice", named, "invoice { status number paymentStatus dueOn version }"
        )
        voided = await api.mutate(
            "voidInvoice",
            {**named, "reason": "a mistake", "expectedVersion": 2},
            "invoice { status number voidReason total { amount } due { amount } }",
        )

        assert draft["clientMutationId"] == "x"
        assert draft["invoice"] | {"id": ""} == {
            "id": "",
            "status": "DRAFT",
            "number": None,
            "net": {"amount": "49.90"},
            "total": {"amount": "61.38"},
            "version": 1,
        }
        assert issued["invoice"] == {
            "status": "ISSUED",
            "number": NUMBER,
            "paymentStatus": "UNPAID",
            "dueOn": DUE_ON.isoformat(),
            "version": 2,
        }
        assert voided["invoice"] == {
            "status": "VOID",
            "number": NUMBER,
            "voidReason": "a mistake",
            "total": {"amount": "61.38"},
            "due": {"amount": "0.00"},
        }
        assert [kind for kind, _ in await announced(database, "billing.invoice")] == [
            "billing.invoice.issued",
            "billing.invoice.voided",
        ]

    @pytest.mark.parametrize(
        ("change", "kind", "path"),
        [
            ({"quantity": "0"}, "GenericError", "quantity"),
            ({"unitPrice": {"amount": "1", "currency": "USD"}}, "WrongCurrency", "unitPrice"),
            ({"unitPrice": {"amount": "1.001", "currency": "EUR"}}, "GenericError", "unitPrice"),
            ({"unitPrice": {"amount": "-1", "currency": "EUR"}}, "GenericError", "unitPrice"),
        ],
    )
    async def test_names_the_line_and_value_at_fault(self, api, database, change, kind, path):
        customer_id = await created_customer(database)
        lines = [self.LINE, {**self.LINE, **change}]

        payload = await api.mutate(
            "draftInvoice", {"customerId": customer_id, "lines": lines}, "invoice { id }"
        )

        assert payload["invoice"] is None
        (error,) = payload["userErrors"]
        assert (error["__typename"], error["code"]) == (kind, "INVALID")
        assert error["path"] == ["input", "lines", "1", path]

    async def test_tells_what_may_become_of_an_invoice(self, api, database):
        invoice_id = await voided_invoice(database, await created_customer(database))

        payload = await api.mutate(
            "issueInvoice", {"invoiceId": encode_id("Invoice", invoice_id)}, "invoice { id }"
        )

        assert payload["userErrors"] == [
            {
                "__typename": "InvalidTransition",
                "code": "INVALID_TRANSITION",
                "message": "status cannot go from VOID to ISSUED; allowed: nothing",
                "path": ["input", "status"],
            }
        ]


class TestUpdateBillingAccount:
    async def test_changes_what_is_named(self, api, database):
        customer_id = await created_customer(database)

        payload = await api.mutate(
            "updateBillingAccount",
            {"customerId": customer_id, "billingDay": 31, "taxPercent": "23"},
            "billingAccount { billingDay taxPercent paymentTermDays }",
        )

        assert payload == {
            "billingAccount": {"billingDay": 31, "taxPercent": "23.00", "paymentTermDays": 14},
            "userErrors": [],
        }

    async def test_null_is_no_value_of_a_setting(self, api, database):
        customer_id = await created_customer(database)

        payload = await api.mutate(
            "updateBillingAccount",
            {"customerId": customer_id, "billingDay": None},
            "billingAccount { id }",
        )

        assert payload["userErrors"][0]["path"] == ["input", "billingDay"]
