"""The guide's REST paths, each by its happy path with the whole body."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from domain.customer.models import SubscriptionState
from domain.kernel.access import Permission, Role
from graph.ids import encode_id
from tests.support import rest
from tests.support.billing import issued_invoice
from tests.support.customers import an_address, created_customer, created_reseller
from tests.support.radius import created_session, created_subscriber
from tests.support.tariff import assigned_plan, created_plan

NO_PAGE = {
    "has_next_page": False,
    "has_previous_page": False,
    "start_cursor": None,
    "end_cursor": None,
}


def _whole(body: dict) -> dict:
    """The list without its cursors, which are opaque: all of it is on this page."""
    page = body.pop("page_info")
    assert (page["has_next_page"], page["has_previous_page"]) == (False, False)
    return body


class TestGetCustomer:
    async def test_answers_the_guide_s_own_call(self, api, database):
        customer_id = await created_customer(database, email="ada@example.com")
        api_token = api.service_token(Permission.CUSTOMER_READ)

        async with httpx.AsyncClient() as client:
            response = await client.get(
                f"{api.url}/api/customers/{customer_id}",
                headers={"Authorization": f"Bearer {api_token}"},
            )

        assert response.status_code == 200
        assert response.headers["content-type"] == "application/json"
        assert response.json()["email"] == "ada@example.com"

    async def test_shows_the_customer_in_snake_case(self, api, database):
        customer_id = await created_customer(
            database,
            first_name="Ada",
            last_name="Lovelace",
            email="ada@example.com",
            username="ada",
            state=SubscriptionState.ACTIVE,
            tags=("vip",),
            custom_fields={"camelKey": {"innerKey": 1}, "snake_key": None},
            addresses=(an_address(),),
        )

        response = await rest.get(api, f"/api/customers/{customer_id}")

        body = response.json()
        stamps = {body.pop("created_at"), body.pop("updated_at")}
        stamps.add(body["subscription"].pop("started_at"))
        assert all(stamp.endswith("Z") for stamp in stamps)
        address_id = body["addresses"][0].pop("id")
        assert address_id
        assert body == {
            "id": encode_id("Customer", customer_id),
            "customer_id": customer_id,
            "customer_number": f"C-{1_000_000 + customer_id}",
            "type": "INDIVIDUAL",
            "status": "ACTIVE",
            "status_reason": None,
            "allowed_statuses": ["CLOSED", "INACTIVE", "SUSPENDED"],
            "display_name": "Ada Lovelace",
            "first_name": "Ada",
            "last_name": "Lovelace",
            "company_name": None,
            "tax_id": None,
            "email": "ada@example.com",
            "email_verified_at": None,
            "phone": None,
            "mobile": None,
            "username": "ada",
            "language": "en",
            "time_zone": "UTC",
            "subscription": {
                "state": "ACTIVE",
                "ends_at": None,
                "allowed_transitions": ["CANCELLED", "EXPIRED", "PENDING_PAYMENT", "SUSPENDED"],
            },
            "tags": ["vip"],
            "custom_fields": {"camelKey": {"innerKey": 1}, "snake_key": None},
            "version": 2,
            "addresses": [
                {
                    "type": "BILLING",
                    "line1": "Rua Augusta 1",
                    "line2": None,
                    "locality": "Lisboa",
                    "region": None,
                    "postal_code": "1100-048",
                    "country": "PT",
                    "is_default": True,
                    "version": 1,
                }
            ],
            "documents": [],
            "communication_preferences": [],
        }

    async def test_head_answers_like_get_without_a_body(self, api, database):
        path = f"/api/customers/{await created_customer(database)}"
        shown = await rest.get(api, path)

        response = await api.http.head(path, headers=rest.headers(api))

        assert (response.status_code, response.content) == (200, b"")
        assert response.headers["content-length"] == str(len(shown.content))


class TestInvoices:
    async def test_lists_all_invoices_of_a_customer(self, api, database):
        customer_id = await created_customer(database)
        await issued_invoice(database, customer_id, 3000)
        path = f"/api/billing/customers/{customer_id}/invoices"

        response = await rest.get(api, path)

        assert response.status_code == 200
        body = _whole(response.json())
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
            "method": "PAYMENT_GATEWAY",
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
            "method": "PAYMENT_GATEWAY",
            "reference": "ch_1",
            "amount": {"amount": "50.00", "currency": "EUR"},
            "unallocated": {"amount": "20.00", "currency": "EUR"},
            "received_at": "2025-03-14T18:30:00Z",
        }

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
        listed = _whole((await rest.get(api, path)).json())
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


class TestSessions:
    async def test_lists_active_sessions_only(self, api, database):
        customer_id = await created_subscriber(database, username="ada")
        session_id = await created_session(database, username="ada", framed_ip_address=None)

        response = await rest.get(api, f"/api/radius/customers/{customer_id}/sessions")

        assert response.status_code == 200
        body = _whole(response.json())
        (session,) = body.pop("items")
        assert body == {"total_count": 1}
        for varying in ("acct_unique_session_id", "started_at", "last_update_at"):
            assert session.pop(varying)
        assert session == {
            "id": encode_id("RadiusSession", session_id),
            "state": "ACTIVE",
            "username": "ada",
            "acct_session_id": "81100001",
            "nas_ip_address": "192.0.2.10",
            "framed_ip_address": None,
            "calling_station_id": None,
            "called_station_id": None,
            "uploaded_octets": "0",
            "downloaded_octets": "0",
            "session_time_seconds": 0,
            "disconnect_requested_at": None,
            "disconnect_reason": None,
        }

    async def test_a_customer_who_is_offline_has_none(self, api, database):
        customer_id = await created_subscriber(database)

        response = await rest.get(api, f"/api/radius/customers/{customer_id}/sessions")

        assert response.json() == {"items": [], "page_info": NO_PAGE, "total_count": 0}


class TestAuthorize:
    async def test_tells_what_a_nas_would_be_told(self, api, database):
        customer_id = await created_subscriber(database)
        await assigned_plan(database, customer_id, await created_plan(database))

        response = await rest.post(api, f"/api/radius/customers/{customer_id}/authorize")

        assert response.status_code == 200
        body = response.json()
        names = {attribute["name"] for attribute in body.pop("reply_attributes")}
        assert "Session-Timeout" in names
        assert body == {
            "decision": "ACCEPT",
            "reason_code": "OK",
            "message": "Welcome",
            "download_kbps": 100_000,
            "upload_kbps": 20_000,
        }


class TestMetrics:
    @pytest.fixture
    async def customer_id(self, api, database):
        customer_id = await created_customer(database)
        now = datetime.now(UTC)
        samples = [
            {
                "customerId": customer_id,
                "kind": kind,
                "value": value,
                "sampledAt": (now - timedelta(hours=hours)).isoformat(),
            }
            for kind, value, hours in (
                ("LATENCY_MS", 12.0, 1),
                ("LATENCY_MS", 40.0, 30),
                ("JITTER_MS", 2.0, 1),
            )
        ]
        await api.mutate("recordMetrics", {"samples": samples}, "recorded")
        return customer_id

    async def test_answers_every_kind_over_the_last_day_by_default(self, api, customer_id):
        response = await rest.get(api, f"/api/monitoring/customers/{customer_id}/metrics")

        assert response.status_code == 200
        items = response.json().pop("items")
        averages = {
            series["kind"]: [point["average"] for point in series["points"]] for series in items
        }
        assert averages["LATENCY_MS"] == [12.0]
        assert averages["JITTER_MS"] == [2.0]
        assert len(averages) > 2

    async def test_takes_kinds_range_and_step(self, api, customer_id):
        start = datetime.now(UTC) - timedelta(days=2)

        response = await rest.get(
            api,
            f"/api/monitoring/customers/{customer_id}/metrics",
            kinds="LATENCY_MS",
            **{"from": start.isoformat(), "to": (start + timedelta(days=2)).isoformat()},
            step="P1D",
        )

        assert response.status_code == 200
        (series,) = response.json()["items"]
        assert (series["kind"], series["unit"], series["step"]) == ("LATENCY_MS", "ms", "P1D")
        points = [{**point, "timestamp": ""} for point in series["points"]]
        assert points == [
            {"timestamp": "", "average": value, "minimum": value, "maximum": value, "count": 1}
            for value in (40.0, 12.0)
        ]

    @pytest.mark.parametrize(
        "query",
        ["kinds=LATENCY_MS,JITTER_MS", "kinds=LATENCY_MS&kinds=JITTER_MS"],
    )
    async def test_takes_lists_in_both_ways(self, api, customer_id, query):
        path = f"/api/monitoring/customers/{customer_id}/metrics?{query}"

        response = await api.http.get(path, headers=rest.headers(api))

        kinds = {series["kind"] for series in response.json()["items"]}
        assert kinds == {"LATENCY_MS", "JITTER_MS"}


class TestAlerts:
    async def test_creates_an_alert(self, api, database):
        customer_id = await created_customer(database)
        body = {"type": "LINE_DOWN", "severity": "CRITICAL", "message": "Your line is down"}

        response = await rest.post(api, f"/api/monitoring/customers/{customer_id}/alerts", body)

        assert response.status_code == 201
        alert = response.json()
        for varying in ("id", "priority", "created_at", "updated_at"):
            assert alert.pop(varying)
        assert alert == {
            **body,
            "status": "ACTIVE",
            "raised_by": "staff:ADMIN",
            "notifications": [],
            "version": 1,
        }


class TestResellerCustomers:
    async def test_creates_a_customer_and_lists_it(self, api, database):
        reseller_id = await created_reseller(database)
        path = f"/api/reseller/{reseller_id}/customers"
        token = api.token(Role.RESELLER, reseller_id=reseller_id)
        body = {
            "type": "BUSINESS",
            "company_name": "Acme",
            "custom_fields": {"accountManager": "x"},
            "addresses": [
                {
                    "type": "SERVICE",
                    "line1": "Rua 1",
                    "locality": "Porto",
                    "postal_code": "4000-001",
                    "country": "PT",
                }
            ],
        }

        response = await rest.post(api, path, body, token=token)

        assert response.status_code == 201
        customer = response.json()
        assert response.headers["location"] == f"/api/customers/{customer['customer_id']}"
        assert customer["display_name"] == "Acme"
        assert customer["status"] == "PENDING"
        assert customer["custom_fields"] == {"accountManager": "x"}
        listed = _whole((await rest.get(api, path, token=token)).json())
        assert listed == {"items": [customer], "total_count": 1}
        shown = await rest.get(api, response.headers["location"], token=token)
        assert [place["postal_code"] for place in shown.json()["addresses"]] == ["4000-001"]

    async def test_lists_the_reseller_s_own_customers_oldest_first(self, api, database):
        parent = await created_reseller(database)
        child = await created_reseller(database, parent_id=parent)
        own = [await created_customer(database, reseller_id=parent) for _ in range(2)]
        await created_customer(database, reseller_id=child)

        response = await rest.get(api, f"/api/reseller/{parent}/customers")

        assert [item["customer_id"] for item in response.json()["items"]] == own
