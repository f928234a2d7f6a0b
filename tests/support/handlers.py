"""Handlers of events that leave effects in the database, and what became of them."""

from collections import Counter

from sqlalchemy import select, text

from domain.kernel.database import Database
from domain.kernel.events import EventConsumer, LoggedEvent
from domain.kernel.unit_of_work import UnitOfWork
from subscriptions.bus import Bus
from subscriptions.event_bus import Registry


async def started(database: Database, registry: Registry) -> Bus:
    bus = Bus(database, registry)
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


async def state(database: Database, name: str) -> tuple[int, int, str | None]:
    """Position, failed attempts and last error of a consumer."""
    async with database.reading() as connection:
        row = (
            await connection.execute(
                select(
                    EventConsumer.position, EventConsumer.attempts, EventConsumer.last_error
                ).where(EventConsumer.name == name)
            )
        ).one()
        return row.position, row.attempts, row.last_error


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
