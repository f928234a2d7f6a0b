"""Taxes through the public API."""

from datetime import UTC, datetime

from graph.ids import encode_id
from tests.support.billing import a_line, drafted_invoice
from tests.support.customers import an_address, created_customer

TODAY = datetime.now(UTC).date().isoformat()


async def test_a_rate_is_set_and_then_taxes_the_charges_of_the_country(api, database):
    payload = await api.mutate(
        "setTaxRate",
        {"country": "PT", "percent": "23", "validFrom": TODAY},
        "taxRate { country percent validFrom customerType }",
    )
    customer_id = await created_customer(database, addresses=(an_address(),))
    await api.settled()
    invoice_id = await drafted_invoice(database, customer_id, a_line(10000))

    data = await api.data(
        """query Q($id: ID!) {
            taxRates(country: "PT") { percent }
            invoice(by: {id: $id}) { taxLines { percent net { amount } tax { amount } } }
        }""",
        {"id": encode_id("Invoice", invoice_id)},
    )

    assert payload["taxRate"] == {
        "country": "PT",
        "percent": "23.00",
        "validFrom": TODAY,
        "customerType": None,
    }
    assert data["taxRates"] == [{"percent": "23.00"}]
    assert data["invoice"]["taxLines"] == [
        {"percent": "23.00", "net": {"amount": "100.00"}, "tax": {"amount": "23.00"}}
    ]


async def test_an_account_is_exempted_and_no_more(api, database):
    customer_id = await created_customer(database)
    selection = "billingAccount { taxExemption taxExemptUntil pricesIncludeTax taxPercent }"
    exempted = {"customerId": customer_id, "taxExemption": "Art. 151", "taxExemptUntil": TODAY}

    first = await api.mutate(
        "updateBillingAccount", {**exempted, "pricesIncludeTax": True}, selection
    )
    second = await api.mutate(
        "updateBillingAccount",
        {"customerId": customer_id, "taxExemption": None, "taxExemptUntil": None},
        selection,
    )

    assert first["billingAccount"] == {
        "taxExemption": "Art. 151",
        "taxExemptUntil": TODAY,
        "pricesIncludeTax": True,
        "taxPercent": None,
    }
    assert second["billingAccount"]["taxExemption"] is None
