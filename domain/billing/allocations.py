"""Allocation by hand: a payment's credit pays a named invoice, or stops paying it."""

from sqlalchemy import select

from domain.billing.accounts import AccountService
from domain.billing.errors import (
    InvoiceNotFound,
    InvoiceNotPayable,
    NothingLeftOfPayment,
    WrongCurrency,
)
from domain.billing.events import AllocationCreated, InvoicePaid
from domain.billing.models import Invoice, Payment
from domain.billing.payment_changes import locked_payment, paid_parts, take_back
from domain.billing.policy import visible_invoices
from domain.billing.settlement import settle
from domain.kernel.access import Permission, require
from domain.kernel.errors import Conflict, Invalid
from domain.kernel.money import Money
from domain.kernel.unit_of_work import UnitOfWork

_ACT = "allocate payments"


class AllocationService:
    """The use cases of allocation by hand. ``amount`` None is as much as there is."""

    async def allocate(
        self, session: UnitOfWork, payment_id: int, invoice_id: int, *, amount: Money | None = None
    ) -> Payment:
        """
        Pay an invoice with what is left of a payment of the same account.

        Announces ``billing.allocation.created``, and ``billing.invoice.paid`` if nothing is left
        due.

        Raises:
            PaymentNotFound, InvoiceNotFound, PaymentDisputed, Invalid, WrongCurrency.
            InvoiceNotPayable: it has nothing due.
            NothingLeftOfPayment: less is left of the payment than was asked for.
        """
        require(session.actor, Permission.BILLING_WRITE, _ACT)
        customer, payment = await locked_payment(session, payment_id)
        invoice = await _invoice(session, payment, invoice_id)
        if not invoice.due_minor:
            raise InvoiceNotPayable(invoice.id)
        asked = _asked(amount, payment)
        if not payment.credit_minor or (asked or 0) > payment.credit_minor:
            raise NothingLeftOfPayment(Money(payment.credit_minor, payment.currency))
        if (asked or 0) > invoice.due_minor:
            raise Invalid("amount", "must not be more than the invoice has due")
        before = payment.allocated_minor
        paid = await settle(session, payments=[payment], invoices=[invoice], at_most=asked)
        await session.announce(
            AllocationCreated(
                customer_id=customer.id,
                reseller_id=customer.reseller_id,
                payment_id=payment.id,
                invoice_id=invoice.id,
                amount_minor=payment.allocated_minor - before,
                currency=payment.currency,
            )
        )
        for each in paid:
            await session.announce(InvoicePaid.of(each, reseller_id=customer.reseller_id))
        account = await AccountService().of(session, customer)
        await AccountService().close_if_settled(session, account, customer)
        return payment

    async def deallocate(
        self, session: UnitOfWork, payment_id: int, invoice_id: int, *, amount: Money | None = None
    ) -> Payment:
        """
        Have a payment no longer pay an invoice, which is due again: it becomes credit.

        Announces ``billing.allocation.reversed``.

        Raises:
            PaymentNotFound, InvoiceNotFound, PaymentDisputed, Invalid, WrongCurrency.
            Conflict: the payment pays nothing of the invoice, or less than was asked for.
        """
        require(session.actor, Permission.BILLING_WRITE, _ACT)
        customer, payment = await locked_payment(session, payment_id)
        wanted = await _invoice(session, payment, invoice_id)
        parts = {invoice.id: minor for invoice, minor in await paid_parts(session, payment)}
        paid = parts.get(wanted.id, 0)
        asked = _asked(amount, payment) or paid
        if not paid or asked > paid:
            raise Conflict(f"The payment pays {Money(paid, payment.currency).amount} of it")
        await take_back(session, payment, [(wanted, asked)], reseller_id=customer.reseller_id)
        return payment


async def _invoice(session: UnitOfWork, payment: Payment, invoice_id: int) -> Invoice:
    own = (Invoice.id == invoice_id) & (Invoice.account_id == payment.account_id)
    if await session.scalar(select(Invoice.id).where(own, visible_invoices(session.actor))) is None:
        raise InvoiceNotFound(invoice_id)
    found = await session.locked(Invoice, own)
    assert found is not None
    return found


def _asked(amount: Money | None, payment: Payment) -> int | None:
    if amount is None:
        return None
    if amount.currency != payment.currency:
        raise WrongCurrency("amount", currency=payment.currency)
    if amount.minor <= 0:
        raise Invalid("amount", "must be more than zero")
    return amount.minor
