"""Allocations, refunds and disputes through the public API, over HTTP."""

import pytest

from domain.kernel.access import Role
from graph.ids import encode_id
from tests.support.billing import issued_invoice, recorded_payment
from tests.support.customers import created_customer, created_reseller
from tests.support.events import announced
from tests.support.statements import captured_statements

STATE = "payment { state returned { amount } unallocated { amount } }"


@pytest.fixture
async def ids(database):
    """A payment of 15.00 EUR that pays an invoice of 10.00 EUR."""
    customer_id = await created_customer(database)
    invoice_id = await issued_invoice(database, customer_id, 1000)
    payment_id = await recorded_payment(database, customer_id, 1500)
    return {"paymentId": encode_id("Payment", payment_id)}, encode_id("Invoice", invoice_id)


async def test_a_part_is_taken_back_and_allocated_again(api, ids):
    payment, invoice_id = ids
    named = {**payment, "invoiceId": invoice_id}

    taken = await api.mutate(
        "deallocatePayment",
        {**named, "amount": {"amount": "4.00", "currency": "EUR"}},
        "payment { allocations { amount { amount } invoice { due { amount } } } }",
    )
    again = await api.mutate("allocatePayment", named, STATE)

    assert taken["payment"]["allocations"] == [
        {"amount": {"amount": "10.00"}, "invoice": {"due": {"amount": "4.00"}}},
        {"amount": {"amount": "-4.00"}, "invoice": {"due": {"amount": "4.00"}}},
    ]
    assert again["payment"]["unallocated"] == {"amount": "5.00"}


async def test_a_refund_with_a_key_is_made_once(api, database, ids):
    asked = {
        **ids[0],
        "reason": "sent twice",
        "amount": {"amount": "5.00", "currency": "EUR"},
        "idempotencyKey": "r-1",
    }
    shown = "payment { state returned { amount } refunds { amount { amount } status reason } }"

    answers = [await api.mutate("refundPayment", asked, shown) for _ in range(2)]

    assert answers[0] == answers[1]
    assert answers[0]["payment"] == {
        "state": "PARTIALLY_REFUNDED",
        "returned": {"amount": "5.00"},
        "refunds": [{"amount": {"amount": "5.00"}, "status": "SUCCEEDED", "reason": "sent twice"}],
    }
    assert len(await announced(database, "billing.payment.refunded")) == 1


async def test_a_dispute_that_is_lost_charges_the_payment_back(api, ids):
    await api.mutate("openDispute", {**ids[0], "reason": "fraudulent"}, STATE)

    lost = await api.mutate(
        "closeDispute",
        {**ids[0], "won": False},
        "payment { state disputes { status reason } customer { billingAccount { balance { amount"
        " } } } }",
    )

    assert lost["payment"] == {
        "state": "CHARGED_BACK",
        "disputes": [{"status": "LOST", "reason": "fraudulent"}],
        "customer": {"billingAccount": {"balance": {"amount": "10.00"}}},
    }


@pytest.mark.parametrize(
    ("field", "facts", "code", "path"),
    [
        ("refundPayment", {"reason": ""}, "INVALID", ["reason"]),
        (
            "refundPayment",
            {"reason": "x", "amount": {"amount": "15.01", "currency": "EUR"}},
            "NOTHING_LEFT_OF_PAYMENT",
            ["amount"],
        ),
        (
            "refundPayment",
            {"reason": "x", "amount": {"amount": "1", "currency": "USD"}},
            "INVALID",
            ["amount"],
        ),
        ("refundPayment", {"reason": "x", "paymentId": "nonsense"}, "NOT_FOUND", ["paymentId"]),
        ("closeDispute", {"won": True}, "CONFLICT", ["paymentId"]),
        ("allocatePayment", {"invoiceId": "nonsense"}, "NOT_FOUND", ["invoiceId"]),
    ],
)
async def test_bad_input_is_told_with_its_path_and_changes_nothing(
    api, database, ids, field, facts, code, path
):
    before = await announced(database)

    payload = await api.mutate(field, {**ids[0], **facts}, STATE)

    (error,) = payload["userErrors"]
    assert (error["code"], error["path"]) == (code, ["input", *path])
    assert await announced(database) == before


@pytest.mark.parametrize("role", ["customer", "reseller", "support"])
@pytest.mark.parametrize(
    ("field", "facts"),
    [
        ("refundPayment", {"reason": "x"}),
        ("openDispute", {"reason": "x"}),
        ("closeDispute", {"won": True}),
        ("allocatePayment", {"invoiceId": "x"}),
        ("deallocatePayment", {"invoiceId": "x"}),
    ],
)
async def test_is_refused_to_all_but_billing_staff(api, database, ids, field, facts, role):
    reseller_id = await created_reseller(database)
    token = {
        "customer": api.token(Role.CUSTOMER, customer_id=1),
        "reseller": api.token(Role.RESELLER, reseller_id=reseller_id),
        "support": api.token(Role.SUPPORT),
    }[role]
    type_name = f"{field[0].upper()}{field[1:]}Input"

    answer = await api.run(
        f"mutation M($i: {type_name}!) {{ {field}(input: $i) {{ userErrors {{ code }} }} }}",
        {"i": {**ids[0], **facts}},
        token=token,
    )

    assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"


async def test_refunds_and_disputes_of_many_payments_take_as_many_statements_as_of_one(
    api, database
):
    customer_id = await created_customer(database)
    for _ in range(5):
        await recorded_payment(database, customer_id, 100)
    await api.settled()
    query = """query Q($first: Int!, $id: Int!) { customer(by: {customerId: $id}) {
        payments(first: $first) { nodes { refunds { status } disputes { status } } } } }"""

    counts = []
    for first in (1, 5):
        with captured_statements(api.application.services.database) as statements:
            await api.data(query, {"first": first, "id": customer_id})
        counts.append(sum("billing." in statement for statement in statements))

    assert counts == [3, 3]
