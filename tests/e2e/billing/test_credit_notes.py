"""Credit notes and write-offs through the public API."""

import pytest

from domain.kernel.access import Role
from graph.ids import encode_id
from tests.support.billing import credited, issued_invoice, recorded_payment
from tests.support.customers import created_customer
from tests.support.statements import captured_statements

NOTE = """creditNote { number reason note total { amount } offset { amount }
    lines { position description net { amount } tax { amount } }
    invoice { due { amount } credited { amount } creditNotes { number } } }"""


class TestIssueCreditNote:
    async def test_answers_with_the_note_and_what_it_leaves_due(self, api, database):
        invoice_id = await issued_invoice(database, await created_customer(database), 3000)

        payload = await api.mutate(
            "issueCreditNote",
            {
                "invoiceId": encode_id("Invoice", invoice_id),
                "reason": "SERVICE_FAILURE",
                "note": "A day without service",
                "lines": [{"position": 1, "net": {"amount": "1.00", "currency": "EUR"}}],
            },
            NOTE,
        )

        note = payload["creditNote"]
        assert payload["userErrors"] == []
        assert note["lines"] == [
            {
                "position": 1,
                "description": "Fibre 100",
                "net": {"amount": "1.00"},
                "tax": {"amount": "0.00"},
            }
        ]
        assert (note["total"], note["offset"]) == ({"amount": "1.00"}, {"amount": "1.00"})
        assert note["invoice"] == {
            "due": {"amount": "29.00"},
            "credited": {"amount": "1.00"},
            "creditNotes": [{"number": note["number"]}],
        }

    async def test_the_same_key_credits_once(self, api, database):
        invoice_id = await issued_invoice(database, await created_customer(database), 3000)
        request = {
            "invoiceId": encode_id("Invoice", invoice_id),
            "reason": "GOODWILL",
            "lines": [{"position": 1, "net": {"amount": "1.00", "currency": "EUR"}}],
            "idempotencyKey": "credit-1",
        }

        first = await api.mutate("issueCreditNote", request, NOTE)
        second = await api.mutate("issueCreditNote", request, NOTE)

        assert first == second
        assert second["creditNote"]["invoice"]["credited"] == {"amount": "1.00"}

    @pytest.mark.parametrize(
        ("change", "code", "path"),
        [
            ({"expectedVersion": 99}, "VERSION_CONFLICT", ["input", "expectedVersion"]),
            ({"reason": "VOID"}, "INVALID", ["input", "reason"]),
            (
                {"lines": [{"position": 1, "net": {"amount": "1.00", "currency": "USD"}}]},
                "INVALID",
                ["input", "lines", "0", "net"],
            ),
            (
                {"lines": [{"position": 1, "net": {"amount": "1.00", "currency": "EUR"}}] * 2},
                "INVALID",
                ["input", "lines", "1", "position"],
            ),
        ],
    )
    async def test_tells_what_is_wrong_with_it(self, api, database, change, code, path):
        invoice_id = await issued_invoice(database, await created_customer(database), 3000)
        request = {"invoiceId": encode_id("Invoice", invoice_id), "reason": "GOODWILL"}

        payload = await api.mutate("issueCreditNote", {**request, **change}, NOTE)

        [error] = payload["userErrors"]
        assert payload["creditNote"] is None
        assert (error["code"], error["path"]) == (code, path)


class TestWriteOff:
    async def test_answers_with_the_invoice(self, api, database):
        invoice_id = await issued_invoice(database, await created_customer(database), 3000)

        payload = await api.mutate(
            "writeOffInvoice",
            {"invoiceId": encode_id("Invoice", invoice_id), "reason": "gone away"},
            "invoice { paymentStatus due { amount } writtenOff { amount } writeOffReason }",
        )

        assert payload["invoice"] == {
            "paymentStatus": "WRITTEN_OFF",
            "due": {"amount": "0.00"},
            "writtenOff": {"amount": "30.00"},
            "writeOffReason": "gone away",
        }


async def test_customers_do_not_credit_themselves(api, database):
    customer_id = await created_customer(database)
    invoice_id = await issued_invoice(database, customer_id, 3000)
    request = {"invoiceId": encode_id("Invoice", invoice_id), "reason": "GOODWILL"}

    answer = await api.run(
        "mutation M($input: IssueCreditNoteInput!) { issueCreditNote(input: $input)"
        " { creditNote { id } } }",
        {"input": request},
        token=api.token(Role.CUSTOMER, customer_id=customer_id),
    )

    assert answer["errors"][0]["extensions"]["code"] == "ACCESS_DENIED"


@pytest.mark.parametrize("parents", [1, 10, 100])
async def test_nested_notes_take_the_same_statements_for_any_number(api, database, parents):
    for _ in range(parents):
        customer_id = await created_customer(database)
        invoice_id = await issued_invoice(database, customer_id, 3000)
        await recorded_payment(database, customer_id, 3000)
        await credited(database, invoice_id, {1: 100})
    await api.settled()

    with captured_statements(api.application.services.database) as statements:
        data = await api.data(
            "{ invoices(first: 100) { nodes { creditNotes { number lines { position } } } } }"
        )

    assert len(data["invoices"]["nodes"]) == parents
    assert len([text for text in statements if " billing." in text]) == 3
