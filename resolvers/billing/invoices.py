"""Fields that return invoices and their lines."""

from collections.abc import Awaitable
from typing import Any

from domain.billing import invoice_queries, records
from domain.billing.invoice_queries import InvoiceFilter, InvoiceList
from resolvers.connections import Listing
from resolvers.info import Info


def by_id(info: Info, invoice_id: int) -> Awaitable[records.Invoice | None]:
    """The visible invoice with this id."""
    return info.loaders.invoice_by_id.load(invoice_id)


def by_number(info: Info, number: str) -> Awaitable[records.Invoice | None]:
    """The visible invoice with this number, in any case."""
    return info.loaders.invoice_by_number.load(number.strip().upper())


async def invoice_list(info: Info, asked: InvoiceList) -> Listing[records.Invoice]:
    """Query.invoices: a page of all visible invoices that pass the filter."""
    async with info.context.reading() as connection:
        page = await invoice_queries.invoice_page(connection, info.actor, asked)
    return Listing(page, lambda: invoice_count(info, asked.filter))


async def invoice_count(info: Info, wanted: InvoiceFilter) -> int:
    """How many visible invoices pass the filter."""
    async with info.context.reading() as connection:
        return await invoice_queries.invoice_count(connection, info.actor, wanted)


def invoice_lines(root: records.Invoice, info: Info) -> Awaitable[list[records.InvoiceLine]]:
    """Invoice.lines"""
    return info.loaders.invoice_lines_by_invoice.load(root.id)


def allocated_to(root: Any, info: Info) -> Awaitable[records.Invoice | None]:
    """PaymentAllocation.invoice"""
    return info.loaders.invoice_by_id.load(root.invoice_id)
