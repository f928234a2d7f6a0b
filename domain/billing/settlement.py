"""Money meets invoices: allocations, what they leave open, and invoices that become paid."""

from collections.abc import Collection, Sequence

from sqlalchemy import select

from domain.billing.allocation import Debt, Funds, allocate
from domain.billing.kinds import InvoiceStatus, PostingKind
from domain.billing.ledger import post
from domain.billing.models import Invoice, Payment, PaymentAllocation
from domain.billing.postings import allocated, of_payment, opposite
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
    """The account's payments that are not allocated in full, the oldest first: its credit."""
    found = await session.scalars(
        select(Payment)
        .where(Payment.account_id == account_id, Payment.allocated_minor < Payment.amount_minor)
        .order_by(Payment.received_at, Payment.id)
    )
    return found.all()


async def free(session: UnitOfWork, invoice: Invoice, minor: int) -> None:
    """
    Take so much of what payments pay of the invoice back, the latest first: it is credit again.

    The caller holds the customer's lock, and allocations of that much or more pay the invoice.
    """
    rows = await session.execute(
        select(PaymentAllocation, Payment)
        .join(Payment, Payment.id == PaymentAllocation.payment_id)
        .where(PaymentAllocation.invoice_id == invoice.id)
        .order_by(PaymentAllocation.id.desc())
    )
    postings = []
    for allocation, payment in rows.all():
        taken = min(minor, allocation.amount_minor)
        if not taken:
            break
        minor -= taken
        payment.allocated_minor -= taken
        invoice.paid_minor -= taken
        if taken == allocation.amount_minor:
            await session.delete(allocation)
        else:
            allocation.amount_minor -= taken
        legs = opposite(allocated(taken))
        postings.append(of_payment(PostingKind.DEALLOCATION, payment, legs, invoice_id=invoice.id))
    await post(session, *postings)


async def settle(
    session: UnitOfWork,
    *,
    payments: Sequence[Payment],
    invoices: Sequence[Invoice],
) -> list[Invoice]:
    """
    Pay the invoices in their order with the payments in theirs; those that became paid in full.

    The caller holds the customer's lock, so nobody else spends the same money.
    """
    payment_of = {payment.id: payment for payment in payments}
    invoice_of = {invoice.id: invoice for invoice in invoices}
    shares = allocate(
        [Funds(payment.id, payment.amount_minor - payment.allocated_minor) for payment in payments],
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
    await post(
        session,
        *(
            of_payment(
                PostingKind.ALLOCATION,
                payment_of[share.payment_id],
                allocated(share.amount_minor),
                invoice_id=share.invoice_id,
            )
            for share in shares
        ),
    )
    touched = {share.invoice_id for share in shares}
    return [invoice for invoice in invoices if invoice.id in touched and not invoice.due_minor]
