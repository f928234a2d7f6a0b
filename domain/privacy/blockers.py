"""What keeps a person from being forgotten."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, exists, select

from domain.billing.kinds import InvoiceStatus
from domain.billing.models import Invoice, Payment
from domain.customer.models import Customer, CustomerStatus, SubscriptionState
from domain.kernel.unit_of_work import UnitOfWork
from domain.privacy.errors import ErasureBlocker
from domain.radius.models import RadiusSession

_OVER = frozenset(
    {SubscriptionState.INACTIVE, SubscriptionState.EXPIRED, SubscriptionState.CANCELLED}
)


async def blockers_of(
    session: UnitOfWork, customer: Customer, keep_sessions: timedelta
) -> list[ErasureBlocker]:
    """
    Why the locked customer cannot be erased now; empty if nothing is in the way.

    ``keep_sessions`` is how long law keeps the traffic data of a session that has ended.
    """
    found = [*_of_customer(customer)]
    connection = await session.connection()
    for blocker, model, check in _checks(session.now - keep_sessions):
        in_the_way = exists().where(model.customer_id == customer.id, check)
        if await connection.scalar(select(in_the_way)):
            found.append(blocker)
    return found


def _of_customer(customer: Customer) -> Iterator[ErasureBlocker]:
    if customer.deleted_at is None and customer.status is not CustomerStatus.CLOSED:
        yield ErasureBlocker.CUSTOMER_NOT_CLOSED
    if customer.subscription_state not in _OVER:
        yield ErasureBlocker.SUBSCRIPTION_NOT_ENDED


def _checks(kept_since: datetime) -> list[tuple[ErasureBlocker, Any, ColumnElement[bool]]]:
    """What is in the way where a row of the table passes the check."""
    unpaid = (Invoice.status == InvoiceStatus.ISSUED) & (Invoice.paid_minor < Invoice.total_minor)
    return [
        (ErasureBlocker.INVOICE_UNPAID, Invoice, unpaid),
        (ErasureBlocker.INVOICE_IN_DRAFT, Invoice, Invoice.status == InvoiceStatus.DRAFT),
        (
            ErasureBlocker.CREDIT_NOT_REFUNDED,
            Payment,
            Payment.allocated_minor + Payment.returned_minor < Payment.amount_minor,
        ),
        (ErasureBlocker.SESSION_OPEN, RadiusSession, RadiusSession.stopped_at.is_(None)),
        (
            ErasureBlocker.TRAFFIC_DATA_RETAINED,
            RadiusSession,
            RadiusSession.stopped_at > kept_since,
        ),
    ]
