"""Events in tests: what was announced, and everything handled."""

import asyncio
from typing import Any

from sqlalchemy import select, text

from domain.kernel.database import Database
from domain.kernel.events import EventRow
from subscriptions.bus import Bus
from subscriptions.event_bus import EventBus, Handler, Registry
from subscriptions.relay import assign_positions


async def announced(database: Database, prefix: str = "") -> list[tuple[str, dict[str, Any]]]:
    """Type and data of every event in the outbox whose type starts so, in order."""
    async with database.reading() as connection:
        rows = await connection.execute(
            select(EventRow.type, EventRow.data)
            .where(EventRow.type.startswith(prefix))
            .order_by(EventRow.id)
        )
        return [(row.type, row.data) for row in rows]


async def handled(database: Database, **modules: dict[str, Handler]) -> None:
    """
    Relay the outbox and run the modules' handlers until nothing is left to do.

    ``await handled(database, billing=HANDLERS)``
    """
    registry = Registry()
    for name, handlers in modules.items():
        await EventBus(registry).attach(name, handlers)
    bus = Bus(database, registry)
    await bus.start()
    while True:
        assigned, _ = await assign_positions(database)
        await bus.deliver_all()
        if not assigned:
            return


_BEHIND = text(
    """
    select exists (select from kernel.events where position is null)
        or exists (
            select from kernel.event_consumers consumer, kernel.event_head head
            where consumer.position < head.position
        )
    """
)


async def settled(database: Database) -> None:
    """Wait until the running application has positioned and handled every event so far."""
    async with asyncio.timeout(20), database.reading() as connection:
        while await connection.scalar(_BEHIND):
            await asyncio.sleep(0.01)
