"""Events that mean nothing, and consumers of them, for tests of the machinery itself."""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import text

from domain.kernel.access import SYSTEM
from domain.kernel.database import Database
from domain.kernel.events import Event
from subscriptions.event_bus import Consumer, Handler, Registry, Retry
from subscriptions.relay import assign_positions

#: Five tries; a retry comes when the test says that time has passed, however slow the machine is.
SLOW_RETRY = Retry((100.0, 200.0, 400.0, 800.0))


@dataclass(frozen=True, kw_only=True)
class Happened(Event):
    """Something happened to a customer that need not exist."""

    type: ClassVar[str] = "test.happened"

    number: int


@dataclass(frozen=True, kw_only=True)
class HappenedToo(Happened):
    """The same, of another type."""

    type: ClassVar[str] = "test.happened_too"


@dataclass(frozen=True, kw_only=True)
class Changed(Happened):
    """Fields of something were changed."""

    type: ClassVar[str] = "test.changed"

    changed_fields: list[str]


async def changed(database: Database, number: int, *fields: str) -> None:
    """Announce that these fields were changed, and give the event its position."""
    async with database.unit_of_work(SYSTEM) as session:
        await session.announce(Changed(customer_id=1, number=number, changed_fields=[*fields]))
    await positioned(database)


async def happened(
    database: Database, *numbers: int, kind: type[Happened] = Happened, customer_id: int = 1
) -> None:
    """Announce these, each in a transaction of its own, and give them their positions."""
    for number in numbers:
        async with database.unit_of_work(SYSTEM) as session:
            await session.announce(kind(customer_id=customer_id, number=number))
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


def consumers(*handlers: Handler, pattern: str = "test.*", **options: Any) -> Registry:
    """A registry of handlers that see the log from its beginning; no test waits their delays."""
    registry = Registry()
    for handler in handlers:
        name = handler.__name__
        registry.known[name] = Consumer(
            name,
            frozenset({pattern}),
            handler,
            **{"origin": handler, "replays": True, "retry": SLOW_RETRY, **options},
        )
    return registry


async def time_passes(database: Database) -> None:
    """Every delay is over, and every lease."""
    async with database.engine.begin() as connection:
        await connection.execute(
            text(
                "update kernel.event_deliveries set available_at = now() - interval '1 second',"
                " locked_until = now() - interval '1 second'"
            )
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
