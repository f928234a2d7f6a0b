"""Builders of invoices and payments: valid by themselves, showing only what matters."""

from datetime import date, timedelta
from itertools import count
from typing import Any

from domain.billing.accounts import AccountService
from domain.billing.commands import DraftInvoice, NewLine
from domain.billing.invoices import InvoiceService
from domain.billing.kinds import LineKind, PaymentMethod
from domain.billing.payments import PaymentService
from domain.billing.runs import BillingRun, BillingRunService
from domain.kernel.access import SYSTEM
from domain.kernel.database import Database
from domain.kernel.money import Money

_numbers = count(1)


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


async def billed(database: Database, on: date) -> BillingRun:
    """Run billing for that day."""
    async with database.unit_of_work(SYSTEM) as session:
        return await BillingRunService().run_billing(session, on=on)
