"""Reads of usage by day, and of top-ups: only rows of the actor's scope."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Date, Select, bindparam
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.customer.policy import within_scope
from domain.kernel.access import Actor, Permission, require
from domain.kernel.errors import Invalid
from domain.kernel.paging import Ordering, Page, Slice, counts_by_parent, pages_by_parent
from domain.kernel.reads import one_of, remembered
from domain.kernel.records import fetch, select_record
from domain.tariff import records
from domain.tariff.usage_models import TopUp, UsageDay

_MOST_DAYS = 366
_NEWEST = Ordering("newest", (TopUp.id,), descending=True)


@dataclass(frozen=True, slots=True)
class DayRange:
    """
    Days from ``starts_on`` until ``ends_on`` (exclusive).

    Raises:
        Invalid: no day, or more than 366.
    """

    starts_on: date
    ends_on: date

    def __post_init__(self) -> None:
        if not 1 <= (self.ends_on - self.starts_on).days <= _MOST_DAYS:
            raise Invalid("to", f"must be 1 to {_MOST_DAYS} days later")


async def usage_days(
    connection: AsyncConnection, actor: Actor, customer_ids: Collection[int], days: DayRange
) -> dict[int, list[records.UsageDay]]:
    """The days of the range on which each customer used anything, in order."""
    found: dict[int, list[records.UsageDay]] = {}
    rows = await fetch(
        connection,
        records.UsageDay,
        _days(actor),
        keys=customer_ids,
        starts_on=days.starts_on,
        ends_on=days.ends_on,
    )
    for row in rows:
        found.setdefault(row.customer_id, []).append(row)
    return found


async def top_ups_by_id(
    connection: AsyncConnection, actor: Actor, top_up_ids: Collection[int]
) -> dict[int, records.TopUp]:
    """The visible top-ups with these ids."""
    found = await fetch(connection, records.TopUp, _top_ups_by_id(actor), keys=top_up_ids)
    return {row.id: row for row in found}


async def top_up_pages_by_customer(
    connection: AsyncConnection, actor: Actor, customer_ids: Collection[int], part: Slice
) -> dict[int, Page[records.TopUp]]:
    """A page of each customer's top-ups, the newest first."""
    return await pages_by_parent(
        connection,
        records.TopUp,
        _top_ups(actor),
        parent=TopUp.customer_id,
        parents=customer_ids,
        order=_NEWEST,
        part=part,
    )


async def top_up_counts_by_customer(
    connection: AsyncConnection, actor: Actor, customer_ids: Collection[int]
) -> dict[int, int]:
    """How many top-ups each customer has or had."""
    return await counts_by_parent(
        connection, _top_ups(actor), parent=TopUp.customer_id, parents=customer_ids
    )


@remembered
def _days(actor: Actor) -> Select[Any]:
    require(actor, Permission.TARIFF_READ, "read usage")
    return (
        select_record(records.UsageDay, UsageDay)
        .where(
            within_scope(actor, UsageDay.customer_id),
            one_of(UsageDay.customer_id),
            UsageDay.day >= bindparam("starts_on", type_=Date),
            UsageDay.day < bindparam("ends_on", type_=Date),
        )
        .order_by(UsageDay.customer_id, UsageDay.day)
    )


@remembered
def _top_ups_by_id(actor: Actor) -> Select[Any]:
    return _visible_top_ups(actor).where(one_of(TopUp.id)).order_by(TopUp.id)


@remembered
def _top_ups(actor: Actor) -> Select[Any]:
    return _visible_top_ups(actor)


def _visible_top_ups(actor: Actor) -> Select[Any]:
    require(actor, Permission.TARIFF_READ, "read top-ups")
    return select_record(records.TopUp, TopUp).where(within_scope(actor, TopUp.customer_id))
