"""Billing accounts and invoices through the public API, over HTTP."""

from datetime import UTC, datetime, timedelta

import pytest

from domain.kernel.access import Permission, Role
from graph.ids import encode_id
from tests.support.billing import (
    issued_invoice,
    recorded_payment,
)
from tests.support.customers import an_address, created_customer, created_reseller

TODAY = datetime.now(UTC).date()
DUE_ON = TODAY + timedelta(days=14)
NUMBER = f"INV-{TODAY.year}-000001"

INVOICE = """
    query Invoice($by: InvoiceBy!) {
      invoice(by: $by) {
        id number status paymentStatus isOverdue currency issuedOn dueOn periodFrom
        net { amount } tax { amount } total { amount currency } paid { amount } due { amount }
        buyer { name email accountNumber address { line1 country } }
        lines {
          position kind description quantity unitPrice { amount } taxPercent total { amount }
        }
        allocations { amount { amount } payment { method reference } invoice { number } }
        customer { customerId }
      }
    }
"""


def by(invoice_id):
    return {"by": {"id": encode_id("Invoice", invoice_id)}}


class TestBillingAccount:
    async def test_shows_how_a_customer_is_invoiced_and_what_it_owes(self, api, database):
        customer_id = await created_customer(
            database, email="ada@example.com", addresses=(an_address(),)
        )
        await api.settled()
        await issued_invoice(database, customer_id, 3000)
        await recorded_payment(database, customer_id, 1000)

        data = await api.data(
            """query Q($id: Int!) { customer(by: {customerId: $id}) { billingAccount {
                number status invoicing currency email billingDay paymentTermDays taxPercent
                billingAddress { line1 line2 locality region postalCode country }
                balance { amount currency } overdue { amount } credit { amount }
                customer { customerId }
            } } }""",
            {"id": customer_id},
        )

        assert data["customer"]["billingAccount"] == {
            "number": "B-1000001",
            "status": "OPEN",
            "invoicing": "STOPPED",
            "currency": "EUR",
            "email": "ada@example.com",
            "billingDay": 1,
            "paymentTermDays": 14,
            "taxPercent": None,
            "billingAddress": {
                "line1": "Rua Augusta 1",
                "line2": None,
                "locality": "Lisboa",
                "region": None,
                "postalCode": "1100-048",
                "country": "PT",
            },
            "balance": {"amount": "20.00", "currency": "EUR"},
            "overdue": {"amount": "0.00"},
            "credit": {"amount": "0.00"},
            "customer": {"customerId": customer_id},
        }

    async def test_is_null_until_opened(self, api, database):
        customer_id = await created_customer(database)

        data = await api.data(
            "query Q($id: Int!) { customer(by: {customerId: $id}) { billingAccount { id } } }",
            {"id": customer_id},
        )

        assert data == {"customer": {"billingAccount": None}}


class TestInvoice:
    async def test_shows_what_is_charged_to_whom_and_what_pays_it(self, api, database):
        customer_id = await created_customer(
            database,
            first_name="Ada",
            last_name="Lovelace",
            email="ada@example.com",
            addresses=(an_address(),),
        )
        invoice_id = await issued_invoice(database, customer_id, 3000)
        await recorded_payment(database, customer_id, 1000, reference="T-1")

        found = [
            (await api.data(INVOICE, variables))["invoice"]
            for variables in (by(invoice_id), {"by": {"number": NUMBER.lower()}})
        ]

        assert found[0] == found[1]
        assert found[0] == {
            "id": encode_id("Invoice", invoice_id),
            "number": NUMBER,
            "status": "ISSUED",
            "paymentStatus": "PARTIALLY_PAID",
            "isOverdue": False,
            "currency": "EUR",
            "issuedOn": TODAY.isoformat(),
            "dueOn": DUE_ON.isoformat(),
            "periodFrom": None,
            "net": {"amount": "30.00"},
            "tax": {"amount": "0.00"},
            "total": {"amount": "30.00", "currency": "EUR"},
            "paid": {"amount": "10.00"},
            "due": {"amount": "20.00"},
            "buyer": {
                "name": "Ada Lovelace",
                "email": "ada@example.com",
                "accountNumber": "B-1000001",
                "address": {"line1": "Rua Augusta 1", "country": "PT"},
            },
            "lines": [
                {
                    "position": 1,
                    "kind": "RECURRING",
                    "description": "Fibre 100",
                    "quantity": "1.000",
                    "unitPrice": {"amount": "30.00"},
                    "taxPercent": "0.00",
                    "total": {"amount": "30.00"},
                }
            ],
            "allocations": [
                {
                    "amount": {"amount": "10.00"},
                    "payment": {"method": "BANK_TRANSFER", "reference": "T-1"},
                    "invoice": {"number": NUMBER},
                }
            ],
            "customer": {"customerId": customer_id},
        }

    @pytest.mark.parametrize("named", [{"number": "INV-0"}, {"id": "no id"}, {"number": ""}])
    async def test_an_unknown_name_is_null(self, api, named):
        data = await api.data("query Q($by: InvoiceBy!) { invoice(by: $by) { id } }", {"by": named})

        assert data == {"invoice": None}

    async def test_another_tenants_looks_like_a_missing_one(self, api, database):
        mine, other = await created_reseller(database), await created_reseller(database)
        customer_id = await created_customer(database, reseller_id=mine)
        foreign = await created_customer(database, reseller_id=other)
        await issued_invoice(database, customer_id)
        hidden = await issued_invoice(database, foreign)
        tokens = [
            api.token(Role.RESELLER, reseller_id=mine),
            api.token(Role.CUSTOMER, customer_id=customer_id),
        ]

        for token in tokens:
            data = await api.data(INVOICE, by(hidden), token=token)
            listed = await api.data(
                "{ invoices(first: 5) { totalCount nodes { number } } }", token=token
            )
            node = await api.data(
                "query Q($id: ID!) { node(id: $id) { id } }",
                {"id": encode_id("Invoice", hidden)},
                token=token,
            )
            assert data == {"invoice": None}
            assert node == {"node": None}
            assert listed == {"invoices": {"totalCount": 1, "nodes": [{"number": NUMBER}]}}

    async def test_is_refused_at_the_field_to_who_may_not_read_billing(self, api, database):
        customer_id = await created_customer(database)

        answer = await api.run(
            """query Q($id: Int!) { customer(by: {customerId: $id}) {
                customerId billingAccount { id } invoices { totalCount } payments { totalCount }
            } }""",
            {"id": customer_id},
            token=api.service_token(Permission.CUSTOMER_READ),
        )

        assert answer["data"]["customer"] == {
            "customerId": customer_id,
            "billingAccount": None,
            "invoices": None,
            "payments": None,
        }
        assert {error["extensions"]["code"] for error in answer["errors"]} == {"ACCESS_DENIED"}


async def test_federation_finds_an_invoice_by_its_id(api, database):
    invoice_id = await issued_invoice(database, await created_customer(database))
    representation = {"__typename": "Invoice", "id": encode_id("Invoice", invoice_id)}

    data = await api.data(
        """query E($of: [_Any!]!) { _entities(representations: $of) {
            ... on Invoice { number total { amount } } } }""",
        {"of": [representation]},
    )

    assert data == {"_entities": [{"number": NUMBER, "total": {"amount": "30.00"}}]}
