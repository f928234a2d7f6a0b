"""Reads of consumers and dead letters, for who cares for the machinery."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, exists, func, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from domain.kernel.access import Actor, Permission, require
from domain.kernel.deliveries import DeliveryStatus, EventConsumer, EventDelivery
from domain.kernel.events import EventHead, EventRow
from domain.kernel.paging import Ordering, Page, Slice, count_of, page_of
from domain.kernel.records import fetch

_NEWEST_FIRST = Ordering(
    "dead", (EventDelivery.died_at, EventDelivery.position, EventDelivery.consumer), descending=True
)


@dataclass(frozen=True, slots=True)
class ConsumerState:
    """
    Where a consumer stands; ``lag`` and ``lag_seconds`` tell how far it is behind the log's end.

    ``pending`` deliveries may be tried now or after a delay, ``parked`` ones wait behind a dead
    letter of their stream.
    """

    name: str
    position: int
    lag: int
    lag_seconds: float
    pending: int
    running: int
    parked: int
    dead: int
    is_ordered: bool
    is_paused: bool


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """
    A delivery that was given up. ``blocks`` deliveries of its stream wait behind it.

    ``event_type``, ``occurred_at`` and ``data`` are None if the log has lost the event.
    """

    consumer: str
    position: int
    event_id: UUID
    stream: str
    customer_id: int | None
    event_type: str | None
    occurred_at: datetime | None
    data: dict[str, Any] | None
    attempts: int
    error: str | None
    died_at: datetime
    redrives: int
    blocks: int


@dataclass(frozen=True, slots=True)
class DeadLetterFilter:
    """All that are given must hold."""

    consumer: str | None = None
    customer_id: int | None = None


async def consumer_states(
    connection: AsyncConnection, actor: Actor, name: str | None = None
) -> list[ConsumerState]:
    """
    All consumers, or the one of that name, by name; in one statement.

    Raises:
        AccessDenied: without ``event:admin``.
    """
    require(actor, Permission.EVENT_ADMIN, "read consumers")
    statement = _states().order_by(EventConsumer.name)
    if name is not None:
        statement = statement.where(EventConsumer.name == name)
    return list(await fetch(connection, ConsumerState, statement))


async def dead_letter_page(
    connection: AsyncConnection, actor: Actor, asked: DeadLetterFilter, part: Slice
) -> Page[DeadLetter]:
    """
    A page of the dead letters that pass the filter, newest first.

    Raises:
        AccessDenied: without ``event:admin``.
        Invalid: the cursor is not one of this list.
    """
    return await page_of(
        connection,
        DeadLetter,
        _dead_letters(actor, asked),
        order=_NEWEST_FIRST,
        part=part,
        bound_to=asked,
    )


async def dead_letter_count(
    connection: AsyncConnection, actor: Actor, asked: DeadLetterFilter
) -> int:
    """How many dead letters pass the filter."""
    return await count_of(connection, _dead_letters(actor, asked))


def _states() -> Select[Any]:
    counted = _counts_by_consumer()
    oldest = (
        select(func.min(EventRow.occurred_at))
        .where(EventRow.position == func.coalesce(counted.c.oldest, EventConsumer.position + 1))
        .scalar_subquery()
    )
    seconds = func.extract("epoch", func.now() - func.coalesce(oldest, func.now()))
    return (
        select(
            EventConsumer.name,
            EventConsumer.position,
            EventHead.position - EventConsumer.position,
            func.greatest(seconds, 0.0),
            *(
                func.coalesce(counted.c[column], 0)
                for column in ("pending", "running", "parked", "dead")
            ),
            EventConsumer.is_ordered,
            EventConsumer.paused_at.is_not(None),
        )
        .join_from(EventConsumer, EventHead, EventHead.one.is_(True))
        .outerjoin(counted, counted.c.consumer == EventConsumer.name)
    )


def _counts_by_consumer() -> Any:
    """What each consumer still has to do; the oldest of it that waits for no dead letter."""
    is_dead = EventDelivery.died_at.is_not(None)
    is_running = EventDelivery.status == DeliveryStatus.RUNNING
    dead = _first_dead()
    is_parked = EventDelivery.died_at.is_(None) & (EventDelivery.position > dead.c.first)
    is_parked = func.coalesce(is_parked, False)
    is_pending = EventDelivery.died_at.is_(None) & ~is_running & ~is_parked
    return (
        select(
            EventDelivery.consumer,
            func.count().filter(is_pending).label("pending"),
            func.count().filter(is_running).label("running"),
            func.count().filter(is_parked).label("parked"),
            func.count().filter(is_dead).label("dead"),
            func.min(EventDelivery.position).filter(is_pending | is_running).label("oldest"),
        )
        .outerjoin(
            dead,
            (dead.c.consumer == EventDelivery.consumer) & (dead.c.stream == EventDelivery.stream),
        )
        .group_by(EventDelivery.consumer)
        .subquery("counted")
    )


def _first_dead() -> Any:
    """Of each stream of an ordered consumer that has one, the first dead letter."""
    return (
        select(
            EventDelivery.consumer,
            EventDelivery.stream,
            func.min(EventDelivery.position).label("first"),
        )
        .join(EventConsumer, EventConsumer.name == EventDelivery.consumer)
        .where(EventDelivery.died_at.is_not(None), EventConsumer.is_ordered)
        .group_by(EventDelivery.consumer, EventDelivery.stream)
        .subquery("first_dead")
    )


def _dead_letters(actor: Actor, asked: DeadLetterFilter) -> Select[Any]:
    require(actor, Permission.EVENT_ADMIN, "read dead letters")
    statement = (
        select(
            EventDelivery.consumer,
            EventDelivery.position,
            EventDelivery.event_id,
            EventDelivery.stream,
            EventDelivery.customer_id,
            EventRow.type,
            EventRow.occurred_at,
            EventRow.data,
            EventDelivery.attempts,
            EventDelivery.last_error,
            EventDelivery.died_at,
            EventDelivery.redrives,
            _blocked().label("blocks"),
        )
        .outerjoin(EventRow, EventRow.event_id == EventDelivery.event_id)
        .where(EventDelivery.died_at.is_not(None))
    )
    if asked.consumer is not None:
        statement = statement.where(EventDelivery.consumer == asked.consumer)
    if asked.customer_id is not None:
        statement = statement.where(EventDelivery.customer_id == asked.customer_id)
    return statement


def _blocked() -> ColumnElement[int]:
    """Open deliveries behind this dead letter in its stream, if the consumer keeps order."""
    behind = aliased(EventDelivery)
    is_ordered = exists().where(
        EventConsumer.name == EventDelivery.consumer, EventConsumer.is_ordered
    )
    return (
        select(func.count())
        .where(
            behind.consumer == EventDelivery.consumer,
            behind.stream == EventDelivery.stream,
            behind.position > EventDelivery.position,
            behind.died_at.is_(None),
            is_ordered.correlate(EventDelivery),
        )
        .correlate(EventDelivery)
        .scalar_subquery()
    )
