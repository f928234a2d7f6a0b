"""Invoice numbers and issued content on PostgreSQL: no gap, no repeat, no change."""

import asyncio
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from domain.billing.invoice_queries import invoices_by_id
from domain.billing.invoices import InvoiceService
from domain.kernel.access import SYSTEM
from tests.support.billing import (
    drafted_invoice,
    issued_invoice,
)
from tests.support.customers import created_customer
from tests.support.tariff import unit_of_work_at

service = InvoiceService()


TODAY = datetime.now(UTC).date()


async def invoice_of(database, invoice_id):
    async with database.reading() as connection:
        return (await invoices_by_id(connection, SYSTEM, [invoice_id]))[invoice_id]


class TestNumbers:
    async def test_have_no_gap_when_an_issue_is_rolled_back(self, database):
        customer_id = await created_customer(database)
        await issued_invoice(database, customer_id)
        abandoned = await drafted_invoice(database, customer_id)
        with pytest.raises(ZeroDivisionError):
            async with database.unit_of_work(SYSTEM) as session:
                await service.issue_invoice(session, abandoned)
                raise ZeroDivisionError

        invoice_id = await issued_invoice(database, customer_id)

        assert (await invoice_of(database, invoice_id)).number == f"INV-{TODAY.year}-000002"

    async def test_have_no_gap_or_repeat_under_concurrency(self, database):
        customers = [await created_customer(database) for _ in range(4)]
        drafts = [await drafted_invoice(database, key) for key in customers for _ in range(3)]

        async def issue(invoice_id):
            async with database.unit_of_work(SYSTEM) as session:
                return (await service.issue_invoice(session, invoice_id)).number

        numbers = await asyncio.gather(*(issue(draft) for draft in drafts))

        assert sorted(numbers) == [f"INV-{TODAY.year}-{n:06d}" for n in range(1, 13)]

    async def test_begin_anew_each_year_and_their_dates_never_run_backwards(self, database):
        customer_id = await created_customer(database)
        days = [date(2026, 12, 31), date(2027, 1, 2), date(2027, 1, 1)]

        issued = []
        for day in days:
            draft = await drafted_invoice(database, customer_id)
            noon = datetime.combine(day, datetime.min.time(), UTC)
            async with unit_of_work_at(database, noon) as session:
                issued.append(await service.issue_invoice(session, draft))

        assert [(invoice.number, invoice.issued_on) for invoice in issued] == [
            ("INV-2026-000001", date(2026, 12, 31)),
            ("INV-2027-000001", date(2027, 1, 2)),
            ("INV-2027-000002", date(2027, 1, 2)),
        ]


class TestTheDatabase:
    @pytest.mark.parametrize(
        "change",
        [
            "update billing.invoices set total_minor = total_minor + 1, net_minor = net_minor + 1",
            "update billing.invoices set buyer = '{}'",
            "update billing.invoices set number = 'INV-1'",
            "delete from billing.invoice_lines",
            "update billing.invoice_lines set description = 'other'",
            "insert into billing.invoice_lines (invoice_id, position, kind, description, quantity,"
            " unit_price_minor, tax_percent, net_minor, tax_minor)"
            " select id, 2, 'SETUP', 'more', 1, 1, 0, 1, 0 from billing.invoices",
        ],
    )
    async def test_refuses_to_change_issued_content(self, database, change):
        invoice_id = await issued_invoice(database, await created_customer(database))
        before = await invoice_of(database, invoice_id)

        with pytest.raises(IntegrityError, match="no draft"):
            async with database.unit_of_work(SYSTEM) as session:
                await session.execute(text(change))

        assert await invoice_of(database, invoice_id) == before

    async def test_refuses_to_overpay_an_invoice(self, database):
        await issued_invoice(database, await created_customer(database))

        with pytest.raises(IntegrityError, match="invoices_paid_range_check"):
            async with database.unit_of_work(SYSTEM) as session:
                await session.execute(text("update billing.invoices set paid_minor = 3001"))
