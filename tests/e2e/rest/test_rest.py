"""The guide's REST paths, of customers and resellers, by their happy paths."""

import httpx

from domain.customer.models import SubscriptionState
from domain.kernel.access import Permission, Role
from graph.ids import encode_id
from tests.support import rest
from tests.support.customers import an_address, created_customer, created_reseller


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
        listed = rest.whole((await rest.get(api, path, token=token)).json())
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
