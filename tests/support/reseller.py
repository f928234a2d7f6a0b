"""Builders of resellers, paid invoices and the commission on them."""

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from itertools import count
from typing import Any, ClassVar

from sqlalchemy import select

from domain.kernel.access import SYSTEM
from domain.kernel.database import Database
from domain.kernel.events import Event, EventRow, LoggedEvent
from domain.kernel.ids import uuid7
from domain.kernel.money import Money
from domain.reseller.commands import CreateReseller, PaidInvoice
from domain.reseller.commissions import CommissionService
from domain.reseller.handlers import HANDLERS
from domain.reseller.models import CommissionEntry, Reseller, ResellerStatus

#: When invoices of tests are paid.
PAID_AT = datetime(2025, 3, 14, 19, 30, tzinfo=UTC)

_numbers = count(1)


@dataclass(frozen=True, kw_only=True)
class InvoicePaid(Event):
    """The billing module's event, as far as commission reads it."""

    type: ClassVar[str] = "billing.invoice.paid"

    invoice_id: int
    invoice_number: str
    net_minor: int
    total_minor: int
    currency: str


def a_reseller(**facts: Any) -> CreateReseller:
    """An active reseller that earns ten per cent, unless told otherwise."""
    number = next(_numbers)
    defaults: dict[str, Any] = {
        "code": f"NET-{number}",
        "name": f"Net {number}",
        "status": ResellerStatus.ACTIVE,
        "commission_percent": Decimal("10.00"),
    }
    return CreateReseller(**{**defaults, **facts})


def a_paid_invoice(reseller_id: int, customer_id: int, **facts: Any) -> PaidInvoice:
    """An invoice of EUR 100.00 net, paid on 14 March 2025."""
    number = next(_numbers)
    defaults: dict[str, Any] = {
        "invoice_id": number,
        "invoice_number": f"2025-{number:06}",
        "net": Money(10_000, "EUR"),
        "paid_at": PAID_AT,
    }
    return PaidInvoice(reseller_id=reseller_id, customer_id=customer_id, **{**defaults, **facts})


def invoice_paid(paid: PaidInvoice, *, reseller_id: int | None) -> LoggedEvent:
    """The event that tells of the payment, as a handler gets it."""
    return LoggedEvent(
        position=1,
        event_id=uuid7(),
        type="billing.invoice.paid",
        spec_version=1,
        stream=f"customer:{paid.customer_id}",
        seq=1,
        customer_id=paid.customer_id,
        reseller_id=reseller_id,
        occurred_at=paid.paid_at,
        actor="system",
        trace_id=None,
        transaction_id=uuid7(),
        data={
            "customer_id": paid.customer_id,
            "invoice_id": paid.invoice_id,
            "invoice_number": paid.invoice_number,
            "net_minor": paid.net.minor,
            "total_minor": paid.net.minor * 123 // 100,
            "currency": paid.net.currency,
        },
    )


async def announced_payment(database: Database, paid: PaidInvoice) -> None:
    """Announce the payment as the billing module does."""
    async with database.unit_of_work(SYSTEM) as session:
        await session.announce(
            InvoicePaid(
                customer_id=paid.customer_id,
                reseller_id=paid.reseller_id,
                invoice_id=paid.invoice_id,
                invoice_number=paid.invoice_number,
                net_minor=paid.net.minor,
                total_minor=paid.net.minor * 123 // 100,
                currency=paid.net.currency,
            )
        )


async def delivered(database: Database, event: LoggedEvent) -> None:
    """Handle the event as the bus does: as the system, in a transaction of its own."""
    async with database.unit_of_work(SYSTEM) as session:
        await HANDLERS[event.type](session, event)


async def earning_reseller(
    database: Database, *, parent_id: int | None = None, percent: str = "10.00", **facts: Any
) -> int:
    """Create an ACTIVE reseller row with a commission, below ``parent_id`` if given; its id."""
    number = next(_numbers)
    defaults: dict[str, Any] = {"code": f"EARN-{number}", "name": f"Earner {number}"}
    async with database.unit_of_work(SYSTEM) as session:
        row = Reseller(
            parent_id=parent_id, commission_percent=Decimal(percent), **{**defaults, **facts}
        )
        session.add(row)
        await session.flush()
        return row.id


async def accrued(database: Database, reseller_id: int, customer_id: int, **facts: Any) -> int:
    """Accrue commission on an invoice; the entry's id."""
    async with database.unit_of_work(SYSTEM) as session:
        entry_id = await CommissionService().accrue(
            session, a_paid_invoice(reseller_id, customer_id, **facts)
        )
        assert entry_id is not None
        return entry_id


async def entries(database: Database) -> list[CommissionEntry]:
    """All commission entries, oldest first."""
    async with database.session(SYSTEM) as session:
        found = await session.scalars(select(CommissionEntry).order_by(CommissionEntry.id))
        return list(found)


async def announced_events(database: Database) -> list[tuple[str, str, dict[str, Any]]]:
    """Type, stream and data of the reseller module's events, in order."""
    async with database.reading() as connection:
        rows = await connection.execute(
            select(EventRow.type, EventRow.stream, EventRow.data)
            .where(EventRow.type.startswith("reseller."))
            .order_by(EventRow.id)
        )
        return [(row.type, row.stream, row.data) for row in rows]
