"""Lists of invoices through the public API: filtered, ordered, and cheap however many."""

import pytest

from tests.support.billing import (
    drafted_invoice,
    issued_invoice,
    recorded_payment,
    voided_invoice,
)
from tests.support.customers import created_customer
from tests.support.statements import captured_statements


class TestLists:
    async def test_of_a_customer_are_filtered_and_ordered(self, api, database):
        customer_id = await created_customer(database)
        for minor in (1000, 3000, 2000):
            await issued_invoice(database, customer_id, minor)
        await voided_invoice(database, customer_id)
        await drafted_invoice(database, customer_id)

        data = await api.data(
            """query Q($id: Int!) { customer(by: {customerId: $id}) {
                all: invoices { totalCount }
                open: invoices(first: 2, filter: {status: [ISSUED], paymentStatus: [UNPAID]},
                               orderBy: {field: TOTAL}) {
                  totalCount nodes { total { amount } } pageInfo { hasNextPage }
                }
                overdue: invoices(filter: {isOverdue: true}) { totalCount }
            } }""",
            {"id": customer_id},
        )

        assert data["customer"] == {
            "all": {"totalCount": 5},
            "open": {
                "totalCount": 3,
                "nodes": [{"total": {"amount": "30.00"}}, {"total": {"amount": "20.00"}}],
                "pageInfo": {"hasNextPage": True},
            },
            "overdue": {"totalCount": 0},
        }

    async def test_of_all_need_a_size(self, api):
        answer = await api.run("{ invoices { nodes { id } } }")

        assert answer["errors"][0]["extensions"] == {"code": "INVALID", "argumentPath": ["first"]}

    @pytest.mark.parametrize("parents", [1, 10, 100])
    async def test_nested_fields_take_the_same_statements_for_any_number(
        self, api, database, parents
    ):
        for _ in range(parents):
            customer_id = await created_customer(database)
            await issued_invoice(database, customer_id, 3000)
            await recorded_payment(database, customer_id, 1000)
        await api.settled()
        query = """{ customers(first: 100) { nodes {
            billingAccount { balance { amount } customer { customerId } }
            invoices(first: 2) { totalCount nodes {
              lines { description } customer { customerId }
              allocations { payment { reference } }
            } }
            payments(first: 2) { totalCount nodes { allocations { invoice { number } } } }
        } } }"""

        await api.settled()
        with captured_statements(api.application.services.database) as statements:
            data = await api.data(query)

        nodes = data["customers"]["nodes"]
        assert len(nodes) == parents
        assert {node["invoices"]["totalCount"] for node in nodes} == {1}
        assert len([text for text in statements if " billing." in text]) == 10
