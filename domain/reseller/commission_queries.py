"""Reads of commission: for staff who may read it, and for resellers within their subtree."""

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import Select, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.types import BigInteger

from domain.kernel.access import Actor, Permission, require
from domain.kernel.paging import Ordering, Page, Slice, counts_by_parent, pages_by_parent
from domain.kernel.reads import one_of, remembered
from domain.kernel.records import fetch, select_record
from domain.reseller import models, records
from domain.reseller.models import CommissionKind, CommissionState
from domain.reseller.policy import visible_entries, visible_settlements


class CommissionFilter(NamedTuple):
    """All that are given must hold; ``period`` is a month as ``2025-03``."""

    state: CommissionState | None = None
    kind: CommissionKind | None = None
    period: str | None = None


class CommissionList(NamedTuple):
    """A list of commission entries as a client asks for it, newest first."""

    part: Slice
    filter: CommissionFilter = CommissionFilter()


_NEWEST_ENTRY = Ordering("newest", (models.CommissionEntry.id,), descending=True)
_NEWEST_SETTLEMENT = Ordering("newest", (models.CommissionSettlement.id,), descending=True)


async def commissions_by_id(
    connection: AsyncConnection, actor: Actor, entry_ids: Collection[int]
) -> dict[int, records.CommissionEntry]:
    """The visible entries with these ids."""
    statement = _entries_by_id(actor)
    found = await fetch(connection, records.CommissionEntry, statement, keys=entry_ids)
    return {entry.id: entry for entry in found}


async def commission_pages_by_customer(
    connection: AsyncConnection, actor: Actor, customer_ids: Collection[int], asked: CommissionList
) -> dict[int, Page[records.CommissionEntry]]:
    """The same page of what was earned on each customer."""
    return await _entry_pages(
        connection, actor, models.CommissionEntry.customer_id, customer_ids, asked
    )


async def commission_counts_by_customer(
    connection: AsyncConnection,
    actor: Actor,
    customer_ids: Collection[int],
    wanted: CommissionFilter,
) -> dict[int, int]:
    """How many entries each customer has."""
    return await counts_by_parent(
        connection,
        _entries(actor, wanted),
        parent=models.CommissionEntry.customer_id,
        parents=customer_ids,
    )


async def commission_pages_by_reseller(
    connection: AsyncConnection, actor: Actor, reseller_ids: Collection[int], asked: CommissionList
) -> dict[int, Page[records.CommissionEntry]]:
    """The same page of each reseller's own (not its sub-resellers') entries."""
    return await _entry_pages(
        connection, actor, models.CommissionEntry.reseller_id, reseller_ids, asked
    )


async def commission_counts_by_reseller(
    connection: AsyncConnection,
    actor: Actor,
    reseller_ids: Collection[int],
    wanted: CommissionFilter,
) -> dict[int, int]:
    """How many entries of its own each reseller has."""
    return await counts_by_parent(
        connection,
        _entries(actor, wanted),
        parent=models.CommissionEntry.reseller_id,
        parents=reseller_ids,
    )


async def commission_pages_by_settlement(
    connection: AsyncConnection,
    actor: Actor,
    settlement_ids: Collection[int],
    asked: CommissionList,
) -> dict[int, Page[records.CommissionEntry]]:
    """The same page of the entries on each statement."""
    return await _entry_pages(
        connection, actor, models.CommissionEntry.settlement_id, settlement_ids, asked
    )


async def commission_counts_by_settlement(
    connection: AsyncConnection,
    actor: Actor,
    settlement_ids: Collection[int],
    wanted: CommissionFilter,
) -> dict[int, int]:
    """How many entries are on each statement."""
    return await counts_by_parent(
        connection,
        _entries(actor, wanted),
        parent=models.CommissionEntry.settlement_id,
        parents=settlement_ids,
    )


async def commission_totals_by_reseller(
    connection: AsyncConnection, actor: Actor, reseller_ids: Collection[int]
) -> dict[int, list[records.CommissionTotal]]:
    """What each reseller's own entries add up to, by currency and state; others are left out."""
    statement = _totals(actor)
    totals: dict[int, list[records.CommissionTotal]] = {}
    for total in await fetch(connection, records.CommissionTotal, statement, keys=reseller_ids):
        totals.setdefault(total.reseller_id, []).append(total)
    return totals


async def settlements_by_id(
    connection: AsyncConnection, actor: Actor, settlement_ids: Collection[int]
) -> dict[int, records.CommissionSettlement]:
    """The visible statements with these ids."""
    statement = _settlements_by_id(actor)
    found = await fetch(connection, records.CommissionSettlement, statement, keys=settlement_ids)
    return {settlement.id: settlement for settlement in found}


async def settlement_pages_by_reseller(
    connection: AsyncConnection, actor: Actor, reseller_ids: Collection[int], part: Slice
) -> dict[int, Page[records.CommissionSettlement]]:
    """A page of each reseller's statements, newest first."""
    return await pages_by_parent(
        connection,
        records.CommissionSettlement,
        _settlements(actor),
        parent=models.CommissionSettlement.reseller_id,
        parents=reseller_ids,
        order=_NEWEST_SETTLEMENT,
        part=part,
    )


async def settlement_counts_by_reseller(
    connection: AsyncConnection, actor: Actor, reseller_ids: Collection[int]
) -> dict[int, int]:
    """How many statements each reseller has."""
    return await counts_by_parent(
        connection,
        _settlements(actor),
        parent=models.CommissionSettlement.reseller_id,
        parents=reseller_ids,
    )


async def _entry_pages(
    connection: AsyncConnection,
    actor: Actor,
    parent: Any,
    parents: Collection[int],
    asked: CommissionList,
) -> dict[int, Page[records.CommissionEntry]]:
    return await pages_by_parent(
        connection,
        records.CommissionEntry,
        _entries(actor, asked.filter),
        parent=parent,
        parents=parents,
        order=_NEWEST_ENTRY,
        part=asked.part,
        bound_to=asked.filter,
    )


@remembered
def _totals(actor: Actor) -> Select[Any]:
    require(actor, Permission.COMMISSION_READ, "read commission")
    entry = models.CommissionEntry
    by = (entry.reseller_id, entry.state, entry.currency)
    sums: tuple[Any, ...] = (cast(func.sum(entry.amount_minor), BigInteger), func.count())
    return (
        select(*by, *sums)
        .where(one_of(entry.reseller_id), visible_entries(actor))
        .group_by(*by)
        .order_by(entry.currency, entry.state)
    )


@remembered
def _entries_by_id(actor: Actor) -> Select[Any]:
    return _visible_entries(actor).where(one_of(models.CommissionEntry.id))


def _visible_entries(actor: Actor) -> Select[Any]:
    require(actor, Permission.COMMISSION_READ, "read commission")
    return select_record(records.CommissionEntry, models.CommissionEntry).where(
        visible_entries(actor)
    )


@remembered
def _entries(actor: Actor, wanted: CommissionFilter) -> Select[Any]:
    entry, statement = models.CommissionEntry, _visible_entries(actor)
    for column, chosen in (
        (entry.state, wanted.state),
        (entry.kind, wanted.kind),
        (entry.period, wanted.period),
    ):
        if chosen is not None:
            statement = statement.where(column == chosen)
    return statement


@remembered
def _settlements_by_id(actor: Actor) -> Select[Any]:
    return _visible_settlements(actor).where(one_of(models.CommissionSettlement.id))


@remembered
def _settlements(actor: Actor) -> Select[Any]:
    return _visible_settlements(actor)


def _visible_settlements(actor: Actor) -> Select[Any]:
    require(actor, Permission.COMMISSION_READ, "read commission")
    return select_record(records.CommissionSettlement, models.CommissionSettlement).where(
        visible_settlements(actor)
    )
