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
    async with asyncio.timeout(120):
        while not await _is_settled(database, list(registry.known)):
            await assign_positions(database)
            await bus.deliver_all()


# Dead letters stay, and so does what waits behind them in its stream.
_UNSETTLED = text(
    """
    select exists (select from kernel.events where position is null)
        or exists (
            select from kernel.event_consumers consumer, kernel.event_head head
            where consumer.position < head.position and consumer.paused_at is null
                and consumer.name = any(coalesce(cast(:names as text[]), array[consumer.name]))
        )
        or exists (
            select from kernel.event_deliveries delivery
            join kernel.event_consumers consumer on consumer.name = delivery.consumer
            where delivery.died_at is null and consumer.paused_at is null
                and consumer.name = any(coalesce(cast(:names as text[]), array[consumer.name]))
                and not (
                consumer.is_ordered and exists (
                    select from kernel.event_deliveries dead
                    where dead.consumer = delivery.consumer and dead.stream = delivery.stream
                        and dead.position < delivery.position and dead.died_at is not null
                )
            )
        )
    """
)


async def settled(
    database: Database, names: list[str] | None = None, *, seconds: float = 90
) -> None:
    """
    Wait until the running application has positioned and handled every event so far.

    With ``names``, only by these consumers. What is dead, waits behind something dead, or is a
    paused consumer's, is not waited for.
    """
    try:
        async with asyncio.timeout(seconds):
            while not await _is_settled(database, names):
                await asyncio.sleep(0.01)
    except TimeoutError:
        raise AssertionError(f"not settled: {await _unsettled(database)}") from None


async def _unsettled(database: Database) -> list[dict[str, Any]]:
    left = text(
        "select consumer, position, attempts, last_error from kernel.event_deliveries"
        " where died_at is null order by position limit 5"
    )
    behind = text(
        "select name, consumer.position, head.position as head from kernel.event_consumers consumer"
        ", kernel.event_head head where consumer.position < head.position and paused_at is null"
    )
    async with database.reading() as connection:
        return [
            dict(row._mapping)
            for asked in (left, behind)
            for row in await connection.execute(asked)
        ]


async def _is_settled(database: Database, names: list[str] | None = None) -> bool:
    async with database.reading() as connection:
        return not await connection.scalar(_UNSETTLED, {"names": names})
