"""Credit notes on PostgreSQL: what they take back, what that leaves due, and what never changes."""

from decimal import Decimal

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from domain.billing.credit_models import CreditNote
from domain.billing.credit_notes import CreditNoteService
from domain.billing.errors import InvoiceNotFound
from domain.billing.invoice_queries import invoices_by_id
from domain.billing.kinds import CreditReason, InvoiceStatus, LineKind, PaymentStatus
from domain.kernel import access
from domain.kernel.access import SYSTEM, Role
from domain.kernel.errors import AccessDenied, Conflict, DomainError, Invalid
from tests.support.billing import (
    a_line,
    credited,
    drafted_invoice,
    euros,
    issued_draft,
    issued_invoice,
    recorded_payment,
    voided,
    written_off,
)
from tests.support.customers import created_customer
from tests.support.events import announced
from tests.support.ledger import booked


async def invoice_of(database, invoice_id):
    async with database.reading() as connection:
        return (await invoices_by_id(connection, SYSTEM, [invoice_id]))[invoice_id]


async def notes(database):
    async with database.unit_of_work(SYSTEM) as session:
        return [*await session.scalars(select(CreditNote).order_by(CreditNote.id))]


async def taxed_invoice(database, customer_id):
    """A charge of 100.00 and a discount of 20.00, both with 23 % tax: 98.40."""
    invoice_id = await drafted_invoice(
        database,
        customer_id,
        a_line(10000, tax_percent=Decimal(23)),
        a_line(-2000, tax_percent=Decimal(23), kind=LineKind.DISCOUNT),
    )
    await issued_draft(database, invoice_id)
    return invoice_id


class TestIssueCreditNote:
    async def test_takes_back_what_is_due_under_a_number_of_its_own_series(self, database):
        customer_id = await created_customer(database)
        invoice_id = await taxed_invoice(database, customer_id)

        await credited(database, invoice_id, {1: 5000}, note="two weeks without service")

        [note] = await notes(database)
        invoice = await invoice_of(database, invoice_id)
        assert note.number.startswith("CN-")
        assert note.number.endswith("-000001")
        assert (note.net_minor, note.tax_minor, note.offset_minor) == (5000, 1150, 6150)
        assert (invoice.due.minor, invoice.credited.minor, invoice.paid.minor) == (3690, 6150, 0)
        assert (await booked(database, customer_id))[-1] == (
            "CREDIT_NOTE",
            {"RECEIVABLE": -6150, "REVENUE": 5000, "TAX": 1150},
        )
        assert [kind for kind, _ in await announced(database, "billing.credit_note")] == [
            "billing.credit_note.issued"
        ]

    async def test_makes_credit_of_what_had_been_paid_and_pays_other_debts_with_it(self, database):
        customer_id = await created_customer(database)
        paid = await issued_invoice(database, customer_id, 3000)
        await recorded_payment(database, customer_id, 3000)
        other = await issued_invoice(database, customer_id, 1000)

        await credited(database, paid, {1: 1500})

        assert (await invoice_of(database, paid)).payment_status is PaymentStatus.PAID
        assert (await invoice_of(database, other)).payment_status is PaymentStatus.PAID
        assert [kind for kind, _ in (await booked(database, customer_id))[-3:]] == [
            "DEALLOCATION",
            "CREDIT_NOTE",
            "ALLOCATION",
        ]
        assert (await announced(database, "billing.invoice.paid"))[-1][1]["invoice_id"] == other

    async def test_that_leaves_a_partly_paid_invoice_paid_says_so_without_what_was_taken_back(
        self, database
    ):
        customer_id = await created_customer(database)
        invoice_id = await issued_invoice(database, customer_id, 3000)
        await recorded_payment(database, customer_id, 1000)

        await credited(database, invoice_id, {1: 2000})

        [(_, paid)] = await announced(database, "billing.invoice.paid")
        assert (paid["net_minor"], paid["total_minor"]) == (1000, 3000)

    async def test_the_parts_of_a_line_never_sum_to_more_than_its_tax(self, database):
        customer_id = await created_customer(database)
        invoice_id = await drafted_invoice(
            database, customer_id, a_line(10, tax_percent=Decimal(25))
        )
        await issued_draft(database, invoice_id)

        for _ in range(5):
            await credited(database, invoice_id, {1: 2})

        assert sum(note.tax_minor for note in await notes(database)) == 2
        assert (await invoice_of(database, invoice_id)).due.minor == 0

    @pytest.mark.parametrize(
        ("lines", "path"),
        [
            ({1: 10001}, ("lines", "0", "net")),
            ({1: 0}, ("lines", "0", "net")),
            ({1: -1}, ("lines", "0", "net")),
            ({2: 1}, ("lines", "0", "net")),
            ({3: 1}, ("lines", "0", "position")),
            ({}, ("lines",)),
            ({2: -2000}, ("lines",)),
            ({1: 8001}, ("lines",)),
        ],
    )
    async def test_refuses_what_is_no_part_of_what_is_left(self, database, lines, path):
        customer_id = await created_customer(database)
        invoice_id = await taxed_invoice(database, customer_id)
        before = await announced(database)

        with pytest.raises(DomainError) as failure:
            async with database.unit_of_work(SYSTEM) as session:
                await CreditNoteService().issue_credit_note(
                    session,
                    invoice_id,
                    reason=CreditReason.GOODWILL,
                    lines={position: euros(minor) for position, minor in lines.items()},
                )

        assert failure.value.path == path
        assert (await notes(database), await announced(database)) == ([], before)

    async def test_refuses_drafts_void_written_off_and_wholly_credited_invoices(self, database):
        customer_id = await created_customer(database)
        draft = await drafted_invoice(database, customer_id)
        void, lost, whole = [await issued_invoice(database, customer_id) for _ in range(3)]
        await voided(database, void)
        await written_off(database, lost)
        await credited(database, whole)
        before = await announced(database)

        for invoice_id in (draft, void, lost, whole):
            with pytest.raises(Conflict):
                await credited(database, invoice_id)

        assert await announced(database) == before

    async def test_refuses_the_reason_of_a_void(self, database):
        invoice_id = await issued_invoice(database, await created_customer(database))

        with pytest.raises(Invalid, match="voiding"):
            await credited(database, invoice_id, reason=CreditReason.VOID)

    @pytest.mark.parametrize(
        ("actor", "failure"),
        [
            (access.staff(Role.SUPPORT, "s"), AccessDenied),
            (access.customer(1), AccessDenied),
            (access.reseller(1, [1]), AccessDenied),
        ],
    )
    async def test_is_for_billing_staff_only(self, database, actor, failure):
        invoice_id = await issued_invoice(database, await created_customer(database))

        with pytest.raises(failure):
            async with database.unit_of_work(actor) as session:
                await CreditNoteService().issue_credit_note(
                    session, invoice_id, reason=CreditReason.GOODWILL
                )

        assert await notes(database) == []

    async def test_refuses_an_invoice_that_does_not_exist(self, database):
        with pytest.raises(InvoiceNotFound):
            await credited(database, 4711)


class TestVoid:
    async def test_takes_all_back_by_a_credit_note_and_keeps_number_and_content(self, database):
        customer_id = await created_customer(database)
        invoice_id = await taxed_invoice(database, customer_id)
        before = await invoice_of(database, invoice_id)

        await voided(database, invoice_id)

        [note] = await notes(database)
        after = await invoice_of(database, invoice_id)
        assert (note.reason, note.total_minor, note.note) == ("VOID", 9840, "a mistake")
        assert (after.status, after.due.minor) == (InvoiceStatus.VOID, 0)
        assert (after.number, after.total, after.content_digest) == (
            before.number,
            before.total,
            before.content_digest,
        )

    async def test_takes_back_what_earlier_notes_left(self, database):
        customer_id = await created_customer(database)
        invoice_id = await issued_invoice(database, customer_id, 3000)
        await credited(database, invoice_id, {1: 1000})

        await voided(database, invoice_id)

        assert [note.total_minor for note in await notes(database)] == [1000, 2000]


class TestWriteOff:
    async def test_leaves_nothing_due_and_books_bad_debt(self, database):
        customer_id = await created_customer(database)
        invoice_id = await issued_invoice(database, customer_id, 3000)
        await recorded_payment(database, customer_id, 1000)

        await written_off(database, invoice_id)

        invoice = await invoice_of(database, invoice_id)
        assert (invoice.payment_status, invoice.due.minor) == (PaymentStatus.WRITTEN_OFF, 0)
        assert (invoice.paid.minor, invoice.written_off.minor) == (1000, 2000)
        assert (await booked(database, customer_id))[-1] == (
            "WRITE_OFF",
            {"BAD_DEBT": 2000, "RECEIVABLE": -2000},
        )
        [(_, told)] = await announced(database, "billing.invoice.written_off")
        assert told["written_off_minor"] == 2000

    async def test_refuses_an_invoice_with_nothing_due(self, database):
        customer_id = await created_customer(database)
        invoice_id = await issued_invoice(database, customer_id, 3000)
        await recorded_payment(database, customer_id, 3000)
        before = await announced(database)

        with pytest.raises(Conflict) as failure:
            await written_off(database, invoice_id)

        assert failure.value.path == ("invoiceId",)
        assert await announced(database) == before


class TestTheDatabase:
    @pytest.mark.parametrize(
        "statement",
        [
            "update billing.credit_notes set total_minor = 0, net_minor = 0, tax_minor = 0",
            "update billing.credit_notes set note = null",
            "delete from billing.credit_notes",
            "update billing.credit_note_lines set net_minor = 0",
            "insert into billing.credit_note_lines (credit_note_id, invoice_line_id, net_minor,"
            " tax_minor) select id, (select max(id) from billing.invoice_lines), 3001, 0"
            " from billing.credit_notes",
            "update billing.invoices set content_digest = 'x'",
        ],
    )
    async def test_refuses_to_change_what_was_issued(self, database, statement):
        customer_id = await created_customer(database)
        await credited(database, await issued_invoice(database, customer_id), {1: 100})
        await issued_invoice(database, customer_id)

        with pytest.raises(DBAPIError, match=r"never change|only appended|more is credited"):
            async with database.engine.begin() as connection:
                await connection.execute(text(statement))

    async def test_tells_an_invoice_that_somebody_changed_behind_its_back(self, database):
        customer_id = await created_customer(database)
        intact, forged = [await issued_invoice(database, customer_id) for _ in range(2)]
        await voided(database, intact)
        async with database.engine.begin() as connection:
            await connection.execute(text("set local session_replication_role = replica"))
            await connection.execute(
                text("update billing.invoice_lines set description = 'x' where invoice_id = :id"),
                {"id": forged},
            )

        async with database.reading() as connection:
            altered = await connection.scalars(
                text(
                    "select id from billing.invoices invoice"
                    " where content_digest <> billing.content_digest(invoice)"
                )
            )
            assert [*altered] == [forged]
