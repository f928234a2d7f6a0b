"""Handlers of events that leave effects in the database, and what became of them."""

from collections import Counter
from typing import Any

from sqlalchemy import select, text

from domain.kernel.database import Database
from domain.kernel.deliveries import DeliveryStatus, EventConsumer, EventDelivery
from domain.kernel.events import LoggedEvent
from domain.kernel.unit_of_work import UnitOfWork
from subscriptions.bus import Bus
from subscriptions.event_bus import ConsumerSource, Registry


async def started(
    database: Database, registry: Registry, *sources: ConsumerSource, **options: Any
) -> Bus:
    bus = Bus(database, registry, *sources, **options)
    await bus.start()
    return bus


async def note(session: UnitOfWork, event: LoggedEvent) -> None:
    """Leave an effect in the database."""
    values = {"number": event.data["number"]}
    await session.execute(text("insert into effects (number) values (:number)"), values)


async def effects_in(database: Database) -> list[int]:
    async with database.reading() as connection:
        rows = await connection.execute(text("select number from effects order by id"))
        return [row.number for row in rows]


async def place(database: Database, name: str) -> int:
    """The last position that the consumer was given deliveries of."""
    async with database.reading() as connection:
        position = select(EventConsumer.position).where(EventConsumer.name == name)
        return (await connection.execute(position)).scalar_one()


async def left(database: Database, name: str) -> list[tuple[int, DeliveryStatus, int, str | None]]:
    """Position, status, attempts and error of each delivery that the consumer still has."""
    columns = (
        EventDelivery.position,
        EventDelivery.status,
        EventDelivery.attempts,
        EventDelivery.last_error,
    )
    async with database.reading() as connection:
        rows = await connection.execute(
            select(*columns).where(EventDelivery.consumer == name).order_by(EventDelivery.position)
        )
        return [tuple(row) for row in rows]


async def is_idle(database: Database, name: str, position: int) -> bool:
    """Whether the consumer has done all up to the position."""
    return await place(database, name) == position and not await left(database, name)


class Fickle:
    """A handler that notes its effect and then fails at these numbers, so many times each."""

    __name__ = "fickle"

    def __init__(self, failures: dict[int, int]) -> None:
        self.failures = Counter(failures)
        self.calls: list[int] = []

    async def __call__(self, session: UnitOfWork, event: LoggedEvent) -> None:
        number = event.data["number"]
        self.calls.append(number)
        await note(session, event)
        if self.failures[number] > 0:
            self.failures[number] -= 1
            raise RuntimeError(f"not yet {number}")
