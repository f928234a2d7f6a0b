"""What moves money of payments that are in the books, each with its rows, postings and events."""

from collections.abc import Sequence

from sqlalchemy import func, select

from domain.billing.errors import PaymentDisputed, PaymentNotFound
from domain.billing.events import AllocationReversed
from domain.billing.kinds import PaymentState, PostingKind
from domain.billing.ledger import post
from domain.billing.models import Invoice, Payment, PaymentAllocation
from domain.billing.policy import visible_payments
from domain.billing.postings import of_payment, opposite, received
from domain.billing.settlement import take_part
from domain.customer.models import Customer
from domain.customer.services import CustomerService
from domain.kernel.unit_of_work import UnitOfWork


async def paid_parts(session: UnitOfWork, payment: Payment) -> list[tuple[Invoice, int]]:
    """What the payment pays, in minor units: the invoices locked, the latest paid first."""
    part = PaymentAllocation
    paid = func.sum(part.amount_minor)
    rows = await session.execute(
        select(part.invoice_id, paid)
        .where(part.payment_id == payment.id)
        .group_by(part.invoice_id)
        .having(paid > 0)
        .order_by(func.max(part.id).desc())
    )
    parts = {invoice_id: int(minor) for invoice_id, minor in rows}
    found = await session.scalars(
        select(Invoice)
        .where(Invoice.id.in_(parts))
        .order_by(Invoice.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    invoices = {invoice.id: invoice for invoice in found}
    return [(invoices[invoice_id], minor) for invoice_id, minor in parts.items()]


async def take_back(
    session: UnitOfWork,
    payment: Payment,
    parts: Sequence[tuple[Invoice, int]],
    *,
    reseller_id: int | None,
) -> None:
    """
    Have the payment no longer pay these parts of invoices: they are credit again.

    The caller holds the customer's lock. Announces ``billing.allocation.reversed`` for each.
    """
    for invoice, minor in parts:
        await take_part(session, payment, invoice, minor)
        await session.announce(
            AllocationReversed(
                customer_id=payment.customer_id,
                reseller_id=reseller_id,
                payment_id=payment.id,
                invoice_id=invoice.id,
                amount_minor=minor,
                currency=payment.currency,
            )
        )


async def free(
    session: UnitOfWork, payment: Payment, minor: int, *, reseller_id: int | None
) -> None:
    """Make that much of the payment credit, by taking back what it paid last."""
    missing = minor - payment.credit_minor
    parts = []
    for invoice, paid in await paid_parts(session, payment) if missing > 0 else ():
        taken = min(paid, missing)
        parts.append((invoice, taken))
        missing -= taken
        if not missing:
            break
    await take_back(session, payment, parts, reseller_id=reseller_id)


async def give_back(session: UnitOfWork, payment: Payment, minor: int, kind: PostingKind) -> None:
    """Take that much of the payment's credit out of the books: it goes to the payer."""
    payment.returned_minor += minor
    await session.flush()
    await post(session, of_payment(kind, payment, opposite(received(minor))))


async def get_back(session: UnitOfWork, payment: Payment, minor: int, kind: PostingKind) -> None:
    """Undo ``give_back``: the money has not left after all."""
    payment.returned_minor -= minor
    await session.flush()
    await post(session, of_payment(kind, payment, received(minor)))


def settled_state(payment: Payment) -> PaymentState:
    """The state of a payment that nobody disputes."""
    if not payment.returned_minor:
        return PaymentState.COMPLETED
    is_whole = payment.returned_minor == payment.amount_minor
    return PaymentState.REFUNDED if is_whole else PaymentState.PARTIALLY_REFUNDED


async def locked_payment(
    session: UnitOfWork, payment_id: int, *, though_disputed: bool = False
) -> tuple[Customer, Payment]:
    """
    The payment with its customer, both locked until the end of the transaction.

    Raises:
        PaymentNotFound.
        PaymentDisputed: it is disputed or charged back, unless that is no matter.
    """
    visible = visible_payments(session.actor)
    customer_id = await session.scalar(
        select(Payment.customer_id).where(Payment.id == payment_id, visible)
    )
    if customer_id is None:
        raise PaymentNotFound(payment_id)
    customer = await CustomerService().locked(session, customer_id)
    payment = await session.locked(Payment, Payment.id == payment_id)
    if payment is None:
        raise PaymentNotFound(payment_id)
    if payment.state is PaymentState.DISPUTED and not though_disputed:
        raise PaymentDisputed(payment_id)
    return customer, payment
