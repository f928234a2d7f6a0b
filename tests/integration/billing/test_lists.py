"""Lists of invoices and payments on PostgreSQL: filters, orders, pages."""

from datetime import timedelta

import pytest

from domain.billing import invoice_queries, queries
from domain.billing.invoice_queries import InvoiceFilter, InvoiceList, InvoiceOrderField
from domain.billing.kinds import InvoiceStatus, PaymentMethod, PaymentStatus
from domain.billing.queries import PaymentFilter, PaymentList, PaymentOrderField
from domain.kernel import access
from domain.kernel.access import Role
from domain.kernel.errors import Invalid
from domain.kernel.paging import Slice
from tests.support.billing import drafted_invoice, issued_invoice, recorded_payment, voided_invoice
from tests.support.customers import created_customer

BILLING = access.staff(Role.BILLING, "staff:1")


def a_list(size=20, **facts):
    return InvoiceList(part=Slice(first=size), **facts)


class TestInvoiceLists:
    @pytest.fixture
    async def customer_id(self, database):
        """A customer with invoices 1 overdue, 2 paid, 3 partly paid, 4 void, 5 draft."""
        customer_id = await created_customer(database)
        await issued_invoice(database, customer_id, 1000, days_ago=20)
        second = await issued_invoice(database, customer_id, 3000)
        third = await issued_invoice(database, customer_id, 2000)
        await voided_invoice(database, customer_id)
        await drafted_invoice(database, customer_id)
        await recorded_payment(database, customer_id, 3000, invoice_ids=[second])
        await recorded_payment(database, customer_id, 1, invoice_ids=[third])
        return customer_id

    @pytest.mark.parametrize(
        ("facts", "expected"),
        [
            ({}, [5, 4, 3, 2, 1]),
            ({"filter": InvoiceFilter(status=(InvoiceStatus.DRAFT,))}, [5]),
            ({"filter": InvoiceFilter(status=(InvoiceStatus.ISSUED,))}, [3, 2, 1]),
            ({"filter": InvoiceFilter(payment_status=(PaymentStatus.UNPAID,))}, [1]),
            ({"filter": InvoiceFilter(payment_status=(PaymentStatus.PARTIALLY_PAID,))}, [3]),
            ({"filter": InvoiceFilter(payment_status=(PaymentStatus.PAID,))}, [2]),
            ({"filter": InvoiceFilter(payment_status=())}, []),
            ({"filter": InvoiceFilter(is_overdue=True)}, [1]),
            ({"filter": InvoiceFilter(is_overdue=False)}, [5, 4, 3, 2]),
            ({"order_by": InvoiceOrderField.TOTAL, "descending": False}, [1, 3, 2, 4, 5]),
            ({"order_by": InvoiceOrderField.DUE_ON, "descending": False}, [1, 2, 3, 4, 5]),
        ],
    )
    async def test_are_filtered_and_ordered(self, database, customer_id, facts, expected):
        asked = a_list(**facts)

        async with database.reading() as connection:
            pages = await invoice_queries.invoice_pages_by_customer(
                connection, BILLING, [customer_id], asked
            )
            page = await invoice_queries.invoice_page(connection, BILLING, asked)
            count = await invoice_queries.invoice_count(connection, BILLING, asked.filter)
            counts = await invoice_queries.invoice_counts_by_customer(
                connection, BILLING, [customer_id], asked.filter
            )

        assert [invoice.id for invoice in page.items] == expected
        assert count == counts.get(customer_id, 0) == len(expected)
        assert [i.id for key in pages for i in pages[key].items] == expected

    async def test_a_range_of_days_leaves_out_its_last(self, database, customer_id):
        async with database.reading() as connection:
            (first,) = (await invoice_queries.invoices_by_id(connection, BILLING, [1])).values()
            day = first.issued_on
            found = [
                await invoice_queries.invoice_count(connection, BILLING, wanted)
                for wanted in (
                    InvoiceFilter(issued_from=day, issued_to=day + timedelta(days=1)),
                    InvoiceFilter(issued_from=day, issued_to=day),
                    InvoiceFilter(due_to=first.due_on + timedelta(days=1)),
                )
            ]

        assert found == [1, 0, 1]

    @pytest.mark.parametrize("order", InvoiceOrderField)
    async def test_are_paged_through_without_loss(self, database, customer_id, order):
        seen, after = [], None
        async with database.reading() as connection:
            while True:
                part = Slice(first=2, after=after)
                page = await invoice_queries.invoice_page(
                    connection, BILLING, InvoiceList(part=part, order_by=order)
                )
                seen += [invoice.id for invoice in page.items]
                after = page.cursors[-1]
                if not page.has_next_page:
                    break

        assert sorted(seen) == [1, 2, 3, 4, 5]

    async def test_refuse_a_cursor_of_another_filter(self, database, customer_id):
        async with database.reading() as connection:
            page = await invoice_queries.invoice_page(connection, BILLING, a_list(1))
            part = Slice(first=1, after=page.cursors[0])

            with pytest.raises(Invalid):
                await invoice_queries.invoice_page(
                    connection,
                    BILLING,
                    InvoiceList(part=part, filter=InvoiceFilter(is_overdue=True)),
                )


class TestPaymentLists:
    async def test_are_filtered_and_ordered(self, database):
        customer_id = await created_customer(database)
        await issued_invoice(database, customer_id, 500)
        small = await recorded_payment(database, customer_id, 500)
        large = await recorded_payment(
            database, customer_id, 900, method=PaymentMethod.CASH, reference=None
        )
        asked = [
            PaymentList(part=Slice(first=5)),
            PaymentList(part=Slice(first=5), order_by=PaymentOrderField.AMOUNT, descending=False),
            PaymentList(part=Slice(first=5), filter=PaymentFilter(method=(PaymentMethod.CASH,))),
            PaymentList(part=Slice(first=5), filter=PaymentFilter(has_credit=False)),
        ]

        async with database.reading() as connection:
            found = [
                await queries.payment_pages_by_customer(connection, BILLING, [customer_id], each)
                for each in asked
            ]

        assert [[payment.id for payment in page[customer_id].items] for page in found] == [
            [large, small],
            [small, large],
            [large],
            [small],
        ]

    async def test_the_allocations_of_a_payment_name_the_invoices(self, database):
        customer_id = await created_customer(database)
        invoices = [await issued_invoice(database, customer_id, minor) for minor in (500, 700)]
        payment_id = await recorded_payment(database, customer_id, 600)

        async with database.reading() as connection:
            found = await queries.allocations_by_payment(connection, BILLING, [payment_id])

        assert [(row.invoice_id, row.amount.minor) for row in found[payment_id]] == [
            (invoices[0], 500),
            (invoices[1], 100),
        ]
