"""Payments: recorded once, allocated to what is due, the rest kept as credit."""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from domain.billing.accounts import AccountService
from domain.billing.errors import (
    InvoiceNotFound,
    InvoiceNotPayable,
    PaymentAlreadyRecorded,
    WrongCurrency,
)
from domain.billing.events import InvoicePaid, PaymentReceived
from domain.billing.kinds import PaymentMethod, PaymentState, PostingKind
from domain.billing.ledger import post
from domain.billing.models import BillingAccount, Invoice, Payment
from domain.billing.postings import of_payment, received
from domain.billing.settlement import open_invoices, settle
from domain.customer.services import CustomerService
from domain.kernel import values
from domain.kernel.access import Permission, require
from domain.kernel.database import violated_constraint
from domain.kernel.errors import Invalid
from domain.kernel.money import Money
from domain.kernel.unit_of_work import UnitOfWork

#: How far a gateway's clock may be ahead of ours.
_SKEW = timedelta(minutes=5)
_MOST_NAMED = 100
_LARGEST_MINOR = 2**53


class PaymentService:
    """The use cases of payments."""

    async def record_payment(
        self,
        session: UnitOfWork,
        customer_id: int,
        *,
        amount: Money,
        method: PaymentMethod,
        reference: str | None = None,
        received_at: datetime | None = None,
        invoice_ids: Collection[int] = (),
    ) -> Payment:
        """
        Record money that came in, and pay with it what is due.

        The invoices named are paid first, then the others, each in order of their due dates;
        what is left is credit for invoices to come. Announces ``billing.payment.received``, then
        ``billing.invoice.paid`` for each invoice that this paid in full.

        Raises:
            CustomerNotFound, InvoiceNotFound, Invalid, WrongCurrency.
            InvoiceNotPayable: a named invoice has nothing due.
            PaymentAlreadyRecorded: the method has this reference already.
        """
        require(session.actor, Permission.BILLING_WRITE, "record payments")
        customer = await CustomerService().locked(session, customer_id)
        account = await AccountService().of(session, customer)
        payment = _payment(
            session, account, amount=amount, method=method, reference=reference, at=received_at
        )
        await _enter(session, payment)
        await post(session, of_payment(PostingKind.PAYMENT, payment, received(amount.minor)))
        due = await self._due(session, account, invoice_ids)
        await self._allocate(session, payment, due, reseller_id=customer.reseller_id)
        await AccountService().close_if_settled(session, account, customer)
        return payment

    @staticmethod
    async def _allocate(
        session: UnitOfWork, payment: Payment, due: Sequence[Invoice], *, reseller_id: int | None
    ) -> None:
        """Pay what is due with the payment, and announce both."""
        paid = await settle(session, payments=[payment], invoices=due)
        await session.announce(_received(payment, reseller_id=reseller_id))
        for invoice in paid:
            await session.announce(InvoicePaid.of(invoice, reseller_id=reseller_id))

    @staticmethod
    async def _due(
        session: UnitOfWork, account: BillingAccount, named: Collection[int]
    ) -> Sequence[Invoice]:
        if len(named) > _MOST_NAMED:
            raise Invalid("invoiceIds", f"must be {_MOST_NAMED} at most")
        due = await open_invoices(session, account.id, first=named)
        missing = sorted(set(named) - {invoice.id for invoice in due})
        if missing:
            own = (Invoice.id == missing[0]) & (Invoice.account_id == account.id)
            if await session.scalar(select(Invoice.id).where(own)) is None:
                raise InvoiceNotFound(missing[0], field="invoiceIds")
            raise InvoiceNotPayable(missing[0])
        return due


def _payment(
    session: UnitOfWork,
    account: BillingAccount,
    *,
    amount: Money,
    method: PaymentMethod,
    reference: str | None,
    at: datetime | None,
) -> Payment:
    return Payment(
        account_id=account.id,
        customer_id=account.customer_id,
        method=method,
        reference=None if reference is None else values.text(reference, "reference"),
        currency=account.currency,
        amount_minor=_checked_amount(amount, account),
        allocated_minor=0,
        returned_minor=0,
        state=PaymentState.COMPLETED,
        received_at=_checked_instant(at, session.now),
        recorded_by=session.actor.subject,
        created_at=session.now,
    )


def _checked_amount(amount: Money, account: BillingAccount) -> int:
    if amount.currency != account.currency:
        raise WrongCurrency("amount", currency=account.currency)
    if not 0 < amount.minor <= _LARGEST_MINOR:
        raise Invalid("amount", "must be more than zero, and in range")
    return amount.minor


def _checked_instant(received_at: datetime | None, now: datetime) -> datetime:
    if received_at is None:
        return now
    if received_at.astimezone(UTC) > now + _SKEW:
        raise Invalid("receivedAt", "is in the future")
    return received_at


def _received(payment: Payment, *, reseller_id: int | None) -> PaymentReceived:
    return PaymentReceived(
        customer_id=payment.customer_id,
        reseller_id=reseller_id,
        payment_id=payment.id,
        amount_minor=payment.amount_minor,
        unallocated_minor=payment.amount_minor - payment.allocated_minor,
        currency=payment.currency,
        method=payment.method,
    )


async def _enter(session: UnitOfWork, payment: Payment) -> None:
    session.add(payment)
    try:
        await session.flush()
    except IntegrityError as error:
        if violated_constraint(error) == "payments_method_reference_key":
            raise PaymentAlreadyRecorded(payment.method, payment.reference or "") from error
        raise
