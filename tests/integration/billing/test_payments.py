"""Payments on PostgreSQL: allocated oldest due first, never twice, the rest kept as credit."""

import asyncio
from datetime import UTC, datetime

from sqlalchemy import func, select

from domain.billing.invoice_queries import invoices_by_id
from domain.billing.models import Invoice, Payment, PaymentAllocation
from domain.billing.queries import accounts_by_customer, payments_by_id
from domain.customer.models import CustomerStatus
from domain.customer.services import CustomerService
from domain.kernel.access import SYSTEM
from tests.support.billing import (
    drafted_invoice,
    euros,
    issued_invoice,
    recorded_payment,
    voided_invoice,
)
from tests.support.customers import created_customer, created_reseller
from tests.support.events import announced

EARLY, LATE = 7, 30


async def paid(database, *invoice_ids):
    """How much of each invoice is paid, in minor units."""
    async with database.reading() as connection:
        found = await invoices_by_id(connection, SYSTEM, invoice_ids)
        return [found[key].paid.minor for key in invoice_ids]


async def balance_of(database, customer_id):
    async with database.reading() as connection:
        account = (await accounts_by_customer(connection, SYSTEM, [customer_id]))[customer_id]
        return account.balance.minor


async def payment_count(database):
    async with database.reading() as connection:
        return (await connection.execute(select(func.count()).select_from(Payment))).scalar_one()


class TestAllocation:
    async def test_the_oldest_due_date_is_paid_first(self, database):
        customer_id = await created_customer(database)
        late = await issued_invoice(database, customer_id, 1000, due_after_days=LATE)
        early = await issued_invoice(database, customer_id, 1000, due_after_days=EARLY)

        await recorded_payment(database, customer_id, 1500)

        assert await paid(database, early, late) == [1000, 500]
        assert await balance_of(database, customer_id) == 500

    async def test_named_invoices_come_before_the_others(self, database):
        customer_id = await created_customer(database)
        early = await issued_invoice(database, customer_id, 1000, due_after_days=EARLY)
        late = await issued_invoice(database, customer_id, 1000, due_after_days=LATE)

        await recorded_payment(database, customer_id, 1500, invoice_ids=[late])

        assert await paid(database, early, late) == [500, 1000]

    async def test_what_is_left_is_credit(self, database):
        customer_id = await created_customer(database)
        await issued_invoice(database, customer_id, 1000)

        payment_id = await recorded_payment(database, customer_id, 1500)

        async with database.reading() as connection:
            payment = (await payments_by_id(connection, SYSTEM, [payment_id]))[payment_id]
        assert payment.unallocated == euros(500)
        assert await balance_of(database, customer_id) == -500

    async def test_drafts_void_invoices_and_other_customers_get_nothing(self, database):
        customer_id, other = await created_customer(database), await created_customer(database)
        draft = await drafted_invoice(database, customer_id)
        void = await voided_invoice(database, customer_id)
        foreign = await issued_invoice(database, other)

        await recorded_payment(database, customer_id, 9000)

        assert await paid(database, draft, void, foreign) == [0, 0, 0]
        assert await balance_of(database, other) == 3000


class TestEvents:
    async def test_the_payment_then_each_invoice_it_paid_in_full(self, database):
        customer_id = await created_customer(database)
        first = await issued_invoice(database, customer_id, 1000, due_after_days=EARLY)
        await issued_invoice(database, customer_id, 1000, due_after_days=LATE)

        payment_id = await recorded_payment(database, customer_id, 1999)

        payment, invoice = (await announced(database, "billing."))[-2:]
        assert payment == (
            "billing.payment.received",
            {
                "customer_id": customer_id,
                "payment_id": payment_id,
                "amount_minor": 1999,
                "unallocated_minor": 0,
                "currency": "EUR",
                "method": "BANK_TRANSFER",
            },
        )
        assert invoice == (
            "billing.invoice.paid",
            {
                "customer_id": customer_id,
                "invoice_id": first,
                "invoice_number": f"INV-{datetime.now(UTC).year}-000001",
                "net_minor": 1000,
                "total_minor": 1000,
                "currency": "EUR",
            },
        )

    async def test_carry_the_reseller_of_the_customer(self, database):
        reseller_id = await created_reseller(database)
        customer_id = await created_customer(database, reseller_id=reseller_id)
        await issued_invoice(database, customer_id)

        await recorded_payment(database, customer_id, 3000)

        async with database.reading() as connection:
            rows = await connection.exec_driver_sql(
                "select distinct reseller_id from kernel.events where type like 'billing.%%'"
            )
            assert rows.scalars().all() == [reseller_id]


async def test_a_closed_customer_may_still_pay(database):
    customer_id = await created_customer(database)
    await issued_invoice(database, customer_id, 3000)
    async with database.unit_of_work(SYSTEM) as session:
        await CustomerService().change_status(session, customer_id, CustomerStatus.CLOSED)

    await recorded_payment(database, customer_id, 3000)

    assert await balance_of(database, customer_id) == 0


async def test_payments_at_the_same_time_pay_an_invoice_once(database):
    customer_id = await created_customer(database)
    invoice_id = await issued_invoice(database, customer_id, 1000)

    await asyncio.gather(*(recorded_payment(database, customer_id, 400) for _ in range(4)))

    assert await paid(database, invoice_id) == [1000]
    assert await balance_of(database, customer_id) == -600
    events = [kind for kind, _ in await announced(database, "billing.invoice.paid")]
    assert events == ["billing.invoice.paid"]


async def test_the_sums_kept_equal_the_allocations(database):
    customer_id = await created_customer(database)
    for minor in (700, 1300, 900):
        await issued_invoice(database, customer_id, minor)
    for minor in (500, 1, 2500):
        await recorded_payment(database, customer_id, minor)
    await issued_invoice(database, customer_id, 50)

    async with database.reading() as connection:
        allocated = await connection.scalar(select(func.sum(PaymentAllocation.amount_minor)))
        kept = await connection.scalar(select(func.sum(Invoice.paid_minor)))
        spent = await connection.scalar(select(func.sum(Payment.allocated_minor)))
        issued = await connection.scalar(select(func.sum(Invoice.total_minor)))
        received = await connection.scalar(select(func.sum(Payment.amount_minor)))
    assert allocated == kept == spent == 2950
    assert await balance_of(database, customer_id) == issued - received == -51
