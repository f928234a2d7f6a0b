"""The rounds of the gateway: invoices charged when they are due, and open outcomes found out."""

from collections.abc import Awaitable, Callable
from datetime import UTC, date, timedelta

import structlog
from sqlalchemy import Select, select

from domain.billing.attempts import AttemptService, attempts_to_reconcile
from domain.billing.autopay import Tried, next_try
from domain.billing.gateway import GatewayUnavailable
from domain.billing.gateway_models import PaymentAttempt, StoredMethod
from domain.billing.kinds import AttemptStatus, InvoiceStatus
from domain.billing.models import Invoice
from domain.billing.refunds import RefundService, refunds_to_make
from domain.kernel.access import SYSTEM
from domain.kernel.database import Database
from domain.kernel.errors import DomainError
from domain.kernel.money import Money
from domain.kernel.unit_of_work import UnitOfWork

_CHUNK = 500
#: So long a charge that was asked for may still be on its way.
_PATIENCE = timedelta(minutes=2)

logger = structlog.get_logger(__name__)


async def charge_due(database: Database) -> int:
    """
    Begin a charge for each customer of autopay with an invoice due; how many were begun.

    The oldest invoice comes first, one attempt for a customer at a time; failed ones are tried
    again by ``autopay.next_try``. Each is a transaction of its own; two rounds at once charge
    nothing twice.
    """
    begun = last = 0
    while chunk := await _due(database, after=last):
        for customer_id in chunk:
            begun += await _charge(database, customer_id)
        last = chunk[-1]
    return begun


async def reconcile_all(database: Database) -> int:
    """
    Ask the gateway about each attempt without an outcome, and for each refund that waits for it.

    How many there were. Each is a transaction of its own.
    """
    async with database.unit_of_work(SYSTEM) as session:
        before = session.now - _PATIENCE
        attempts = await attempts_to_reconcile(session, before=before)
        refunds = await refunds_to_make(session, before=before)
    for key in attempts:
        await _tried_to(database, AttemptService().reconcile, key)
    for key in refunds:
        await _tried_to(database, RefundService().carry_out, key)
    return len(attempts) + len(refunds)


async def _tried_to(
    database: Database, work: Callable[[UnitOfWork, int], Awaitable[None]], key: int
) -> None:
    try:
        async with database.unit_of_work(SYSTEM) as session:
            await work(session, key)
    except (DomainError, GatewayUnavailable) as failure:
        logger.warning("not reconciled", work=work.__qualname__, key=key, error=str(failure))


async def _due(database: Database, *, after: int) -> list[int]:
    async with database.unit_of_work(SYSTEM) as session:
        today = session.now.astimezone(UTC).date()
        found = await session.scalars(
            select(StoredMethod.customer_id)
            .where(
                StoredMethod.is_autopay,
                StoredMethod.customer_id > after,
                StoredMethod.customer_id.in_(_due_invoices(today, Invoice.customer_id)),
            )
            .order_by(StoredMethod.customer_id)
            .limit(_CHUNK)
        )
        return list(found.all())


def _due_invoices(today: date, *columns: object) -> Select[tuple[int]]:
    return select(*columns).where(  # type: ignore[call-overload, no-any-return]
        Invoice.status == InvoiceStatus.ISSUED,
        Invoice.paid_minor < Invoice.total_minor,
        Invoice.due_on <= today,
    )


async def _charge(database: Database, customer_id: int) -> bool:
    try:
        async with database.unit_of_work(SYSTEM) as session:
            return await charge_next(session, customer_id)
    except DomainError as failure:
        logger.warning("autopay passed by", customer_id=customer_id, code=failure.code)
        return False


async def charge_next(session: UnitOfWork, customer_id: int) -> bool:
    """Begin a charge for the customer's oldest due invoice that is to be tried now, if any."""
    today = session.now.astimezone(UTC).date()
    found = await session.scalars(
        select(Invoice)
        .where(Invoice.id.in_(_due_invoices(today, Invoice.id)), Invoice.customer_id == customer_id)
        .order_by(Invoice.due_on, Invoice.id)
    )
    tried = await _tried(session, customer_id)
    if any(each.status in _UNDER_WAY for attempts in tried.values() for each in attempts):
        return False
    for invoice in found.all():
        at = next_try(tried.get(invoice.id, []))
        if at is not None and at <= session.now:
            await AttemptService().begin(
                session,
                customer_id,
                amount=Money(invoice.due_minor, invoice.currency),
                invoice_id=invoice.id,
            )
            return True
    return False


async def _tried(session: UnitOfWork, customer_id: int) -> dict[int | None, list[Tried]]:
    """By invoice: the attempts with the present method of autopay, in their order."""
    attempt = PaymentAttempt
    rows = await session.execute(
        select(attempt.invoice_id, attempt.status, attempt.may_retry, attempt.created_at)
        .join(StoredMethod, StoredMethod.id == attempt.method_id)
        .where(attempt.customer_id == customer_id, StoredMethod.is_autopay)
        .order_by(attempt.id)
    )
    tried: dict[int | None, list[Tried]] = {}
    for invoice_id, status, may_retry, at in rows:
        tried.setdefault(invoice_id, []).append(Tried(status, may_retry, at))
    return tried


_UNDER_WAY = frozenset({AttemptStatus.PENDING, AttemptStatus.UNKNOWN})
