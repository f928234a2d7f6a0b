"""Disputes: a payer takes a payment back at the bank or gateway, and wins or loses."""

from sqlalchemy import exists, select

from domain.billing.events import PaymentDisputeClosed, PaymentDisputeOpened
from domain.billing.kinds import DisputeStatus, PaymentState, PostingKind
from domain.billing.models import Payment
from domain.billing.payment_changes import (
    free,
    give_back,
    locked_payment,
    settled_state,
)
from domain.billing.payment_models import Dispute
from domain.kernel import values
from domain.kernel.access import Permission, require
from domain.kernel.errors import Conflict
from domain.kernel.unit_of_work import UnitOfWork

_ACT = "dispute payments"


class DisputeService:
    """The use cases of disputes. While one is open the account is not dunned any further."""

    async def open_dispute(self, session: UnitOfWork, payment_id: int, *, reason: str) -> Payment:
        """
        Note that the payer disputes the payment: it pays what it pays until that is decided.

        Announces ``billing.payment.disputed``.

        Raises:
            PaymentNotFound, Invalid.
            PaymentDisputed: it is already.
            Conflict: nothing is left of the payment that could be taken back.
        """
        require(session.actor, Permission.BILLING_WRITE, _ACT)
        customer, payment = await locked_payment(session, payment_id)
        if payment.returned_minor == payment.amount_minor:
            raise Conflict("All of the payment was given back", path=["paymentId"])
        session.add(
            Dispute(
                payment_id=payment.id,
                customer_id=customer.id,
                status=DisputeStatus.OPEN,
                reason=values.text(reason, "reason", longest=500),
                opened_at=session.now,
            )
        )
        payment.state = PaymentState.DISPUTED
        await session.announce(
            PaymentDisputeOpened(
                customer_id=customer.id,
                reseller_id=customer.reseller_id,
                payment_id=payment.id,
                amount_minor=payment.amount_minor - payment.returned_minor,
                currency=payment.currency,
            )
        )
        return payment

    async def close_dispute(self, session: UnitOfWork, payment_id: int, *, won: bool) -> Payment:
        """
        Note how a dispute ended: won, and all is as before; lost, and the payment is charged back.

        What a payment paid that is charged back is due again. Announces
        ``billing.payment.dispute_closed``.

        Raises:
            PaymentNotFound.
            Conflict: no dispute is open.
        """
        require(session.actor, Permission.BILLING_WRITE, _ACT)
        customer, payment = await locked_payment(session, payment_id, though_disputed=True)
        dispute = await session.locked(
            Dispute, Dispute.payment_id == payment.id, Dispute.status == DisputeStatus.OPEN
        )
        if dispute is None:
            raise Conflict("The payment is not disputed", path=["paymentId"])
        dispute.status = DisputeStatus.WON if won else DisputeStatus.LOST
        dispute.closed_at = session.now
        left = payment.amount_minor - payment.returned_minor
        payment.state = settled_state(payment)
        if not won:
            await free(session, payment, left, reseller_id=customer.reseller_id)
            await give_back(session, payment, left, PostingKind.CHARGEBACK)
            payment.state = PaymentState.CHARGED_BACK
        await session.announce(
            PaymentDisputeClosed(
                customer_id=customer.id,
                reseller_id=customer.reseller_id,
                payment_id=payment.id,
                amount_minor=left,
                currency=payment.currency,
                status=dispute.status,
            )
        )
        return payment


async def has_open_dispute(session: UnitOfWork, customer_id: int) -> bool:
    """Whether a payment of the customer's is disputed."""
    is_open = exists().where(
        Dispute.customer_id == customer_id, Dispute.status == DisputeStatus.OPEN
    )
    return bool(await session.scalar(select(is_open)))
