"""Wake-ups over broadcaster: "there is more to read", between processes; the log is the truth."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from broadcaster import Broadcast

from subscriptions import measures
from subscriptions.brokers.supervised import Pace
from subscriptions.brokers.urls import backend_of

_CHANNEL = "isp_graph_events"


@dataclass(frozen=True, slots=True)
class WakeUpHealth:
    """
    How a process stands with its broker. Without one it reads the log by its clock: degraded.

    ``seconds_so`` is how long it has been connected or not; ``seconds_since_heard`` the age of
    the last word from the broker, its own included; None before the first.
    """

    is_connected: bool
    seconds_so: float
    reconnects: int
    seconds_since_heard: float | None


class WakeUp:
    """
    One channel, subscribed once per process for life; its payload is the head position.

    A lost wake-up costs a reader its poll interval and no event. ``url`` is ``memory://``,
    ``redis://…`` or ``postgresql://…``.

    Raises:
        ValueError: no such broker.
    """

    def __init__(self, url: str, pace: Pace | None = None) -> None:
        self._backend = backend_of(url, pace)
        self._listeners: list[Callable[[], None]] = []
        self._announced = 0
        self._news = asyncio.Event()
        self._heard_at: float | None = None

    @property
    def is_connected(self) -> bool:
        """Whether the broker answered when last asked."""
        return self._backend.is_connected

    @property
    def health(self) -> WakeUpHealth:
        """How this process stands with its broker now."""
        now = time.monotonic()
        return WakeUpHealth(
            is_connected=self._backend.is_connected,
            seconds_so=now - self._backend.changed_at,
            reconnects=max(self._backend.links - 1, 0),
            seconds_since_heard=None if self._heard_at is None else now - self._heard_at,
        )

    def on_wakeup(self, listener: Callable[[], None]) -> None:
        """Call the listener at each wake-up, whoever sent it."""
        self._listeners.append(listener)

    async def announce(self, position: int) -> None:
        """Wake every reader up, here at once and elsewhere soon; never waits for the broker."""
        self._wake()
        self._announced = position
        self._news.set()

    async def run(self) -> None:
        """Hear and tell until cancelled, through any number of losses of the broker."""
        broadcast = Broadcast(backend=self._backend)
        await broadcast.connect()
        try:
            async with broadcast.subscribe(_CHANNEL) as messages, asyncio.TaskGroup() as both:
                both.create_task(self._hear(messages))
                both.create_task(self._tell(broadcast))
        finally:
            await broadcast.disconnect()

    async def _hear(self, messages: Any) -> None:
        while True:
            message = (await messages.get()).message
            self._heard_at = time.monotonic()
            measures.WAKEUPS_HEARD.inc()
            # What this process has told itself is no news; a backend's RESYNC and all else is.
            if message != str(self._announced):
                self._wake()

    async def _tell(self, broadcast: Broadcast) -> None:
        """Send the newest position whenever there is one: what was announced meanwhile is in it."""
        while True:
            await self._news.wait()
            self._news.clear()
            try:
                await broadcast.publish(_CHANNEL, str(self._announced))
            except Exception:
                # The backend has logged it; it waits for the broker in the next try.
                measures.WAKEUPS_UNSENT.inc()
                self._news.set()

    def _wake(self) -> None:
        for listener in self._listeners:
            listener()
