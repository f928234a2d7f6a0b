"""The ledger on PostgreSQL: each movement of money is booked with it, and stays as booked."""

from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from domain.billing.ledger import post
from domain.billing.ledger_queries import EntryFilter, ledger_totals
from domain.billing.models import Invoice
from domain.billing.postings import charged, of_invoice
from domain.kernel.access import SYSTEM
from tests.support.billing import (
    a_line,
    drafted_invoice,
    issued_draft,
    issued_invoice,
    recorded_payment,
    voided,
)
from tests.support.customers import created_customer
from tests.support.ledger import booked, statement


class TestWhatIsBooked:
    async def test_an_invoice_is_owed_and_earned_and_its_tax_is_the_states(self, database):
        customer_id = await created_customer(database)
        invoice_id = await drafted_invoice(
            database, customer_id, a_line(1000, tax_percent=Decimal(23))
        )
        assert await booked(database, customer_id) == []

        await issued_draft(database, invoice_id)

        assert await booked(database, customer_id) == [
            ("INVOICE", {"RECEIVABLE": 1230, "REVENUE": -1000, "TAX": -230})
        ]

    async def test_a_payment_is_credit_and_its_allocation_pays_what_is_owed(self, database):
        customer_id = await created_customer(database)
        await issued_invoice(database, customer_id, 3000)

        await recorded_payment(database, customer_id, 5000)

        assert (await booked(database, customer_id))[1:] == [
            ("PAYMENT", {"CASH": 5000, "CUSTOMER_CREDIT": -5000}),
            ("ALLOCATION", {"CUSTOMER_CREDIT": 3000, "RECEIVABLE": -3000}),
        ]

    async def test_a_void_invoice_is_taken_back(self, database):
        customer_id = await created_customer(database)

        await voided(database, await issued_invoice(database, customer_id, 3000))

        [issued, taken_back] = [legs for _, legs in await booked(database, customer_id)]
        assert taken_back == {account: -minor for account, minor in issued.items()}

    async def test_nothing_of_what_is_refused(self, database):
        customer_id = await created_customer(database)
        invoice_id = await issued_invoice(database, customer_id, 3000)
        before = await booked(database, customer_id)

        with pytest.raises(RuntimeError):
            async with database.unit_of_work(SYSTEM) as session:
                invoice = await session.get_one(Invoice, invoice_id)
                await post(
                    session, of_invoice("INVOICE", invoice, charged(net_minor=1, tax_minor=0))
                )
                raise RuntimeError

        assert await booked(database, customer_id) == before


class TestTheDatabase:
    @pytest.mark.parametrize(
        "statement",
        [
            "update billing.ledger_entries set amount_minor = amount_minor + 1",
            "delete from billing.ledger_entries",
            "truncate billing.ledger_entries",
        ],
    )
    async def test_refuses_to_change_what_is_booked(self, database, statement):
        customer_id = await created_customer(database)
        await issued_invoice(database, customer_id)
        before = await booked(database, customer_id)

        with pytest.raises(DBAPIError, match="only appended to"):
            async with database.engine.begin() as connection:
                await connection.execute(text(statement))

        assert await booked(database, customer_id) == before

    async def test_refuses_a_transaction_that_does_not_balance(self, database):
        customer_id = await created_customer(database)
        await issued_invoice(database, customer_id)

        with pytest.raises(DBAPIError, match="does not balance"):
            async with database.engine.begin() as connection:
                await connection.execute(
                    text(
                        "insert into billing.ledger_entries (transaction_id, billing_account_id,"
                        " customer_id, kind, account, currency, amount_minor, at)"
                        " select gen_random_uuid(), billing_account_id, customer_id, 'PAYMENT',"
                        " 'CASH', 'EUR', 1, now() from billing.ledger_entries limit 1"
                    )
                )

    async def test_books_what_was_loaded_without_it_once(self, database):
        customer_id = await created_customer(database)
        await voided(database, await issued_invoice(database, customer_id, 1000))
        await issued_invoice(database, customer_id, 3000)
        await recorded_payment(database, customer_id, 5000)
        before = await booked(database, customer_id)
        async with database.engine.begin() as connection:
            await connection.execute(text("set local session_replication_role = replica"))
            await connection.execute(text("truncate billing.ledger_entries"))

        async with database.engine.begin() as connection:
            await connection.execute(text("select billing.post_unposted()"))
        async with database.engine.begin() as connection:
            again = await connection.scalar(text("select billing.post_unposted()"))

        assert await booked(database, customer_id) == before
        assert again == 0


class TestStatement:
    async def test_has_a_line_for_each_change_of_the_balance(self, database):
        customer_id = await created_customer(database)
        await issued_invoice(database, customer_id, 3000)
        await recorded_payment(database, customer_id, 1000)
        await recorded_payment(database, customer_id, 2500)

        lines = await statement(database, customer_id)

        assert [(line.kind, line.amount_minor, line.balance_minor) for line in lines] == [
            ("INVOICE", 3000, 3000),
            ("PAYMENT", -1000, 2000),
            ("PAYMENT", -2500, -500),
        ]


class TestTotals:
    async def test_are_debits_and_credits_by_account_and_sum_to_zero(self, database):
        customer_id = await created_customer(database)
        await issued_invoice(database, customer_id, 3000)
        await recorded_payment(database, customer_id, 1000)

        async with database.reading() as connection:
            totals = await ledger_totals(connection, SYSTEM, EntryFilter(customer_id=customer_id))

        assert {total.account: (total.debit_minor, total.credit_minor) for total in totals} == {
            "CASH": (1000, 0),
            "CUSTOMER_CREDIT": (1000, 1000),
            "RECEIVABLE": (3000, 1000),
            "REVENUE": (0, 3000),
        }
        assert sum(total.balance.minor for total in totals) == 0
