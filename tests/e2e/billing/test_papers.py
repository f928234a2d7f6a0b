"""The page and the PDF of an invoice over HTTP: what they say, and to whom."""

from datetime import UTC, datetime
from decimal import Decimal

import pytest

from domain.kernel.access import Role
from graph.ids import encode_id
from graph.papers.invoice import Paper
from graph.papers.pdf import pdf_of
from tests.support.billing import a_line, credited, drafted_invoice, issued_draft
from tests.support.customers import an_address, created_customer


async def got(api, path, *, token):
    """The response to a GET."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    return await api.http.get(path, headers=headers)


@pytest.fixture
async def invoice(api, database):
    """The path, without its ending, of an invoice with tax and a credit note; and the customer."""
    customer_id = await created_customer(
        database,
        first_name="Zoë",
        last_name="<b>Łukasz</b>",
        addresses=(an_address(),),
    )
    await api.settled()
    line = a_line(10000, tax_percent=Decimal(23), description="Fibre & phone")
    invoice_id = await drafted_invoice(database, customer_id, line)
    await issued_draft(database, invoice_id)
    await credited(database, invoice_id, {1: 1000})
    return f"/invoices/{encode_id('Invoice', invoice_id)}", customer_id


async def test_the_page_says_what_the_invoice_says_and_escapes_it(api, invoice):
    path, customer_id = invoice

    response = await got(
        api, f"{path}.html", token=api.token(Role.CUSTOMER, customer_id=customer_id)
    )

    page = response.text
    assert response.status_code == 200
    assert response.headers["cache-control"] == "private, no-store"
    assert "Zoë &lt;b&gt;Łukasz&lt;/b&gt;" in page
    assert "Fibre &amp; phone" in page
    for text in ("Tax 23.00 % of 100.00", "123.00 EUR", "Rua Augusta 1", "Credit note CN-"):
        assert text in page


async def test_the_pdf_is_the_same_whenever_it_is_asked_for(api, invoice):
    path, _ = invoice

    first, second = [await got(api, f"{path}.pdf", token=api.token()) for _ in range(2)]

    assert first.headers["content-type"] == "application/pdf"
    assert first.content.startswith(b"%PDF-")
    assert first.content == second.content


@pytest.mark.parametrize("ending", ["html", "pdf"])
async def test_it_is_shown_to_whoever_may_read_the_invoice_and_else_is_not_there(
    api, database, invoice, ending
):
    path, _ = invoice
    other = await created_customer(database)
    stranger = api.token(Role.CUSTOMER, customer_id=other)

    answers = [
        await got(api, f"{path}.{ending}", token=token) for token in (api.token(), stranger, None)
    ]
    unknown = await got(api, f"/invoices/nonsense.{ending}", token=api.token())

    assert [answer.status_code for answer in (*answers, unknown)] == [200, 404, 401, 404]
    assert answers[1].headers["content-type"] == "application/problem+json"


async def test_customers_see_none_of_a_draft(api, database):
    customer_id = await created_customer(database)
    path = f"/invoices/{encode_id('Invoice', await drafted_invoice(database, customer_id))}.html"

    own = await got(api, path, token=api.token(Role.CUSTOMER, customer_id=customer_id))
    staff = await got(api, path, token=api.token())

    assert (own.status_code, staff.status_code) == (404, 200)
    assert "Draft of an invoice" in staff.text


def test_a_long_invoice_in_any_letters_fills_several_pages():
    line = ("Интернет ☃ Łódź", "1.000", "30.00", "23.00 %", "30.00")
    paper = Paper("Invoice 1", [], ["Ζωή"], [], ("a", "b", "c", "d", "e"), [line] * 200, [], [], "")

    content = pdf_of(paper, at=datetime(2026, 1, 1, tzinfo=UTC))

    assert content.count(b"/Type /Page\n") > 3
