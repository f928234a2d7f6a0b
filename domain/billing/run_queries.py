"""Reads of billing runs and their items: for those who see all rows."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Select, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.billing import run_records as records
from domain.billing.kinds import ItemState
from domain.billing.policy import visible_runs
from domain.billing.run_models import BillingRun, BillingRunItem
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
from domain.kernel.records import fetch, select_record


@dataclass(frozen=True, slots=True)
class RunItemFilter:
    """Which items: all unless a state is given."""

    state: ItemState | None = None


@dataclass(frozen=True, slots=True)
class RunItemList:
    """The items of a run as a client asks for them, in the order of customers."""

    part: Slice
    filter: RunItemFilter = RunItemFilter()


_RUNS = Ordering("STARTED", (BillingRun.id,), descending=True)
_ITEMS = Ordering("CUSTOMER", (BillingRunItem.id,))
_COUNTED = (None, ItemState.PENDING, ItemState.ISSUED, ItemState.SKIPPED, ItemState.FAILED)


async def runs_by_id(
    connection: AsyncConnection, actor: Actor, run_ids: Collection[int]
) -> dict[int, records.BillingRun]:
    """The visible runs with these ids."""
    found = await fetch(connection, records.BillingRun, _runs_by_id(actor), keys=run_ids)
    return {run.id: run for run in found}


async def run_page(
    connection: AsyncConnection, actor: Actor, part: Slice
) -> Page[records.BillingRun]:
    """One page of the visible runs, the latest first."""
    return await page_of(connection, records.BillingRun, _runs(actor), order=_RUNS, part=part)


async def run_count(connection: AsyncConnection, actor: Actor) -> int:
    """How many visible runs there are."""
    return await count_of(connection, _runs(actor))


async def item_pages_by_run(
    connection: AsyncConnection, actor: Actor, run_ids: Collection[int], asked: RunItemList
) -> dict[int, Page[records.BillingRunItem]]:
    """The same page of each run's items that pass the filter."""
    return await pages_by_parent(
        connection,
        records.BillingRunItem,
        _items(actor, asked.filter),
        parent=BillingRunItem.run_id,
        parents=run_ids,
        order=_ITEMS,
        part=asked.part,
        bound_to=asked.filter,
    )


async def item_counts_by_run(
    connection: AsyncConnection, actor: Actor, run_ids: Collection[int], wanted: RunItemFilter
) -> dict[int, int]:
    """How many items each run has that pass the filter."""
    return await counts_by_parent(
        connection, _items(actor, wanted), parent=BillingRunItem.run_id, parents=run_ids
    )


@remembered
def _runs_by_id(actor: Actor) -> Select[Any]:
    return _select_runs(actor).where(one_of(BillingRun.id))


@remembered
def _runs(actor: Actor) -> Select[Any]:
    return _select_runs(actor)


def _select_runs(actor: Actor) -> Select[Any]:
    require(actor, Permission.BILLING_READ, "read billing runs")
    own = records.BillingRun.__slots__[: -len(_COUNTED)]
    columns = (getattr(BillingRun, name) for name in own)
    return select(*columns, *map(_count, _COUNTED)).where(visible_runs(actor))


def _count(state: ItemState | None) -> Any:
    """How many items the surrounding select's run has in the state, or at all."""
    counted = select(func.count()).where(BillingRunItem.run_id == BillingRun.id)
    if state is not None:
        counted = counted.where(BillingRunItem.state == state)
    return cast(counted.correlate(BillingRun).scalar_subquery(), BigInteger)


@remembered
def _items(actor: Actor, wanted: RunItemFilter) -> Select[Any]:
    require(actor, Permission.BILLING_READ, "read billing runs")
    items = select_record(records.BillingRunItem, BillingRunItem).where(visible_runs(actor))
    return items if wanted.state is None else items.where(BillingRunItem.state == wanted.state)
