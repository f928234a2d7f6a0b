"""One try of one delivery: the handler, and what becomes of the delivery after it."""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from enum import StrEnum
from time import monotonic
from typing import TYPE_CHECKING, Any

import structlog
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.kernel.access import SYSTEM
from domain.kernel.database import Database
from domain.kernel.deliveries import Permanent, Unavailable
from domain.kernel.events import LoggedEvent, caused_by
from domain.kernel.unit_of_work import UnitOfWork
from subscriptions import measures
from subscriptions.claims import Claim, LeaseLost
from subscriptions.deliveries import fail, finish, give_back

if TYPE_CHECKING:
    from subscriptions.event_bus import Consumer

#: Of the lease; what is left is for the commit.
_HANDLERS_SHARE = 0.8
#: Before a try that an outage broke off is begun again.
_PAUSE_SECONDS = 1.0

logger = structlog.get_logger(__name__)


class Outcome(StrEnum):
    """How a try ended."""

    DONE = "done"
    RETRIED = "retried"
    DEAD = "dead"
    LEASE_LOST = "lease_lost"
    BROKEN_OFF = "broken_off"


_COUNTERS = {
    Outcome.DONE: measures.EVENTS_HANDLED,
    Outcome.RETRIED: measures.RETRIES,
    Outcome.DEAD: measures.DEAD_LETTERS,
    Outcome.LEASE_LOST: measures.LEASES_LOST,
}


class _Failed(Exception):
    """The handler raised; the cause says what."""


class Trier:
    """Tries deliveries that were claimed for ``lease`` seconds."""

    def __init__(self, database: Database, *, lease: float) -> None:
        self._database = database
        self._lease = lease

    async def attempt(self, consumer: Consumer, claim: Claim) -> None:
        """
        Try the delivery once and keep what became of it.

        Only what the handler does wrong counts as a failure: a try that the loss of the database
        breaks off is given back.
        """
        begun = monotonic()
        if claim.is_dead:
            logger.error("event delivery given up", consumer=consumer.name, **_about(claim))
            outcome = Outcome.DEAD
        else:
            outcome = await self._attempt(consumer, claim, begun + self._lease)
        _measure(consumer, outcome, monotonic() - begun)

    async def _attempt(self, consumer: Consumer, claim: Claim, ends: float) -> Outcome:
        try:
            await self._try(consumer, claim, ends)
        except LeaseLost:
            return Outcome.LEASE_LOST
        except Exception as error:
            failure = _failure(error)
            if failure is not None:
                return await self._fail(consumer, claim, failure, ends)
            logger.warning("event delivery broken off", error=type(error).__name__)
            return await self._settle(
                lambda connection: give_back(connection, claim, _PAUSE_SECONDS),
                ends,
                Outcome.BROKEN_OFF,
            )
        return Outcome.DONE

    async def _try(self, consumer: Consumer, claim: Claim, ends: float) -> None:
        if claim.event is None:
            raise _Failed from Permanent("the event is no longer in the log")
        about = {"customer_id": claim.event.customer_id, "consumer": consumer.name}
        with structlog.contextvars.bound_contextvars(**about), caused_by(claim.event):
            if consumer.in_transaction:
                await self._try_in_transaction(consumer, claim, claim.event)
            else:
                await self._try_outside(consumer, claim, claim.event, ends)

    async def _try_in_transaction(
        self, consumer: Consumer, claim: Claim, event: LoggedEvent
    ) -> None:
        async with self._database.unit_of_work(SYSTEM) as session:
            # From here on only the handler's own statements can fail.
            await session.connection()
            await self._handle(consumer, session, event)
            await finish(session, claim)

    async def _try_outside(
        self, consumer: Consumer, claim: Claim, event: LoggedEvent, ends: float
    ) -> None:
        async with self._database.session(SYSTEM) as session:
            await self._handle(consumer, session, event)
        await self._persist(lambda connection: finish(connection, claim), ends)

    async def _handle(self, consumer: Consumer, session: UnitOfWork, event: LoggedEvent) -> None:
        """
        Run the handler within its share of the lease.

        Raises:
            _Failed: from what the handler raised; a lost connection is raised as it is.
        """
        seconds = self._lease * _HANDLERS_SHARE
        try:
            async with asyncio.timeout(seconds) as limit:
                await consumer.handle(session, event)
                # A row that the database refuses is the handler's failure too.
                await session.flush()
        except Exception as error:
            if limit.expired():
                raise _Failed from TimeoutError(f"no end after {seconds:g} seconds")
            if is_outage(error):
                raise
            raise _Failed from error

    async def _fail(
        self, consumer: Consumer, claim: Claim, error: BaseException, ends: float
    ) -> Outcome:
        delay = _delay(consumer, claim, error)
        outcome = Outcome.DEAD if delay is None else Outcome.RETRIED
        said = described(error)
        is_ours = not isinstance(error, Unavailable)
        logger.log(
            logging.ERROR if is_ours else logging.INFO,
            "event handler failed" if is_ours else "event not taken",
            consumer=consumer.name,
            is_dead=delay is None,
            reason=said,
            exc_info=error if is_ours else None,
            **_about(claim),
        )
        return await self._settle(
            lambda connection: fail(connection, claim, said, delay), ends, outcome
        )

    async def _settle(
        self, write: Callable[[AsyncConnection], Awaitable[None]], ends: float, outcome: Outcome
    ) -> Outcome:
        try:
            await self._persist(write, ends)
        except LeaseLost:
            return Outcome.LEASE_LOST
        return outcome

    async def _persist(
        self, write: Callable[[AsyncConnection], Awaitable[None]], ends: float
    ) -> None:
        """Write what became of the try; an outage is waited out as long as the lease lasts."""
        while True:
            try:
                async with self._database.engine.begin() as connection:
                    return await write(connection)
            except LeaseLost:
                raise
            except Exception:
                if monotonic() > ends:
                    raise LeaseLost from None
            await asyncio.sleep(_PAUSE_SECONDS)


def _failure(error: BaseException) -> BaseException | None:
    """What the handler did wrong; None if it was not the handler."""
    if isinstance(error, _Failed):
        return error.__cause__
    # What the database finds at the commit only: a deferred constraint, a conflict.
    return error if isinstance(error, DBAPIError) and not is_outage(error) else None


def is_outage(error: BaseException) -> bool:
    """Whether the connection to the database was lost (SQLSTATE classes 08 and 57P)."""
    if not isinstance(error, DBAPIError):
        return False
    sqlstate = getattr(error.orig, "sqlstate", None) or ""
    return error.connection_invalidated or sqlstate.startswith(("08", "57P"))


def described(error: BaseException) -> str:
    """Kind and message of an error; of the database's, no values of rows."""
    if isinstance(error, DBAPIError):
        cause = getattr(error.orig, "__cause__", None) or error.orig
        constraint = getattr(cause, "constraint_name", None)
        return f"{type(cause).__name__}: {constraint or getattr(cause, 'sqlstate', None)}"
    return f"{type(error).__name__}: {error}"


def _delay(consumer: Consumer, claim: Claim, error: BaseException) -> float | None:
    if isinstance(error, Permanent) or claim.attempts >= consumer.retry.tries:
        return None
    longest = consumer.retry.delays[claim.attempts - 1]
    # Jitter keeps many deliveries from coming back at once; nothing secret depends on it.
    return longest / 2 + random.uniform(0, longest / 2)  # noqa: S311


def _about(claim: Claim) -> dict[str, Any]:
    event = claim.event
    return {
        "position": claim.position,
        "attempts": claim.attempts,
        "event_type": event and event.type,
        "event_id": event and str(event.event_id),
        "customer_id": event and event.customer_id,
    }


def _measure(consumer: Consumer, outcome: Outcome, seconds: float) -> None:
    # "webhook:17" and "billing.open_account:customer.created": the rest would be without bounds.
    name = consumer.name.partition(":")[0]
    measures.HANDLER_SECONDS.labels(name, outcome).observe(seconds)
    counter = _COUNTERS.get(outcome)
    if counter is not None:
        counter.labels(name).inc()
