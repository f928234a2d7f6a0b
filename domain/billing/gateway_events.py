"""What the gateway tells on its own: taken in once, whatever is repeated or comes late."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert

from domain.billing.attempts import AttemptService
from domain.billing.disputes import DisputeService
from domain.billing.gateway_models import GatewayEvent, PaymentAttempt
from domain.billing.kinds import PaymentState, RefundStatus
from domain.billing.models import Payment
from domain.billing.refunds import RefundService
from domain.billing.stripe_gateway import REFUNDS, outcome_of
from domain.kernel.access import Permission, require, service
from domain.kernel.unit_of_work import UnitOfWork

_GATEWAY = "stripe"
#: What a dispute's end is called that leaves the money here (docs.stripe.com/api/disputes).
_WON = frozenset({"won", "warning_closed"})


#: Who acts upon what Stripe tells.
STRIPE = service(
    "service:stripe",
    (Permission.BILLING_READ, Permission.BILLING_WRITE, Permission.CUSTOMER_READ),
)


async def take_in(session: UnitOfWork, event: Mapping[str, Any]) -> bool:
    """
    Act on one of Stripe's events, whose signature was checked; False if it was taken in before.

    Types that are none of ours, and objects that we did not make, change nothing.
    """
    require(session.actor, Permission.BILLING_WRITE, "record payments")
    entry = insert(GatewayEvent).values(
        gateway=_GATEWAY, event_id=event["id"], type=event["type"], received_at=session.now
    )
    entered = entry.on_conflict_do_nothing().returning(GatewayEvent.event_id)
    if await session.scalar(entered) is None:
        return False
    react = _REACTIONS.get(event["type"])
    if react is not None:
        await react(session, event["data"]["object"])
    return True


async def _settle_attempt(session: UnitOfWork, intent: Mapping[str, Any]) -> None:
    attempt = _key(intent, "attempt")
    if attempt is not None:
        await AttemptService().settle(session, attempt, outcome_of(intent))


async def _settle_refund(session: UnitOfWork, refund: Mapping[str, Any]) -> None:
    key, status = _key(refund, "refund"), REFUNDS.get(refund.get("status") or "")
    if key is not None and status is not None:
        succeeded = status is RefundStatus.SUCCEEDED
        await RefundService().settle_refund(
            session, key, succeeded=succeeded, reference=refund["id"]
        )


async def _open_dispute(session: UnitOfWork, dispute: Mapping[str, Any]) -> None:
    payment = await _payment_of(session, dispute)
    if payment is None or payment.state is PaymentState.DISPUTED:
        return
    if payment.returned_minor < payment.amount_minor:
        reason = dispute.get("reason") or "unknown"
        await DisputeService().open_dispute(session, payment.id, reason=reason)


async def _close_dispute(session: UnitOfWork, dispute: Mapping[str, Any]) -> None:
    # The beginning may come after the end, or never.
    await _open_dispute(session, dispute)
    payment = await _payment_of(session, dispute)
    if payment is not None and payment.state is PaymentState.DISPUTED:
        won = dispute["status"] in _WON
        await DisputeService().close_dispute(session, payment.id, won=won)


async def _payment_of(session: UnitOfWork, dispute: Mapping[str, Any]) -> Payment | None:
    return await session.scalar(
        select(Payment)
        .join(PaymentAttempt, PaymentAttempt.payment_id == Payment.id)
        .where(PaymentAttempt.reference == dispute.get("payment_intent"))
    )


def _key(thing: Mapping[str, Any], name: str) -> int | None:
    """Our key that the gateway was given with the object; it may be another program's."""
    text = str((thing.get("metadata") or {}).get(name, ""))
    return int(text) if text.isdecimal() and len(text) < 10 else None


_REACTIONS = {
    "payment_intent.succeeded": _settle_attempt,
    "payment_intent.payment_failed": _settle_attempt,
    "payment_intent.canceled": _settle_attempt,
    "refund.updated": _settle_refund,
    "refund.failed": _settle_refund,
    "charge.refund.updated": _settle_refund,
    "charge.dispute.created": _open_dispute,
    "charge.dispute.closed": _close_dispute,
}
