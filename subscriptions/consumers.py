"""Where each durable consumer stands in the log: its place, its failures, its dead letters."""

import random
from collections.abc import Collection
from datetime import timedelta

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.kernel.access import SYSTEM
from domain.kernel.database import Database
from domain.kernel.events import DeadLetter, EventConsumer, EventHead, LoggedEvent
from domain.kernel.unit_of_work import UnitOfWork

MOST_ATTEMPTS = 5
_FIRST_DELAY_SECONDS = 0.5
_LONGEST_DELAY_SECONDS = 60.0
_LONGEST_ERROR = 1000


async def register(database: Database, name: str, *, replays: bool) -> None:
    """Give a new consumer its place: the log's beginning, or its end. A known one keeps its own."""
    async with database.unit_of_work(SYSTEM) as session:
        position = 0 if replays else await session.scalar(select(EventHead.position))
        await session.execute(
            insert(EventConsumer).values(name=name, position=position).on_conflict_do_nothing()
        )


async def positions_behind(connection: AsyncConnection, names: Collection[str]) -> dict[str, int]:
    """The places of those consumers that the log has gone past and that wait for no retry."""
    rows = await connection.execute(
        select(EventConsumer.name, EventConsumer.position).where(
            EventConsumer.name.in_(names),
            EventConsumer.position < select(EventHead.position).scalar_subquery(),
            EventConsumer.available_at <= func.now(),
        )
    )
    return {row.name: row.position for row in rows}


async def skip(database: Database, names: Collection[str], position: int) -> None:
    """Move consumers past events that they do not want; one that is at work moves itself."""
    if not names:
        return
    free = (
        select(EventConsumer.name)
        .where(EventConsumer.name.in_(names), EventConsumer.position < position)
        .with_for_update(skip_locked=True)
    )
    async with database.unit_of_work(SYSTEM) as session:
        await session.execute(
            update(EventConsumer)
            .where(EventConsumer.name.in_(free.scalar_subquery()))
            .values(position=position)
            .execution_options(synchronize_session=False)
        )


async def claim(session: UnitOfWork, name: str) -> EventConsumer | None:
    """The consumer, locked for this transaction; None while another has it or it waits."""
    return await session.scalar(
        select(EventConsumer)
        .where(EventConsumer.name == name, EventConsumer.available_at <= session.now)
        .with_for_update(skip_locked=True)
    )


async def record_failure(
    database: Database, name: str, event: LoggedEvent, error: Exception
) -> int:
    """
    Count a failure on the event and delay the next try; the number of tries so far.

    After the fifth the event becomes a dead letter and the consumer goes on behind it.
    """
    async with database.unit_of_work(SYSTEM) as session:
        consumer = await session.locked(EventConsumer, EventConsumer.name == name)
        if consumer is None or consumer.position >= event.position:
            return 0
        consumer.attempts += 1
        consumer.last_error = f"{type(error).__name__}: {error}"[:_LONGEST_ERROR]
        attempts = consumer.attempts
        if attempts < MOST_ATTEMPTS:
            consumer.available_at = session.now + _delay(attempts)
        else:
            session.add(_dead_letter(consumer, event))
            consumer.position = event.position
            consumer.attempts = 0
        return attempts


async def advance(session: UnitOfWork, consumer: EventConsumer, position: int) -> None:
    """The consumer has done with everything up to the position."""
    await session.execute(
        update(EventConsumer)
        .where(EventConsumer.name == consumer.name)
        .values(position=position, attempts=0, last_error=None)
        .execution_options(synchronize_session=False)
    )


def _dead_letter(consumer: EventConsumer, event: LoggedEvent) -> DeadLetter:
    return DeadLetter(
        consumer=consumer.name,
        position=event.position,
        event_id=event.event_id,
        customer_id=event.customer_id,
        attempts=consumer.attempts,
        last_error=consumer.last_error,
    )


def _delay(attempts: int) -> timedelta:
    longest = min(_LONGEST_DELAY_SECONDS, _FIRST_DELAY_SECONDS * 2 ** (attempts - 1))
    # Jitter keeps many consumers from coming back at once; nothing secret depends on it.
    return timedelta(seconds=longest / 2 + random.uniform(0, longest / 2))  # noqa: S311
