"""What the billing module holds of a customer; the books are kept, the person leaves them."""

from typing import Any

from sqlalchemy import case, func, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.billing.credit_models import CreditNote, CreditNoteLine
from domain.billing.ledger_models import LedgerEntry
from domain.billing.models import (
    BillingAccount,
    Invoice,
    InvoiceLine,
    Payment,
    PaymentAllocation,
)
from domain.billing.payment_personal_data import payments_erased, payments_exported
from domain.billing.run_models import BillingRunItem
from domain.customer.models import Customer
from domain.customer.personal_data import erased_name
from domain.kernel.personal_data import ERASED, told_rows


async def exported(connection: AsyncConnection, customer_id: int) -> dict[str, Any]:
    """The account, all its documents with their lines, what pays them, bookings, and dunning."""
    own_invoices = select(Invoice.id).where(Invoice.customer_id == customer_id)
    own_credit_notes = select(CreditNote.id).where(CreditNote.customer_id == customer_id)
    own_payments = select(Payment.id).where(Payment.customer_id == customer_id)
    return {
        "billing_accounts": await told_rows(
            connection,
            BillingAccount,
            BillingAccount.customer_id == customer_id,
            leave_out={"version"},
        ),
        "invoices": await told_rows(
            connection, Invoice, Invoice.customer_id == customer_id, leave_out={"version"}
        ),
        "invoice_lines": await told_rows(
            connection, InvoiceLine, InvoiceLine.invoice_id.in_(own_invoices)
        ),
        "payments": await told_rows(
            connection, Payment, Payment.customer_id == customer_id, people={"recorded_by"}
        ),
        "payment_allocations": await told_rows(
            connection, PaymentAllocation, PaymentAllocation.payment_id.in_(own_payments)
        ),
        "credit_notes": await told_rows(
            connection, CreditNote, CreditNote.customer_id == customer_id
        ),
        "credit_note_lines": await told_rows(
            connection, CreditNoteLine, CreditNoteLine.credit_note_id.in_(own_credit_notes)
        ),
        "billing_run_items": await told_rows(
            connection, BillingRunItem, BillingRunItem.customer_id == customer_id
        ),
        "ledger_entries": await told_rows(
            connection, LedgerEntry, LedgerEntry.customer_id == customer_id
        ),
        **await payments_exported(connection, customer_id),
    }


async def erased(connection: AsyncConnection, customer_id: int) -> None:
    """
    Make issued invoices out to a number: amounts, tax number, country and lines stay.

    The trigger that guards invoices lets pass whoever erases this very customer.
    """
    await connection.execute(
        update(BillingAccount)
        .where(BillingAccount.customer_id == customer_id)
        .values(email=None, billing_address=None)
    )
    await connection.execute(
        update(Invoice)
        .where(Invoice.customer_id == customer_id, Invoice.buyer.is_not(None))
        .values(buyer=_pseudonymous(customer_id))
    )
    await connection.execute(
        update(Invoice)
        .where(Invoice.customer_id == customer_id)
        .values(void_reason=None, write_off_reason=None)
    )
    await connection.execute(
        update(CreditNote).where(CreditNote.customer_id == customer_id).values(note=None)
    )
    await connection.execute(
        update(Payment).where(Payment.customer_id == customer_id).values(reference=None)
    )
    await payments_erased(connection, customer_id)


def _pseudonymous(customer_id: int) -> Any:
    number = select(Customer.customer_number).where(Customer.id == customer_id).scalar_subquery()
    address = Invoice.buyer["address"]
    anywhere = {
        "line1": ERASED,
        "line2": None,
        "locality": ERASED,
        "region": None,
        "postal_code": ERASED,
    }
    country = func.jsonb_build_object("country", address["country"], type_=JSONB)
    kept = case(
        (func.jsonb_typeof(address) == "object", country.op("||")(anywhere)),
        else_=None,
    )
    return Invoice.buyer.op("||")(
        func.jsonb_build_object(
            "name", erased_name(number), "email", None, "address", kept, type_=JSONB
        )
    )
