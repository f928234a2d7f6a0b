"""Events that mean nothing, and consumers of them, for tests of the machinery itself."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import ClassVar

from sqlalchemy import text

from domain.kernel.access import SYSTEM
from domain.kernel.database import Database
from domain.kernel.events import Event, LoggedEvent
from domain.kernel.unit_of_work import UnitOfWork
from subscriptions.event_bus import Consumer, Registry
from subscriptions.relay import assign_positions


@dataclass(frozen=True, kw_only=True)
class Happened(Event):
    """Something happened to a customer that need not exist."""

    type: ClassVar[str] = "test.happened"

    number: int


@dataclass(frozen=True, kw_only=True)
class HappenedToo(Happened):
    """The same, of another type."""

    type: ClassVar[str] = "test.happened_too"


async def happened(database: Database, *numbers: int, kind: type[Happened] = Happened) -> None:
    """Announce these, each in a transaction of its own, and give them their positions."""
    for number in numbers:
        async with database.unit_of_work(SYSTEM) as session:
            await session.announce(kind(customer_id=1, number=number))
    await positioned(database)


async def in_bulk(database: Database, first: int, number: int) -> None:
    """That many events in one transaction, with positions."""
    async with database.unit_of_work(SYSTEM) as session:
        for each in range(first, first + number):
            await session.announce(Happened(customer_id=1, number=each))
    await positioned(database)


async def positioned(database: Database) -> None:
    """Give every event committed so far its position."""
    while (await assign_positions(database))[0]:
        pass


def consumers(
    *handlers: Callable[[UnitOfWork, LoggedEvent], Awaitable[None]], pattern: str = "test.*"
) -> Registry:
    """A registry of handlers that see the log from its beginning."""
    registry = Registry()
    for handler in handlers:
        name = handler.__name__
        registry.consumers[name] = Consumer(name, pattern, handler, origin=handler, replays=True)
    return registry


async def time_passes(database: Database) -> None:
    """Every consumer's delay is over."""
    async with database.engine.begin() as connection:
        await connection.execute(
            text("update kernel.event_consumers set available_at = now() - interval '1 second'")
        )


@asynccontextmanager
async def running(work: Awaitable[None]) -> AsyncIterator[None]:
    """The work goes on in the background during the block."""
    task = asyncio.ensure_future(work)
    try:
        yield
    finally:
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
