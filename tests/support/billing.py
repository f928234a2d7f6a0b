"""Builders of invoices and payments: valid by themselves, showing only what matters."""

from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from typing import Any

from sqlalchemy import select

from domain.billing.accounts import AccountService
from domain.billing.commands import DraftInvoice, NewLine
from domain.billing.credit_notes import CreditNoteService
from domain.billing.invoices import InvoiceService
from domain.billing.kinds import CreditReason, LineKind, PaymentMethod, SkipReason
from domain.billing.payments import PaymentService
from domain.billing.run_models import BillingRunItem
from domain.billing.run_queries import runs_by_id
from domain.billing.run_records import BillingRun
from domain.billing.run_worker import drive
from domain.billing.runs import BillingRunService
from domain.billing.write_offs import WriteOffService
from domain.kernel.access import SYSTEM
from domain.kernel.database import Database
from domain.kernel.money import Money

_numbers = count(1)


@dataclass(frozen=True)
class Billed:
    """A billing run and what became of each account, in the order of customers."""

    run: BillingRun
    items: tuple[BillingRunItem, ...]

    @property
    def invoice_ids(self) -> tuple[int, ...]:
        return tuple(item.invoice_id for item in self.items if item.invoice_id is not None)

    @property
    def skipped(self) -> list[tuple[int, SkipReason | None]]:
        return [(each.customer_id, each.reason) for each in self.items if each.reason is not None]


def euros(minor: int) -> Money:
    return Money(minor, "EUR")


def a_line(minor: int = 3000, **facts: Any) -> NewLine:
    """One month of a plan for 30.00 EUR without tax, unless told otherwise."""
    defaults: dict[str, Any] = {
        "kind": LineKind.RECURRING,
        "description": "Fibre 100",
        "unit_price": euros(minor),
    }
    return NewLine(**{**defaults, **facts})


async def drafted_invoice(database: Database, customer_id: int, *lines: NewLine) -> int:
    """Draft an invoice of 30.00 EUR, or of the lines given; its id."""
    async with database.unit_of_work(SYSTEM) as session:
        command = DraftInvoice(customer_id=customer_id, lines=lines or (a_line(),))
        return (await InvoiceService().draft_invoice(session, command)).id


async def issued_invoice(
    database: Database,
    customer_id: int,
    minor: int = 3000,
    *,
    days_ago: int = 0,
    due_after_days: int | None = None,
) -> int:
    """Issue an invoice of that total, so many days ago; its id. The term is kept as given."""
    invoice_id = await drafted_invoice(database, customer_id, a_line(minor))
    async with database.unit_of_work(SYSTEM) as session:
        vars(session)["now"] = session.now - timedelta(days=days_ago)
        if due_after_days is not None:
            settings = {"payment_term_days": due_after_days}
            await AccountService().update_account(session, customer_id, settings)
        return (await InvoiceService().issue_invoice(session, invoice_id)).id


async def issued_draft(database: Database, invoice_id: int) -> None:
    """Issue a draft that there is."""
    async with database.unit_of_work(SYSTEM) as session:
        await InvoiceService().issue_invoice(session, invoice_id)


async def voided(database: Database, invoice_id: int) -> None:
    """Void an invoice, or discard a draft."""
    async with database.unit_of_work(SYSTEM) as session:
        await InvoiceService().void_invoice(session, invoice_id, reason="a mistake")


async def credited(
    database: Database, invoice_id: int, lines: dict[int, int] | None = None, **facts: Any
) -> int:
    """Credit lines (position → net in minor units) of an invoice, or all of it; the note's id."""
    wanted = lines and {position: euros(minor) for position, minor in lines.items()}
    async with database.unit_of_work(SYSTEM) as session:
        note = await CreditNoteService().issue_credit_note(
            session, invoice_id, lines=wanted, **{"reason": CreditReason.GOODWILL, **facts}
        )
        return note.id


async def written_off(database: Database, invoice_id: int) -> None:
    """Give up what is due on an invoice."""
    async with database.unit_of_work(SYSTEM) as session:
        await WriteOffService().write_off_invoice(session, invoice_id, reason="gone away")


async def discarded_draft(database: Database, customer_id: int) -> int:
    """Draft an invoice of 30.00 EUR and discard it; its id."""
    invoice_id = await drafted_invoice(database, customer_id)
    await voided(database, invoice_id)
    return invoice_id


async def voided_invoice(database: Database, customer_id: int) -> int:
    """Issue an invoice of 30.00 EUR and void it; its id."""
    invoice_id = await issued_invoice(database, customer_id)
    await voided(database, invoice_id)
    return invoice_id


async def recorded_payment(database: Database, customer_id: int, minor: int, **facts: Any) -> int:
    """Record a bank transfer of that amount, under a reference of its own; its id."""
    defaults: dict[str, Any] = {
        "amount": euros(minor),
        "method": PaymentMethod.BANK_TRANSFER,
        "reference": f"T-{next(_numbers)}",
    }
    async with database.unit_of_work(SYSTEM) as session:
        payment = await PaymentService().record_payment(
            session, customer_id, **{**defaults, **facts}
        )
        return payment.id


async def changed_account(database: Database, customer_id: int, **changes: Any) -> None:
    """Change settings of the customer's account."""
    async with database.unit_of_work(SYSTEM) as session:
        await AccountService().update_account(session, customer_id, changes)


async def started_run(database: Database, on: date, *, is_dry_run: bool = False) -> int:
    """Start a billing run of that day, and charge nobody yet; its id."""
    async with database.unit_of_work(SYSTEM) as session:
        return await BillingRunService().start(session, on=on, is_dry_run=is_dry_run)


async def run_of(database: Database, run_id: int) -> Billed:
    """What became of the run by now."""
    async with database.reading() as connection:
        run = (await runs_by_id(connection, SYSTEM, [run_id]))[run_id]
    async with database.unit_of_work(SYSTEM) as session:
        items = select(BillingRunItem).where(BillingRunItem.run_id == run_id)
        found = await session.scalars(items.order_by(BillingRunItem.id))
        return Billed(run, tuple(found))


async def billed(database: Database, on: date, **facts: Any) -> Billed:
    """Run billing for that day to its end."""
    run_id = await started_run(database, on, **facts)
    await drive(database, run_id)
    return await run_of(database, run_id)
