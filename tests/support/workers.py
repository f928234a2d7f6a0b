"""Processes that only handle events, and may be killed: ``python -m tests.support.workers``."""

import asyncio
import os
import random
import signal
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text

from domain.kernel.database import Database, create_engine
from domain.kernel.events import LoggedEvent
from domain.kernel.logging import configure_logging
from domain.kernel.unit_of_work import UnitOfWork
from subscriptions.bus import Bus
from subscriptions.event_bus import Consumer, Registry, Retry

#: Where the handler's effects go: nothing in it refuses a second one of the same event.
TABLES = """
    create table effects (id bigint generated always as identity, stream text, position bigint);
    create table cures (number int)
"""
NAME = "workers"
POISON = frozenset({7, 150, 201})
_FAILS = 0.1
_LEASE_SECONDS = 0.8
_PATIENT = Retry((0.02, 0.05, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1))

_EFFECT = text("insert into effects (stream, position) values (:stream, :position)")
_CURED = text("select exists (select from cures)")
_dice = random.Random()


async def _work(session: UnitOfWork, event: LoggedEvent) -> None:
    """Leave an effect; fail now and then behind it, and at poison until there is a cure."""
    await session.execute(_EFFECT, {"stream": event.stream, "position": event.position})
    await asyncio.sleep(_dice.uniform(0, 0.02))
    if _dice.random() < _FAILS:
        raise RuntimeError("a failure behind the effect")
    if event.data["number"] in POISON and not await session.scalar(_CURED):
        raise RuntimeError("poison")


async def _run() -> None:
    database = Database(create_engine(os.environ["DATABASE_URL"], pool_size=5))
    registry = Registry()
    await registry.add(
        Consumer(NAME, frozenset({"test.*"}), _work, origin=_work, replays=True, retry=_PATIENT)
    )
    bus = Bus(database, registry, lease_seconds=_LEASE_SECONDS)
    await bus.start()
    await bus.run()


class Workers:
    """Child processes on one database."""

    def __init__(self, database_url: str) -> None:
        self._url = database_url
        self._running: list[asyncio.subprocess.Process] = []

    async def start(self) -> None:
        """One more."""
        self._running.append(
            await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "tests.support.workers",
                env={**os.environ, "DATABASE_URL": self._url},
            )
        )

    async def kill(self) -> None:
        """The oldest, without a word."""
        victim = self._running.pop(0)
        victim.send_signal(signal.SIGKILL)
        await victim.wait()

    @property
    def number(self) -> int:
        return len(self._running)


@asynccontextmanager
async def workers(database_url: str, number: int) -> AsyncIterator[Workers]:
    """So many processes at work; none is left behind."""
    herd = Workers(database_url)
    try:
        for _ in range(number):
            await herd.start()
        yield herd
    finally:
        while herd.number:
            await herd.kill()


if __name__ == "__main__":
    configure_logging(level="CRITICAL")
    asyncio.run(_run())
