"""Fields that return billing runs and what became of accounts in them."""

import asyncio
from collections.abc import Awaitable

from domain.billing import records as billing
from domain.billing import run_queries
from domain.billing import run_records as records
from domain.billing.kinds import ItemState
from domain.billing.run_queries import RunItemFilter, RunItemList
from domain.kernel.paging import Slice
from resolvers.connections import Listing
from resolvers.info import Info

_MOST_OF_A_RUN = 100


def by_id(info: Info, run_id: int) -> Awaitable[records.BillingRun | None]:
    """The visible run with this id."""
    return info.loaders.billing_run_by_id.load(run_id)


async def run_list(info: Info, part: Slice) -> Listing[records.BillingRun]:
    """Query.billingRuns: a page of all visible runs, the latest first."""
    async with info.context.reading() as connection:
        page = await run_queries.run_page(connection, info.actor, part)
    return Listing(page, lambda: run_count(info))


async def run_count(info: Info) -> int:
    """How many visible runs there are."""
    async with info.context.reading() as connection:
        return await run_queries.run_count(connection, info.actor)


def item_invoice(
    root: records.BillingRunItem, info: Info
) -> Awaitable[billing.Invoice | None] | None:
    """BillingRunItem.invoice"""
    key = root.invoice_id
    return None if key is None else info.loaders.invoice_by_id.load(key)


async def run_invoices(root: records.BillingRun, info: Info) -> list[billing.Invoice]:
    """BillingRun.invoices: the first hundred."""
    keys = [item.invoice_id for item in await _first(root, info, ItemState.ISSUED)]
    load = info.loaders.invoice_by_id.load
    found = await asyncio.gather(*(load(key) for key in keys if key is not None))
    return [invoice for invoice in found if invoice is not None]


async def run_skipped(root: records.BillingRun, info: Info) -> list[records.BillingRunItem]:
    """BillingRun.skipped: the first hundred."""
    return await _first(root, info, ItemState.SKIPPED)


async def _first(
    root: records.BillingRun, info: Info, state: ItemState
) -> list[records.BillingRunItem]:
    asked = RunItemList(Slice(first=_MOST_OF_A_RUN), RunItemFilter(state))
    return [*(await info.loaders.items_by_billing_run.load((root.id, asked))).nodes]
