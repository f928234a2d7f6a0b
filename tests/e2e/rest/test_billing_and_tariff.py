"""The guide's REST paths, of billing and tariffs, by their happy paths."""

from domain.kernel.access import Permission
from graph.ids import encode_id
from tests.support import rest
from tests.support.billing import issued_invoice
from tests.support.customers import created_customer
from tests.support.tariff import created_plan


class TestInvoices:
    async def test_lists_all_invoices_of_a_customer(self, api, database):
        customer_id = await created_customer(database)
        await issued_invoice(database, customer_id, 3000)
        path = f"/api/billing/customers/{customer_id}/invoices"

        response = await rest.get(api, path)

        assert response.status_code == 200
        body = rest.whole(response.json())
        assert body["total_count"] == 1
        (invoice,) = body["items"]
        euros = {"amount": "30.00", "currency": "EUR"}
        nothing = {"amount": "0.00", "currency": "EUR"}
        for varying in ("id", "number", "issued_on", "due_on", "created_at", "version"):
            assert invoice.pop(varying)
        assert invoice == {
            "status": "ISSUED",
            "payment_status": "UNPAID",
            "is_overdue": False,
            "net": euros,
            "tax": nothing,
            "total": euros,
            "paid": nothing,
            "due": euros,
            "period_from": None,
            "period_to": None,
            "voided_at": None,
            "lines": [
                {
                    "position": 1,
                    "kind": "RECURRING",
                    "description": "Fibre 100",
                    "quantity": "1.000",
                    "unit_price": euros,
                    "tax_percent": "0.00",
                    "total": euros,
                }
            ],
        }

    async def test_pages_meet_without_gap_or_repeat(self, api, database):
        customer_id = await created_customer(database)
        path = f"/api/billing/customers/{customer_id}/invoices"
        for _ in range(3):
            await issued_invoice(database, customer_id)

        first = (await rest.get(api, path, first=2)).json()
        cursor = first["page_info"]["end_cursor"]
        second = (await rest.get(api, path, first=2, after=cursor)).json()

        shown = [invoice["number"] for page in (first, second) for invoice in page["items"]]
        assert len(set(shown)) == len(shown) == 3
        assert (first["total_count"], second["total_count"]) == (3, 3)
        assert first["page_info"]["has_next_page"] is True
        assert second["page_info"]["has_next_page"] is False


class TestPayments:
    async def test_processes_a_payment(self, api, database):
        customer_id = await created_customer(database)
        invoice_id = await issued_invoice(database, customer_id, 3000)
        body = {
            "amount": {"amount": "50.00", "currency": "EUR"},
            "method": "CREDIT_CARD",
            "reference": "ch_1",
            "received_at": "2025-03-14T19:30:00+01:00",
            "invoice_ids": [encode_id("Invoice", invoice_id)],
        }

        response = await rest.post(api, f"/api/billing/customers/{customer_id}/payments", body)

        assert response.status_code == 201
        payment = response.json()
        (allocation,) = payment.pop("allocations")
        assert allocation["amount"] == {"amount": "30.00", "currency": "EUR"}
        assert allocation["invoice"]["id"] == encode_id("Invoice", invoice_id)
        assert payment.pop("id")
        assert payment.pop("created_at")
        assert payment == {
            "method": "CREDIT_CARD",
            "reference": "ch_1",
            "amount": {"amount": "50.00", "currency": "EUR"},
            "unallocated": {"amount": "20.00", "currency": "EUR"},
            "received_at": "2025-03-14T18:30:00Z",
        }

    async def test_who_may_write_and_not_read_gets_no_body(self, api, database):
        customer_id = await created_customer(database)
        path = f"/api/billing/customers/{customer_id}/payments"
        body = {"amount": {"amount": "5.00", "currency": "EUR"}, "method": "CASH"}
        token = api.service_token(Permission.CUSTOMER_READ, Permission.BILLING_WRITE)

        response = await rest.post(api, path, body, token=token)

        assert (response.status_code, response.content) == (204, b"")
        query = "query Q($id: Int!) { customer(by: {customerId: $id}) { payments { totalCount } } }"
        data = await api.data(query, {"id": customer_id})
        assert data == {"customer": {"payments": {"totalCount": 1}}}

    async def test_the_same_key_takes_the_money_once(self, api, database):
        customer_id = await created_customer(database)
        path = f"/api/billing/customers/{customer_id}/payments"
        body = {"amount": {"amount": "5.00", "currency": "EUR"}, "method": "CASH"}

        first, again = [await rest.post(api, path, body, key="till-7") for _ in range(2)]

        assert (first.status_code, again.status_code) == (201, 201)
        assert first.json() == again.json()
        query = "query Q($id: Int!) { customer(by: {customerId: $id}) { payments { totalCount } } }"
        data = await api.data(query, {"id": customer_id})
        assert data == {"customer": {"payments": {"totalCount": 1}}}


class TestPlans:
    async def test_assigns_a_plan_and_lists_it(self, api, database):
        customer_id = await created_customer(database)
        plan_id = await created_plan(database, code="F-100", name="Fibre 100")
        path = f"/api/tariff/customers/{customer_id}/plans"

        response = await rest.post(api, path, {"tariff_plan_id": plan_id})

        assert response.status_code == 201
        listed = rest.whole((await rest.get(api, path)).json())
        assert listed == {"items": [response.json()], "total_count": 1}
        assignment = response.json()
        assert assignment.pop("id")
        assert assignment.pop("started_at")
        assert assignment == {
            "state": "ACTIVE",
            "plan": {
                "id": encode_id("TariffPlan", plan_id),
                "tariff_plan_id": plan_id,
                "code": "F-100",
                "name": "Fibre 100",
                "download_kbps": 100_000,
                "upload_kbps": 20_000,
                "allowance_octets": None,
                "fup_action": None,
                "is_on_sale": True,
            },
            "price": {"amount": "30.00", "currency": "EUR"},
            "billing_cycle": "MONTHLY",
            "ended_at": None,
        }
