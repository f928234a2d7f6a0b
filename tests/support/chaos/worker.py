"""A process that handles events and serves nobody: ``python -m tests.support.chaos.worker``."""

import asyncio
import os
import random
import signal

from sqlalchemy import text

from domain.kernel.database import Database, create_engine
from domain.kernel.events import LoggedEvent
from domain.kernel.logging import configure_logging
from domain.kernel.unit_of_work import UnitOfWork
from subscriptions.event_bus import EventBus, Registry
from subscriptions.stream import EventStream

#: Where the handler's effects go. Nothing in it refuses a second effect of the same event.
EFFECTS = """
    create table effects (
      id bigint generated always as identity, event_id text, stream text, position bigint
    )
"""
_WRITE = text(
    "insert into effects (event_id, stream, position) values (:event_id, :stream, :position)"
)
_FAILS = 0.05

_failed: set[int] = set()
_dice = random.Random()


async def leave_effect(session: UnitOfWork, event: LoggedEvent) -> None:
    """Write the effect; fail one time in twenty behind it, once for an event."""
    await session.execute(
        _WRITE,
        {"event_id": str(event.event_id), "stream": event.stream, "position": event.position},
    )
    if event.position not in _failed and _dice.random() < _FAILS:
        _failed.add(event.position)
        raise RuntimeError("a failure after the effect")


async def work() -> None:
    """Relay and handle until SIGTERM."""
    database = Database(create_engine(os.environ["DATABASE_URL"], pool_size=4))
    registry = Registry()
    await EventBus(registry).attach("storm", {"customer.*": leave_effect})
    stopped = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stopped.set)
    async with EventStream(database, os.environ["BROADCAST_URL"], registry).running():
        await stopped.wait()
    await database.dispose()


if __name__ == "__main__":
    configure_logging(level="WARNING")
    asyncio.run(work())
