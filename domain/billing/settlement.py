"""Money meets invoices: allocations, what they leave open, and invoices that become paid."""

from collections.abc import Collection, Sequence

from sqlalchemy import func, select

from domain.billing.allocation import Debt, Funds, Share, allocate
from domain.billing.kinds import InvoiceStatus, PaymentState, PostingKind
from domain.billing.ledger import post
from domain.billing.models import Invoice, Payment, PaymentAllocation
from domain.billing.postings import Posting, allocated, of_payment, opposite
from domain.kernel.unit_of_work import UnitOfWork


async def open_invoices(
    session: UnitOfWork, account_id: int, *, first: Collection[int] = ()
) -> Sequence[Invoice]:
    """The account's issued invoices with something due: those named first, then by due date."""
    found = await session.scalars(
        select(Invoice)
        .where(
            Invoice.account_id == account_id,
            Invoice.status == InvoiceStatus.ISSUED,
            Invoice.paid_minor < Invoice.total_minor,
        )
        .order_by(Invoice.id.in_(first).desc(), Invoice.due_on, Invoice.id)
    )
    return found.all()


async def unspent_payments(session: UnitOfWork, account_id: int) -> Sequence[Payment]:
    """The account's payments that are not used up nor disputed, the oldest first: its credit."""
    found = await session.scalars(
        select(Payment)
        .where(
            Payment.account_id == account_id,
            Payment.allocated_minor + Payment.returned_minor < Payment.amount_minor,
            Payment.state != PaymentState.DISPUTED,
        )
        .order_by(Payment.received_at, Payment.id)
    )
    return found.all()


async def free(session: UnitOfWork, invoice: Invoice, minor: int) -> None:
    """
    Take so much of what payments pay of the invoice back, the latest first: it is credit again.

    The caller holds the customer's lock, and allocations of that much or more pay the invoice.
    """
    part = PaymentAllocation
    paid = func.sum(part.amount_minor)
    rows = await session.execute(
        select(part.payment_id, paid)
        .where(part.invoice_id == invoice.id)
        .group_by(part.payment_id)
        .having(paid > 0)
        .order_by(func.max(part.id).desc())
    )
    for payment_id, paid_minor in rows.all():
        taken = min(minor, int(paid_minor))
        if not taken:
            break
        minor -= taken
        await take_part(session, await session.get_one(Payment, payment_id), invoice, taken)


async def take_part(session: UnitOfWork, payment: Payment, invoice: Invoice, minor: int) -> None:
    """
    Have the payment no longer pay so much of the invoice: a row below zero, and credit again.

    The caller holds the customer's lock, and the payment pays that much of it.
    """
    payment.allocated_minor -= minor
    invoice.paid_minor -= minor
    invoice.updated_at = session.now
    session.add(
        PaymentAllocation(
            payment_id=payment.id,
            invoice_id=invoice.id,
            amount_minor=-minor,
            created_at=session.now,
        )
    )
    await session.flush()
    legs = opposite(allocated(minor))
    await post(session, of_payment(PostingKind.DEALLOCATION, payment, legs, invoice_id=invoice.id))


async def settle(
    session: UnitOfWork,
    *,
    payments: Sequence[Payment],
    invoices: Sequence[Invoice],
    at_most: int | None = None,
) -> list[Invoice]:
    """
    Pay the invoices in their order with the payments in theirs; those that became paid in full.

    ``at_most`` is how much of each payment may be used, in minor units; all that is left of it
    if None.

    The caller holds the customer's lock, so nobody else spends the same money.
    """
    payment_of = {payment.id: payment for payment in payments}
    invoice_of = {invoice.id: invoice for invoice in invoices}
    shares = allocate(
        [Funds(payment.id, _usable(payment, at_most)) for payment in payments],
        [Debt(invoice.id, invoice.due_minor) for invoice in invoices],
    )
    for share in shares:
        payment_of[share.payment_id].allocated_minor += share.amount_minor
        invoice = invoice_of[share.invoice_id]
        invoice.paid_minor += share.amount_minor
        invoice.updated_at = session.now
        session.add(
            PaymentAllocation(
                payment_id=share.payment_id,
                invoice_id=share.invoice_id,
                amount_minor=share.amount_minor,
                created_at=session.now,
            )
        )
    await post(session, *(_posting(payment_of[share.payment_id], share) for share in shares))
    touched = {share.invoice_id for share in shares}
    return [invoice for invoice in invoices if invoice.id in touched and not invoice.due_minor]


def _usable(payment: Payment, at_most: int | None) -> int:
    return payment.credit_minor if at_most is None else min(payment.credit_minor, at_most)


def _posting(payment: Payment, share: Share) -> Posting:
    legs = allocated(share.amount_minor)
    return of_payment(PostingKind.ALLOCATION, payment, legs, invoice_id=share.invoice_id)
