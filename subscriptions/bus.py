"""The bus at work: each consumer's next events, its handler and its place in one transaction."""

import asyncio
import contextlib

import structlog
from sqlalchemy import ColumnElement

from domain.kernel.access import SYSTEM
from domain.kernel.database import Database
from domain.kernel.events import EventRow, LoggedEvent
from subscriptions import log
from subscriptions.consumers import MOST_ATTEMPTS, advance, claim, record_failure, register
from subscriptions.event_bus import Consumer, Registry

_BATCH = 50
_POLL_SECONDS = 1.0

logger = structlog.get_logger(__name__)


class _Failed(Exception):
    """A handler raised: at which event, and how many of the batch were done before it."""

    def __init__(self, event: LoggedEvent, done_before: int, error: Exception) -> None:
        super().__init__(str(error))
        self.event = event
        self.done_before = done_before
        self.error = error


class Bus:
    """Delivers the log to the registry's consumers, in any number of processes at once."""

    def __init__(self, database: Database, registry: Registry) -> None:
        self._database = database
        self._registry = registry
        self._woken = asyncio.Event()

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
        consumers = list(self._registry.consumers.values())
        return any([await self._deliver(consumer) for consumer in consumers])

    async def _deliver(self, consumer: Consumer) -> bool:
        """One batch; whether there may be more to do at once."""
        limit = _BATCH
        while True:
            try:
                return await self._deliver_batch(consumer, limit)
            except _Failed as failure:
                if not failure.done_before:
                    await self._put_off(consumer, failure)
                    return True
                # What worked before the failure is rolled back with it: do that part again alone.
                limit = failure.done_before

    async def _deliver_batch(self, consumer: Consumer, limit: int) -> bool:
        async with self._database.unit_of_work(SYSTEM) as session:
            place = await claim(session, consumer.name)
            if place is None:
                return False
            connection = await session.connection()
            head = await log.read_head(connection)
            events = await log.read_after(
                connection, place.position, upto=head.position, only=_wanted(consumer), limit=limit
            )
            for number, event in enumerate(events):
                about = {"customer_id": event.customer_id, "consumer": consumer.name}
                try:
                    with structlog.contextvars.bound_contextvars(**about):
                        await consumer.handle(session, event)
                        # A row that the database refuses is this event's failure, not the next's.
                        await session.flush()
                except Exception as error:
                    raise _Failed(event, number, error) from error
            reached = events[-1].position if len(events) == limit else head.position
            if reached > place.position:
                await advance(session, place, reached)
            return len(events) == limit

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


def _wanted(consumer: Consumer) -> ColumnElement[bool]:
    if consumer.pattern.endswith(".*"):
        return EventRow.type.startswith(consumer.pattern[:-1], autoescape=True)
    return EventRow.type == consumer.pattern
