"""Reads of tax rates, and of the taxes of invoices."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import BigInteger, Select, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.billing import tax_records as records
from domain.billing.models import Invoice, InvoiceLine
from domain.billing.policy import visible_invoices
from domain.billing.tax_models import TaxRate
from domain.kernel.access import Actor, Permission, require
from domain.kernel.reads import one_of, remembered
from domain.kernel.records import fetch, select_record


async def tax_rates_by_country(
    connection: AsyncConnection, actor: Actor, countries: Collection[str]
) -> dict[str, list[records.TaxRate]]:
    """The rates of each country: the latest day first, past and future ones too."""
    grouped: dict[str, list[records.TaxRate]] = {}
    for rate in await fetch(connection, records.TaxRate, _rates(actor), keys=countries):
        grouped.setdefault(rate.country, []).append(rate)
    return grouped


async def tax_rates_by_id(
    connection: AsyncConnection, actor: Actor, tax_rate_ids: Collection[int]
) -> dict[int, records.TaxRate]:
    """The rates with these ids."""
    found = await fetch(connection, records.TaxRate, _rates_by_id(actor), keys=tax_rate_ids)
    return {rate.id: rate for rate in found}


async def tax_lines_by_invoice(
    connection: AsyncConnection, actor: Actor, invoice_ids: Collection[int]
) -> dict[int, list[records.TaxLine]]:
    """What each visible invoice bears at each rate, the highest rate first."""
    grouped: dict[int, list[records.TaxLine]] = {}
    for line in await fetch(connection, records.TaxLine, _tax_lines(actor), keys=invoice_ids):
        grouped.setdefault(line.invoice_id, []).append(line)
    return grouped


@remembered
def _rates(actor: Actor) -> Select[Any]:
    require(actor, Permission.BILLING_READ, "read tax rates")
    latest = (TaxRate.valid_from.desc(), TaxRate.id)
    return select_record(records.TaxRate, TaxRate).where(one_of(TaxRate.country)).order_by(*latest)


@remembered
def _rates_by_id(actor: Actor) -> Select[Any]:
    require(actor, Permission.BILLING_READ, "read tax rates")
    return select_record(records.TaxRate, TaxRate).where(one_of(TaxRate.id))


@remembered
def _tax_lines(actor: Actor) -> Select[Any]:
    require(actor, Permission.BILLING_READ, "read invoices")
    line = InvoiceLine
    key = (line.invoice_id, line.tax_percent)
    net, tax = (cast(func.sum(each), BigInteger) for each in (line.net_minor, line.tax_minor))
    columns: tuple[Any, ...] = (*key, net, tax, Invoice.currency)
    return (
        select(*columns)
        .join(Invoice, Invoice.id == line.invoice_id)
        .where(one_of(line.invoice_id), visible_invoices(actor))
        .group_by(*key, Invoice.currency)
        .order_by(line.invoice_id, line.tax_percent.desc())
    )
