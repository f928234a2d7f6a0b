"""The event machinery of one process: relay, hub, bus and wake-ups, started and stopped as one."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta

from domain.kernel.database import Database
from subscriptions.bus import Bus
from subscriptions.event_bus import PROCESS, ConsumerSource, Registry
from subscriptions.hub import Hub
from subscriptions.relay import Relay
from subscriptions.retention import Retention
from subscriptions.wakeup import WakeUp

_STOP_SECONDS = 5


class EventStream:
    """What an application runs to announce, stream and handle events."""

    def __init__(
        self,
        database: Database,
        broadcast_url: str,
        registry: Registry = PROCESS,
        *,
        sources: Sequence[ConsumerSource] = (),
        keep_events: timedelta | None = None,
    ) -> None:
        self.wakeup = WakeUp(broadcast_url)
        self.relay = Relay(database, self.wakeup)
        self.hub = Hub(database)
        self.bus = Bus(database, registry, *sources)
        self.retention = Retention(database, keep_events)
        self.wakeup.on_wakeup(self.hub.wake)
        self.wakeup.on_wakeup(self.bus.wake)
        database.on_announced = self.relay.poke
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def is_running(self) -> bool:
        """Whether every part is at work."""
        return bool(self._tasks) and not any(task.done() for task in self._tasks)

    @contextlib.asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run all parts for the length of the block."""
        await self.bus.start()
        parts = (self.wakeup, self.relay, self.hub, self.bus, self.retention)
        self._tasks = [asyncio.create_task(part.run()) for part in parts]
        await self.hub.is_started.wait()
        try:
            yield
        finally:
            for task in self._tasks:
                task.cancel()
            # A broker that hangs while it is left must not keep the process from ending.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_STOP_SECONDS):
                    await asyncio.gather(*self._tasks, return_exceptions=True)
