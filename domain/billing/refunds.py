"""Refunds: money of a payment goes back to the payer, in part or whole."""

from datetime import datetime

from sqlalchemy import select

from domain.billing.accounts import AccountService
from domain.billing.errors import NothingLeftOfPayment, WrongCurrency
from domain.billing.events import PaymentRefunded
from domain.billing.gateway import KEY_LIVES, current_gateway
from domain.billing.gateway_models import PaymentAttempt
from domain.billing.kinds import PostingKind, RefundStatus
from domain.billing.models import Payment
from domain.billing.payment_changes import (
    free,
    get_back,
    give_back,
    locked_payment,
    settled_state,
)
from domain.billing.payment_models import Refund
from domain.customer.models import Customer
from domain.kernel import values
from domain.kernel.access import Permission, require
from domain.kernel.errors import Invalid
from domain.kernel.money import Money
from domain.kernel.unit_of_work import UnitOfWork


class RefundService:
    """The use cases of refunds."""

    async def refund(
        self,
        session: UnitOfWork,
        payment_id: int,
        *,
        reason: str,
        amount: Money | None = None,
        reference: str | None = None,
    ) -> Refund:
        """
        Give that much of a payment back, all that is left of it by default.

        Its credit goes first; then it stops paying invoices, the latest paid first, and they are
        due again. A refund of what a gateway took is PENDING until it confirms it: the money is
        off the account at once, and nobody can spend it meanwhile. Announces
        ``billing.payment.refunded``.

        Raises:
            PaymentNotFound, PaymentDisputed, Invalid, WrongCurrency.
            NothingLeftOfPayment: less of it is left than was asked for, or nothing.
        """
        require(session.actor, Permission.BILLING_WRITE, "refund payments")
        customer, payment = await locked_payment(session, payment_id)
        minor = _checked_amount(amount, payment)
        waits = await _gateway_reference(session, payment) is not None
        refund = Refund(
            payment_id=payment.id,
            customer_id=customer.id,
            amount_minor=minor,
            status=RefundStatus.PENDING if waits else RefundStatus.SUCCEEDED,
            reason=values.text(reason, "reason", longest=500),
            reference=None if reference is None else values.text(reference, "reference"),
            created_by=session.actor.subject,
            created_at=session.now,
            updated_at=session.now,
        )
        await free(session, payment, minor, reseller_id=customer.reseller_id)
        await give_back(session, payment, minor, PostingKind.REFUND)
        payment.state = settled_state(payment)
        session.add(refund)
        await session.flush()
        await session.announce(_told(customer, payment, refund))
        account = await AccountService().of(session, customer)
        await AccountService().close_if_settled(session, account, customer)
        return refund

    async def carry_out(self, session: UnitOfWork, refund_id: int) -> None:
        """
        Have the gateway make a PENDING refund, once however often it is asked, and settle it.

        One that is a day old is left to what the gateway tells on its own, and to staff.

        Raises:
            GatewayUnavailable: to be tried again.
        """
        require(session.actor, Permission.BILLING_WRITE, "refund payments")
        refund = await session.get(Refund, refund_id)
        if refund is None or refund.status is not RefundStatus.PENDING:
            return
        if refund.created_at + KEY_LIVES < session.now:
            return
        payment = await session.get_one(Payment, refund.payment_id)
        reference = await _gateway_reference(session, payment)
        if reference is None:
            return
        told = await current_gateway().refund(
            refund_id=refund.id,
            reference=reference,
            amount=Money(refund.amount_minor, payment.currency),
        )
        if told.status is not RefundStatus.PENDING:
            succeeded = told.status is RefundStatus.SUCCEEDED
            await self.settle_refund(
                session, refund_id, succeeded=succeeded, reference=told.reference
            )

    async def settle_refund(
        self, session: UnitOfWork, refund_id: int, *, succeeded: bool, reference: str | None = None
    ) -> None:
        """
        Note what the gateway says of a PENDING refund; one that failed is credit again.

        Announces ``billing.payment.refunded`` with the status. Repetitions change nothing.
        """
        require(session.actor, Permission.BILLING_WRITE, "refund payments")
        payment_id = await session.scalar(select(Refund.payment_id).where(Refund.id == refund_id))
        if payment_id is None:
            return
        customer, payment = await locked_payment(session, payment_id, though_disputed=True)
        refund = await session.locked(Refund, Refund.id == refund_id)
        if refund is None or refund.status is not RefundStatus.PENDING:
            return
        refund.status = RefundStatus.SUCCEEDED if succeeded else RefundStatus.FAILED
        refund.reference, refund.updated_at = reference or refund.reference, session.now
        if not succeeded:
            await get_back(session, payment, refund.amount_minor, PostingKind.REFUND)
            payment.state = settled_state(payment)
        await session.announce(_told(customer, payment, refund))


async def refunds_to_make(session: UnitOfWork, *, before: datetime) -> list[int]:
    """Ids of the refunds that wait for the gateway since before the instant."""
    found = await session.scalars(
        select(Refund.id)
        .where(
            Refund.status == RefundStatus.PENDING,
            Refund.created_at.between(session.now - KEY_LIVES, before),
        )
        .order_by(Refund.id)
    )
    return list(found.all())


def _told(customer: Customer, payment: Payment, refund: Refund) -> PaymentRefunded:
    return PaymentRefunded(
        customer_id=customer.id,
        reseller_id=customer.reseller_id,
        payment_id=payment.id,
        refund_id=refund.id,
        amount_minor=refund.amount_minor,
        currency=payment.currency,
        status=refund.status,
    )


async def _gateway_reference(session: UnitOfWork, payment: Payment) -> str | None:
    """The gateway's name for the charge that the payment came by, if it did."""
    return await session.scalar(
        select(PaymentAttempt.reference).where(PaymentAttempt.payment_id == payment.id)
    )


def _checked_amount(amount: Money | None, payment: Payment) -> int:
    left = Money(payment.amount_minor - payment.returned_minor, payment.currency)
    if amount is not None and amount.currency != payment.currency:
        raise WrongCurrency("amount", currency=payment.currency)
    minor = left.minor if amount is None else amount.minor
    if amount is not None and minor <= 0:
        raise Invalid("amount", "must be more than zero")
    if not 0 < minor <= left.minor:
        raise NothingLeftOfPayment(left)
    return minor
