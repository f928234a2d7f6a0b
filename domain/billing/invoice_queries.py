"""Reads of invoices and their lines: only rows of the actor's scope."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Date, Select, and_, func, literal_column, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.billing import models, records
from domain.billing.kinds import InvoiceStatus, PaymentStatus
from domain.billing.policy import visible_invoices
from domain.kernel.access import Actor, Permission, require
from domain.kernel.paging import (
    Ordering,
    Page,
    Slice,
    count_of,
    counts_by_parent,
    page_of,
    pages_by_parent,
)
from domain.kernel.reads import one_of, remembered
from domain.kernel.records import fetch


class InvoiceOrderField(StrEnum):
    """What a list of invoices can be ordered by. Drafts are due after all others."""

    CREATED_AT = "CREATED_AT"
    DUE_ON = "DUE_ON"
    TOTAL = "TOTAL"


@dataclass(frozen=True, slots=True)
class InvoiceFilter:
    """All that are given must hold; the last day of a range is not in it."""

    status: tuple[InvoiceStatus, ...] | None = None
    payment_status: tuple[PaymentStatus, ...] | None = None
    is_overdue: bool | None = None
    issued_from: date | None = None
    issued_to: date | None = None
    due_from: date | None = None
    due_to: date | None = None


@dataclass(frozen=True, slots=True)
class InvoiceList:
    """A list of invoices as a client asks for it. TOTAL orders by minor units, in any currency."""

    part: Slice
    filter: InvoiceFilter = InvoiceFilter()
    order_by: InvoiceOrderField = InvoiceOrderField.CREATED_AT
    descending: bool = True


_invoice = models.Invoice
#: As text, not as a value: it is part of an index.
_NEVER: ColumnElement[date] = literal_column("'9999-12-31'::date", Date)
_SORT_COLUMNS: dict[InvoiceOrderField, tuple[Any, ...]] = {
    InvoiceOrderField.CREATED_AT: (_invoice.created_at, _invoice.id),
    InvoiceOrderField.DUE_ON: (
        func.coalesce(_invoice.due_on, _NEVER),
        _invoice.id,
    ),
    InvoiceOrderField.TOTAL: (_invoice.total_minor, _invoice.id),
}
_is_issued = _invoice.status == InvoiceStatus.ISSUED
_is_overdue = and_(
    _is_issued,
    _invoice.paid_minor < _invoice.total_minor,
    func.coalesce(_invoice.due_on < func.current_date(), False),
)
_HAS_PAYMENT_STATUS: dict[PaymentStatus, ColumnElement[bool]] = {
    PaymentStatus.PAID: _is_issued
    & (_invoice.paid_minor == _invoice.total_minor)
    & (_invoice.written_off_minor == 0),
    PaymentStatus.WRITTEN_OFF: _is_issued & (_invoice.written_off_minor > 0),
    PaymentStatus.PARTIALLY_PAID: _is_issued
    & (_invoice.paid_minor > 0)
    & (_invoice.paid_minor < _invoice.total_minor),
    PaymentStatus.UNPAID: _is_issued & (_invoice.paid_minor == 0) & (_invoice.total_minor > 0),
}


async def invoices_by_id(
    connection: AsyncConnection, actor: Actor, invoice_ids: Collection[int]
) -> dict[int, records.Invoice]:
    """The visible invoices with these ids."""
    statement = _by_key(actor, _invoice.id)
    found = await fetch(connection, records.Invoice, statement, keys=invoice_ids)
    return {invoice.id: invoice for invoice in found}


async def invoices_by_number(
    connection: AsyncConnection, actor: Actor, numbers: Collection[str]
) -> dict[str, records.Invoice]:
    """The visible invoices with these numbers."""
    statement = _by_key(actor, _invoice.number)
    found = await fetch(connection, records.Invoice, statement, keys=numbers)
    return {invoice.number or "": invoice for invoice in found}


async def invoice_page(
    connection: AsyncConnection, actor: Actor, asked: InvoiceList
) -> Page[records.Invoice]:
    """One page of the visible invoices that pass the filter."""
    return await page_of(
        connection,
        records.Invoice,
        _matching(actor, asked.filter),
        order=_ordering(asked),
        part=asked.part,
        bound_to=asked.filter,
    )


async def invoice_count(connection: AsyncConnection, actor: Actor, wanted: InvoiceFilter) -> int:
    """How many visible invoices pass the filter."""
    return await count_of(connection, _matching(actor, wanted))


async def invoice_pages_by_customer(
    connection: AsyncConnection, actor: Actor, customer_ids: Collection[int], asked: InvoiceList
) -> dict[int, Page[records.Invoice]]:
    """The same page of each customer's invoices that pass the filter."""
    return await pages_by_parent(
        connection,
        records.Invoice,
        _matching(actor, asked.filter),
        parent=_invoice.customer_id,
        parents=customer_ids,
        order=_ordering(asked),
        part=asked.part,
        bound_to=asked.filter,
    )


async def invoice_counts_by_customer(
    connection: AsyncConnection, actor: Actor, customer_ids: Collection[int], wanted: InvoiceFilter
) -> dict[int, int]:
    """How many invoices each customer has that pass the filter."""
    return await counts_by_parent(
        connection, _matching(actor, wanted), parent=_invoice.customer_id, parents=customer_ids
    )


async def lines_by_invoice(
    connection: AsyncConnection, actor: Actor, invoice_ids: Collection[int]
) -> dict[int, list[records.InvoiceLine]]:
    """The lines of each visible invoice, in their order."""
    grouped: dict[int, list[records.InvoiceLine]] = {}
    for found in await fetch(connection, records.InvoiceLine, _lines(actor), keys=invoice_ids):
        grouped.setdefault(found.invoice_id, []).append(found)
    return grouped


def _ordering(asked: InvoiceList) -> Ordering:
    return Ordering(asked.order_by, _SORT_COLUMNS[asked.order_by], asked.descending)


@remembered
def _lines(actor: Actor) -> Select[Any]:
    require(actor, Permission.BILLING_READ, "read invoices")
    line = models.InvoiceLine
    *own, _currency = records.InvoiceLine.__slots__
    return (
        select(*(getattr(line, name) for name in own), _invoice.currency)
        .join(_invoice, _invoice.id == line.invoice_id)
        .where(one_of(line.invoice_id), visible_invoices(actor))
        .order_by(line.invoice_id, line.position)
    )


@remembered
def _by_key(actor: Actor, column: Any) -> Select[Any]:
    return _invoices(actor).where(one_of(column))


def _invoices(actor: Actor) -> Select[Any]:
    require(actor, Permission.BILLING_READ, "read invoices")
    *own, _overdue = records.Invoice.__slots__
    return select(
        *(getattr(_invoice, name) for name in own), _is_overdue.label("is_overdue")
    ).where(visible_invoices(actor))


@remembered
def _matching(actor: Actor, wanted: InvoiceFilter) -> Select[Any]:
    statement = _invoices(actor)
    if wanted.status is not None:
        statement = statement.where(_invoice.status.in_(wanted.status))
    if wanted.payment_status is not None:
        chosen = [_HAS_PAYMENT_STATUS[status] for status in wanted.payment_status]
        statement = statement.where(or_(False, *chosen))
    if wanted.is_overdue is not None:
        statement = statement.where(_is_overdue if wanted.is_overdue else ~_is_overdue)
    return statement.where(*_in_ranges(wanted))


def _in_ranges(wanted: InvoiceFilter) -> list[ColumnElement[bool]]:
    ranges = (
        (_invoice.issued_on, wanted.issued_from, wanted.issued_to),
        (_invoice.due_on, wanted.due_from, wanted.due_to),
    )
    starts = [column >= start for column, start, _ in ranges if start is not None]
    ends = [column < end for column, _, end in ranges if end is not None]
    return starts + ends
