"""The bus at work: each event's handler and the consumer's place in one transaction."""

import asyncio
import contextlib

import structlog
from sqlalchemy import ColumnElement

from domain.kernel.access import SYSTEM
from domain.kernel.database import Database
from domain.kernel.events import EventRow, LoggedEvent
from domain.kernel.unit_of_work import UnitOfWork
from subscriptions import log
from subscriptions.consumers import (
    MOST_ATTEMPTS,
    advance,
    claim,
    positions_behind,
    record_failure,
    register,
    skip,
)
from subscriptions.event_bus import Consumer, Registry

#: Events of one consumer before others get the slot.
_TURN = 50
#: Consumers at work at once: a slow one does not hold up the rest.
_AT_ONCE = 4
_POLL_SECONDS = 1.0

logger = structlog.get_logger(__name__)


class _Failed(Exception):
    """A handler raised at this event; the transaction is rolled back."""

    def __init__(self, event: LoggedEvent, error: Exception) -> None:
        super().__init__(str(error))
        self.event = event
        self.error = error


class Bus:
    """Delivers the log to the registry's consumers, in any number of processes at once."""

    def __init__(self, database: Database, registry: Registry) -> None:
        self._database = database
        self._registry = registry
        self._woken = asyncio.Event()
        self._slots = asyncio.Semaphore(_AT_ONCE)

    def wake(self) -> None:
        """There may be more to deliver."""
        self._woken.set()

    async def start(self) -> None:
        """Give every consumer its place; from now on subscribing does that at once."""
        self._registry.database = self._database
        for consumer in list(self._registry.consumers.values()):
            await register(self._database, consumer.name, replays=consumer.replays)

    async def run(self) -> None:
        """Deliver until cancelled; an unreachable database is waited out."""
        while True:
            try:
                await self.deliver_all()
            except Exception as error:
                logger.warning("event bus cannot deliver", error=type(error).__name__)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_POLL_SECONDS):
                    await self._woken.wait()
            self._woken.clear()

    async def deliver_all(self) -> None:
        """Deliver until every consumer has reached the end of the log or waits for a retry."""
        while await self._deliver_round():
            pass

    async def _deliver_round(self) -> bool:
        """Look once for all consumers what is new to them; whether there may be more to do."""
        consumers = self._registry.consumers
        async with self._database.reading() as connection:
            places = await positions_behind(connection, consumers)
            if not places:
                return False
            events = await log.read_after(connection, min(places.values()))
        reached = events[-1].position
        concerned = {
            name
            for name, position in places.items()
            if any(
                event.position > position and consumers[name].wants(event.type) for event in events
            )
        }
        await skip(self._database, places.keys() - concerned, reached)
        delivered = [self._deliver(consumers[name]) for name in sorted(concerned)]
        return any(await asyncio.gather(*delivered)) or len(events) == log.PAGE

    async def _deliver(self, consumer: Consumer) -> bool:
        """Some of the consumer's next events; whether there may be more to do at once."""
        async with self._slots:
            for _ in range(_TURN):
                try:
                    if not await self._deliver_next(consumer):
                        return False
                except _Failed as failure:
                    await self._put_off(consumer, failure)
            return True

    async def _deliver_next(self, consumer: Consumer) -> bool:
        """
        One event in one transaction with the consumer's place; whether there was one.

        Never two: a transaction that locks the customers of several events could meet a mutation
        that locks them in another order.
        """
        async with self._database.unit_of_work(SYSTEM) as session:
            place = await claim(session, consumer.name)
            if place is None:
                return False
            connection = await session.connection()
            head = await log.read_head(connection)
            events = await log.read_after(
                connection, place.position, upto=head.position, only=_wanted(consumer), limit=1
            )
            for event in events:
                await _handle(consumer, session, event)
            reached = events[0].position if events else head.position
            if reached > place.position:
                await advance(session, place, reached)
            return bool(events)

    async def _put_off(self, consumer: Consumer, failure: _Failed) -> None:
        attempts = await record_failure(self._database, consumer.name, failure.event, failure.error)
        logger.error(
            "event handler failed",
            consumer=consumer.name,
            event_type=failure.event.type,
            event_id=str(failure.event.event_id),
            customer_id=failure.event.customer_id,
            attempts=attempts,
            is_dead=attempts >= MOST_ATTEMPTS,
            exc_info=failure.error,
        )


async def _handle(consumer: Consumer, session: UnitOfWork, event: LoggedEvent) -> None:
    about = {"customer_id": event.customer_id, "consumer": consumer.name}
    try:
        with structlog.contextvars.bound_contextvars(**about):
            await consumer.handle(session, event)
            # A row that the database refuses is the handler's failure, not the place's.
            await session.flush()
    except Exception as error:
        raise _Failed(event, error) from error


def _wanted(consumer: Consumer) -> ColumnElement[bool]:
    if consumer.pattern.endswith(".*"):
        return EventRow.type.startswith(consumer.pattern[:-1], autoescape=True)
    return EventRow.type == consumer.pattern
