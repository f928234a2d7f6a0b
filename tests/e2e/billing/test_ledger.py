"""The ledger through the public API: statements of account, entries and sums."""

import pytest

from domain.kernel.access import Role
from tests.support.billing import issued_invoice, recorded_payment
from tests.support.customers import created_customer
from tests.support.statements import captured_statements

STATEMENT = """
    query Q($id: Int!, $first: Int, $after: String) { customer(by: {customerId: $id}) {
      billingAccount { balance { amount } }
      statement(first: $first, after: $after) {
        totalCount pageInfo { endCursor hasNextPage }
        nodes { kind amount { amount } balance { amount } invoice { number } payment { reference } }
      }
    } }
"""
ENTRIES = """
    { ledgerEntries(first: 10, filter: {account: RECEIVABLE}) {
        totalCount nodes { kind account amount { amount } transactionId customer { customerId } }
      }
      ledgerTotals { account currency debit { amount } credit { amount } balance { amount } } }
"""


async def test_a_statement_shows_each_change_newest_first_and_pages(api, database):
    customer_id = await created_customer(database)
    await issued_invoice(database, customer_id, 3000)
    await recorded_payment(database, customer_id, 1000, reference="T-a")

    data = await api.data(STATEMENT, {"id": customer_id, "first": 1})
    statement = data["customer"]["statement"]
    cursor = statement["pageInfo"]["endCursor"]
    rest = await api.data(STATEMENT, {"id": customer_id, "first": 1, "after": cursor})

    assert statement["totalCount"] == 2
    assert statement["nodes"] == [
        {
            "kind": "PAYMENT",
            "amount": {"amount": "-10.00"},
            "balance": data["customer"]["billingAccount"]["balance"],
            "invoice": None,
            "payment": {"reference": "T-a"},
        }
    ]
    [first] = rest["customer"]["statement"]["nodes"]
    assert (first["kind"], first["balance"]) == ("INVOICE", {"amount": "30.00"})


async def test_entries_and_sums_are_those_of_the_ledger(api, database):
    customer_id = await created_customer(database)
    await issued_invoice(database, customer_id, 3000)

    data = await api.data(ENTRIES)

    [entry] = data["ledgerEntries"]["nodes"]
    assert (entry["kind"], entry["account"]) == ("INVOICE", "RECEIVABLE")
    assert (entry["amount"], entry["customer"]) == (
        {"amount": "30.00"},
        {"customerId": customer_id},
    )
    assert [(total["account"], total["balance"]["amount"]) for total in data["ledgerTotals"]] == [
        ("RECEIVABLE", "30.00"),
        ("REVENUE", "-30.00"),
    ]


async def test_customers_see_the_entries_of_their_own(api, database):
    mine, other = await created_customer(database), await created_customer(database)
    for customer_id in (mine, other):
        await issued_invoice(database, customer_id, 3000)

    data = await api.data(ENTRIES, token=api.token(Role.CUSTOMER, customer_id=mine))

    assert data["ledgerEntries"]["totalCount"] == 1
    assert data["ledgerEntries"]["nodes"][0]["customer"] == {"customerId": mine}
    assert data["ledgerTotals"][0]["debit"] == {"amount": "30.00"}


@pytest.mark.parametrize("parents", [1, 10, 100])
async def test_statements_take_the_same_statements_for_any_number(api, database, parents):
    for _ in range(parents):
        customer_id = await created_customer(database)
        await issued_invoice(database, customer_id, 3000)
        await recorded_payment(database, customer_id, 1000)
    await api.settled()

    with captured_statements(api.application.services.database) as statements:
        data = await api.data(
            "{ customers(first: 100) { nodes { statement(first: 5) { totalCount"
            " nodes { balance { amount } invoice { number } payment { reference } } } } } }"
        )

    assert len(data["customers"]["nodes"]) == parents
    assert len([text for text in statements if " billing." in text]) == 4
