"""A customer's timeline: what the event log holds of them, newest first."""

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import Select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.customer.policy import of_visible_customers
from domain.kernel.access import Actor, Permission, require
from domain.kernel.events import EventRow, LoggedEvent
from domain.kernel.paging import Ordering, Page, Slice, counts_by_parent, pages_by_parent
from domain.kernel.reads import remembered
from domain.kernel.records import select_record


class TimelineList(NamedTuple):
    """Events of these types (dotted, as on the wire)."""

    part: Slice
    types: frozenset[str]


async def timelines_by_customer(
    connection: AsyncConnection, actor: Actor, customer_ids: Collection[int], asked: TimelineList
) -> dict[int, Page[LoggedEvent]]:
    """A page of each customer's events that have their position."""
    return await pages_by_parent(
        connection,
        LoggedEvent,
        _events(actor, asked.types),
        parent=EventRow.customer_id,
        parents=customer_ids,
        order=Ordering("newest", (EventRow.position,), descending=True),
        part=asked.part,
        bound_to=sorted(asked.types),
    )


async def timeline_counts_by_customer(
    connection: AsyncConnection, actor: Actor, customer_ids: Collection[int], types: frozenset[str]
) -> dict[int, int]:
    """How many such events each customer has."""
    return await counts_by_parent(
        connection, _events(actor, types), parent=EventRow.customer_id, parents=customer_ids
    )


@remembered
def _events(actor: Actor, types: frozenset[str]) -> Select[Any]:
    require(actor, Permission.EVENT_READ, "read events")
    return select_record(LoggedEvent, EventRow).where(
        EventRow.position.is_not(None),
        EventRow.type.in_(types),
        of_visible_customers(actor, EventRow.customer_id),
    )
