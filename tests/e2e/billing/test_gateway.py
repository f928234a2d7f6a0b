"""Stored payment methods, charges and Stripe's events, over HTTP, with a Stripe of our own."""

import pytest
from sqlalchemy import select, text

from domain.billing.gateway import NoGateway, configure_gateway
from domain.billing.gateway_models import StoredMethod
from domain.kernel import access
from domain.kernel.access import Permission, Role
from tests.support.billing import issued_invoice
from tests.support.charging import attempts_of, begun, charged, stored_method
from tests.support.customers import created_customer, created_reseller
from tests.support.events import announced
from tests.support.server import running_api
from tests.support.statements import captured_statements
from tests.support.stripe import KEY, SECRET, event, fake_stripe, signature

PATH = "/webhooks/stripe"
METHOD = {"token": "pm_card_visa", "payer": "cus_ada", "label": "Visa 4242"}


@pytest.fixture
async def stripe():
    async with fake_stripe() as stripe:
        yield stripe
        configure_gateway(NoGateway())


@pytest.fixture
async def shop(database_url, tmp_path, stripe):
    """The application, with the gateway configured."""
    settings = {
        "stripe_secret_key": KEY,
        "stripe_webhook_secret": f"whsec_newer,{SECRET}",
        "stripe_api_url": stripe.url,
    }
    async with running_api(database_url, tmp_path, **settings) as api:
        yield api


async def sent(api, body, **headers):
    named = {"stripe-signature": signature(body), "content-type": "application/json", **headers}
    answer = await api.http.post(PATH, content=body, headers=named)
    return answer.status_code


class TestACharge:
    async def test_pays_what_is_owed_within_seconds_by_events(self, shop, database, stripe):
        customer_id = await created_customer(database)
        await issued_invoice(database, customer_id, 3000)

        stored = await shop.mutate(
            "storePaymentMethod",
            {"customerId": customer_id, **METHOD},
            "storedPaymentMethod { id label gateway isAutopay }",
        )
        method = stored["storedPaymentMethod"]
        autopay = await shop.mutate(
            "setAutopay",
            {"customerId": customer_id, "paymentMethodId": method["id"]},
            "customer { storedPaymentMethods { label isAutopay } }",
        )
        begun_now = await shop.mutate(
            "chargePaymentMethod",
            {"customerId": customer_id, "idempotencyKey": "c-1"},
            "paymentAttempt { status amount { amount } payment { id } }",
        )
        again = await shop.mutate(
            "chargePaymentMethod",
            {"customerId": customer_id, "idempotencyKey": "c-1"},
            "paymentAttempt { amount { amount } }",
        )
        await shop.settled()
        data = await shop.data(
            """query Q($id: Int!) { customer(by: {customerId: $id}) {
                billingAccount { balance { amount } }
                paymentAttempts(first: 5, status: [COMPLETED]) { totalCount nodes {
                  status failureCode payment { method reference amount { amount } } } } } }""",
            {"id": customer_id},
        )

        assert (method["label"], method["gateway"], method["isAutopay"]) == (
            "Visa 4242",
            "stripe",
            False,
        )
        assert autopay["customer"]["storedPaymentMethods"] == [
            {"label": "Visa 4242", "isAutopay": True}
        ]
        assert begun_now["paymentAttempt"]["amount"] == {"amount": "30.00"}
        assert again["userErrors"] == []
        (intent,) = stripe.intents.values()
        assert data["customer"] == {
            "billingAccount": {"balance": {"amount": "0.00"}},
            "paymentAttempts": {
                "totalCount": 1,
                "nodes": [
                    {
                        "status": "COMPLETED",
                        "failureCode": None,
                        "payment": {
                            "method": "CREDIT_CARD",
                            "reference": intent["id"],
                            "amount": {"amount": "30.00"},
                        },
                    }
                ],
            },
        }

    async def test_without_a_gateway_fails_and_tells_so(self, api, database):
        customer_id = await created_customer(database)
        await issued_invoice(database, customer_id)
        await stored_method(database, customer_id)

        await begun(database, customer_id)
        await api.settled()

        (attempt,) = await attempts_of(database, customer_id)
        assert (attempt.status, attempt.failure_code) == ("FAILED", "no_gateway")

    @pytest.mark.parametrize(
        ("field", "facts", "code", "path"),
        [
            ("storePaymentMethod", {**METHOD, "token": "4242424242424242"}, "INVALID", ["token"]),
            ("storePaymentMethod", {**METHOD, "label": ""}, "INVALID", ["label"]),
            ("setAutopay", {"paymentMethodId": "x"}, "NOT_FOUND", ["paymentMethodId"]),
            ("chargePaymentMethod", {}, "NOT_FOUND", ["paymentMethodId"]),
        ],
    )
    async def test_bad_input_is_told_with_its_path(self, api, database, field, facts, code, path):
        customer_id = await created_customer(database)
        before = await announced(database)

        asked = {"customerId": customer_id, **facts}
        payload = await api.mutate(field, asked, "userErrors { code }")

        (error,) = payload["userErrors"]
        assert (error["code"], error["path"]) == (code, ["input", *path])
        assert await announced(database) == before


class TestStripesEvents:
    async def test_are_taken_in_once(self, shop, database, stripe):
        customer_id = await created_customer(database)
        await issued_invoice(database, customer_id)
        await stored_method(database, customer_id)
        attempt_id = await begun(database, customer_id)
        body = event(
            "payment_intent.succeeded",
            {"id": "pi_told", "status": "succeeded", "metadata": {"attempt": str(attempt_id)}},
        )

        statuses = [await sent(shop, body) for _ in range(3)]
        await shop.settled()

        assert statuses == [200, 200, 200]
        assert len(await announced(database, "billing.payment.received")) == 1
        (attempt,) = await attempts_of(database, customer_id)
        assert attempt.status == "COMPLETED"

    async def test_that_nobody_signed_change_nothing(self, shop, database):
        body = event("payment_intent.succeeded", {"id": "pi_1", "status": "succeeded"})

        statuses = [
            await sent(shop, body, **{"stripe-signature": signed})
            for signed in (
                "",
                signature(body, secret="whsec_guessed"),
                signature(body, seconds_ago=301),
                signature(body + b" "),
            )
        ]

        assert statuses == [400] * 4
        async with database.reading() as connection:
            assert not await connection.scalar(text("select count(*) from billing.gateway_events"))

    async def test_that_are_too_large_are_refused(self, shop):
        assert await sent(shop, b"x" * 300_000) == 413

    async def test_have_no_path_without_a_secret(self, api):
        assert await sent(api, event("x", {})) == 404


class TestWhatIsKept:
    async def test_methods_and_attempts_of_many_take_as_many_statements_as_of_one(
        self, api, database
    ):
        for _ in range(5):
            customer_id = await created_customer(database)
            invoice_id = await issued_invoice(database, customer_id)
            await charged(database, customer_id, invoice_id, 3000)
        await api.settled()
        query = """query Q($first: Int!) { customers(first: $first) { nodes {
            storedPaymentMethods { label }
            paymentAttempts(first: 3) { totalCount nodes {
              payment { id } invoice { id } } } } } }"""

        counts = []
        for first in (1, 5):
            with captured_statements(api.application.services.database) as statements:
                await api.data(query, {"first": first})
            counts.append(sum("billing." in statement for statement in statements))

        assert counts == [5, 5]

    async def test_no_token_is_told_or_audited_to_tenants(self, shop, database):
        customer_id = await created_customer(database)
        await stored_method(database, customer_id)

        answer = await shop.run(
            """query Q($id: Int!) { customer(by: {customerId: $id}) {
                storedPaymentMethods { id label gateway isAutopay createdAt } } }""",
            {"id": customer_id},
            token=shop.token(Role.CUSTOMER, customer_id=customer_id),
        )

        (method,) = answer["data"]["customer"]["storedPaymentMethods"]
        assert method["label"] == "Visa"
        assert "pm_card" not in str(answer)
        assert "cus_" not in str(answer)

    async def test_a_tenant_cannot_read_a_token_in_the_database_either(self, shop, database):
        customer_id = await created_customer(database)
        await stored_method(database, customer_id)

        async with database.reading_as(access.customer(customer_id)) as connection:
            with pytest.raises(Exception, match="permission denied"):
                await connection.execute(select(StoredMethod.token))


@pytest.mark.parametrize("role", ["customer", "reseller", "support", "service"])
@pytest.mark.parametrize(
    ("field", "facts"),
    [("storePaymentMethod", METHOD), ("setAutopay", {}), ("chargePaymentMethod", {})],
)
async def test_is_refused_to_all_but_billing_staff(api, database, role, field, facts):
    reseller_id = await created_reseller(database)
    customer_id = await created_customer(database, reseller_id=reseller_id)
    token = {
        "customer": api.token(Role.CUSTOMER, customer_id=customer_id),
        "reseller": api.token(Role.RESELLER, reseller_id=reseller_id),
        "support": api.token(Role.SUPPORT),
        "service": api.service_token(Permission.BILLING_READ),
    }[role]
    type_name = f"{field[0].upper()}{field[1:]}Input"

    answer = await api.run(
        f"mutation M($i: {type_name}!) {{ {field}(input: $i) {{ userErrors {{ code }} }} }}",
        {"i": {"customerId": customer_id, **facts}},
        token=token,
    )

    assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"
