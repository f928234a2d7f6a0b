"""What the guide's REST paths refuse, and the problem documents (RFC 9457) that say why."""

from sqlalchemy import text

from domain.customer.models import CustomerStatus
from domain.kernel.access import SYSTEM, Permission, Role
from tests.support import rest
from tests.support.customers import created_customer, created_reseller
from tests.support.events import announced
from tests.support.tariff import created_plan, retired_plan

NOBODY = 2**31 - 1
NOTHING_THERE = "There is nothing at this address, or nothing that you may see"

#: Every path with a body that suits it (None for GET).
PATHS = [
    ("GET", "/api/customers/{id}", None),
    ("GET", "/api/billing/customers/{id}/invoices", None),
    (
        "POST",
        "/api/billing/customers/{id}/payments",
        {"amount": {"amount": "5.00", "currency": "EUR"}, "method": "CASH"},
    ),
    ("GET", "/api/tariff/customers/{id}/plans", None),
    ("POST", "/api/tariff/customers/{id}/plans", {"tariff_plan_id": 1}),
    ("GET", "/api/radius/customers/{id}/sessions", None),
    ("POST", "/api/radius/customers/{id}/authorize", {}),
    ("GET", "/api/monitoring/customers/{id}/metrics", None),
    (
        "POST",
        "/api/monitoring/customers/{id}/alerts",
        {"type": "LINE_DOWN", "severity": "CRITICAL", "message": "Your line is down"},
    ),
    ("GET", "/api/reseller/{id}/customers", None),
    ("POST", "/api/reseller/{id}/customers", {"type": "INDIVIDUAL", "first_name": "Ada"}),
]
OF_RESELLERS = [row for row in PATHS if "/reseller/" in row[1]]
#: Payments and alerts are for staff and services.
BY_RESELLERS = [row for row in PATHS if not row[1].endswith(("/payments", "/alerts"))]


async def _asked(api, method, path, body, token):
    if method == "GET":
        return await rest.get(api, path, token=token)
    return await rest.post(api, path, body, token=token)


async def _asked(api, row, number, token):
    method, path, body = row
    if method == "GET":
        return await rest.get(api, path.format(id=number), token=token)
    return await rest.post(api, path.format(id=number), body, token=token)


class TestWhoAsks:
    async def test_nobody_is_told_anything(self, api):
        for row in PATHS:
            response = await _asked(api, row, 1, None)

            assert rest.problem(response) == {
                "status": 401,
                "detail": "Sign in first",
                "instance": row[1].format(id=1),
                "code": "UNAUTHENTICATED",
            }
            assert response.headers["www-authenticate"] == "Bearer"

    async def test_a_bad_token_is_never_taken_for_nobody(self, api):
        for sent in ("Bearer nonsense", "Basic YTpi", "Bearer"):
            response = await api.http.get("/api/customers/1", headers={"Authorization": sent})

            assert rest.problem(response)["detail"] == "The token is not valid"
            assert response.headers["www-authenticate"] == 'Bearer error="invalid_token"'

    async def test_a_token_without_the_permission_is_refused(self, api, database):
        number = await created_customer(database)
        token = api.service_token(Permission.CUSTOMER_READ)

        answers = [rest.problem(await _asked(api, row, number, token)) for row in PATHS[1:]]

        assert {(answer["status"], answer["code"]) for answer in answers} == {
            (403, "ACCESS_DENIED")
        }
        assert all(answer["detail"].startswith("You may not ") for answer in answers)


class TestNothingThere:
    async def test_the_unknown_and_the_foreign_look_the_same(self, api, database):
        mine, other = await created_reseller(database), await created_reseller(database)
        foreign = await created_customer(database, reseller_id=other)
        token = api.token(Role.RESELLER, reseller_id=mine)

        for row in BY_RESELLERS:
            hidden_number = other if row in OF_RESELLERS else foreign
            unknown = await _asked(api, row, NOBODY, api.token())
            hidden = await _asked(api, row, hidden_number, token)

            assert rest.problem(hidden) == {
                "status": 404,
                "detail": NOTHING_THERE,
                "instance": row[1].format(id=hidden_number),
                "code": "NOT_FOUND",
            }
            assert unknown.text.replace(str(NOBODY), str(hidden_number)) == hidden.text

    async def test_the_deleted_look_unknown_to_staff(self, api, database):
        customer_id = await created_customer(database)
        await api.mutate("deleteCustomer", {"customerId": customer_id}, "deletedCustomerId")

        for row in [row for row in PATHS if row not in OF_RESELLERS]:
            unknown = await _asked(api, row, NOBODY, api.token())
            deleted = await _asked(api, row, customer_id, api.token())

            assert deleted.status_code == 404
            assert unknown.text.replace(str(NOBODY), str(customer_id)) == deleted.text

    async def test_what_is_no_number_of_a_row_is_no_address(self, api):
        for number in ("0", "-1", "01", "2147483648", "9" * 400, "x", "1.0", "١", "1/", "%00"):
            response = await rest.get(api, f"/api/customers/{number}")

            assert rest.problem(response)["detail"] == NOTHING_THERE

    async def test_what_is_not_in_the_table_is_a_problem_too(self, api):
        for path in ("/api/", "/api/customers", "/api/customers/1/invoices"):
            assert rest.problem(await rest.get(api, path))["code"] == "NOT_FOUND"

    async def test_a_plan_that_the_body_names_is_an_input_at_fault(self, api, database):
        customer_id = await created_customer(database)
        path = f"/api/tariff/customers/{customer_id}/plans"

        response = await rest.post(api, path, {"tariff_plan_id": NOBODY})

        assert rest.problem(response) == {
            "status": 422,
            "detail": f"No tariff plan {NOBODY}",
            "instance": path,
            "code": "NOT_FOUND",
            "errors": [
                {
                    "detail": f"No tariff plan {NOBODY}",
                    "code": "NOT_FOUND",
                    "pointer": "#/tariff_plan_id",
                }
            ],
        }


class TestConflicts:
    async def test_a_customer_who_is_not_active_gets_no_plan(self, api, database):
        customer_id = await created_customer(database, status=CustomerStatus.PENDING)
        path = f"/api/tariff/customers/{customer_id}/plans"

        response = await rest.post(api, path, {"tariff_plan_id": await created_plan(database)})

        assert rest.problem(response) == {
            "status": 409,
            "detail": f"Customer {customer_id} is PENDING: this needs an ACTIVE customer",
            "instance": path,
            "code": "CUSTOMER_NOT_ACTIVE",
        }

    async def test_a_plan_no_longer_on_sale_is_a_conflict_over_that_input(self, api, database):
        customer_id = await created_customer(database)
        plan_id = await retired_plan(database, code="OLD")

        response = await rest.post(
            api, f"/api/tariff/customers/{customer_id}/plans", {"tariff_plan_id": plan_id}
        )

        document = rest.problem(response)
        assert (document["status"], document["code"]) == (409, "PLAN_NOT_ON_SALE")
        assert [fault["pointer"] for fault in document["errors"]] == ["#/tariff_plan_id"]

    async def test_a_key_is_not_taken_for_another_request(self, api, database):
        customer_id = await created_customer(database)
        path = f"/api/billing/customers/{customer_id}/payments"
        bodies = [
            {"amount": {"amount": amount, "currency": "EUR"}, "method": "CASH"}
            for amount in ("5.00", "6.00")
        ]
        await rest.post(api, path, bodies[0], key="till-7")

        response = await rest.post(api, path, bodies[1], key="till-7")

        assert rest.problem(response) == {
            "status": 409,
            "detail": "This idempotency key was used with another input",
            "instance": path,
            "code": "IDEMPOTENCY_KEY_REUSED",
            "errors": [
                {
                    "detail": "This idempotency key was used with another input",
                    "code": "IDEMPOTENCY_KEY_REUSED",
                    "header": "Idempotency-Key",
                }
            ],
        }

    async def test_a_refusal_changes_and_announces_nothing(self, api, database):
        customer_id = await created_customer(database, status=CustomerStatus.PENDING)
        plan_id = await created_plan(database)
        before = await announced(database)
        path = f"/api/tariff/customers/{customer_id}/plans"

        await rest.post(api, path, {"tariff_plan_id": plan_id})

        assert await announced(database) == before
        assert (await rest.get(api, path)).json()["items"] == []


class TestDefects:
    async def test_a_defect_is_masked(self, api, database):
        customer_id = await created_customer(database)
        path = f"/api/billing/customers/{customer_id}/invoices"
        async with database.unit_of_work(SYSTEM) as session:
            await session.execute(text("drop table billing.invoices cascade"))

        response = await rest.get(api, path)

        document = rest.problem(response)
        assert document.pop("detail").startswith("Internal error")
        assert document == {"status": 500, "instance": path, "code": "INTERNAL_SERVER_ERROR"}
        assert "billing." not in response.text

    async def test_what_takes_too_long_may_be_tried_again(self, api, database):
        path = f"/api/customers/{await created_customer(database)}"
        token = api.token()
        await rest.get(api, path, token=token)
        api.application.executor.deadline_seconds = 0.0

        response = await rest.get(api, path, token=token)

        assert rest.problem(response) == {
            "status": 503,
            "detail": "The operation took too long",
            "instance": path,
            "code": "TIMEOUT",
        }
