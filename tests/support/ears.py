"""Subscribers of a broadcaster channel that remember what they heard."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from broadcaster import Broadcast

from subscriptions.brokers.supervised import Pace, SupervisedBackend
from subscriptions.brokers.urls import backend_of
from tests.support.waiting import eventually

CHANNEL = "wake-ups"
#: Quick to come back; but it seldom asks, since a loaded machine answers late.
QUICK = Pace(close=0.3, first_delay=0.05, longest_delay=0.2)
WATCHFUL = Pace(send=0.3, probe_every=0.1, probe=0.5, close=0.3, first_delay=0.05)


class Ear:
    """What one subscriber has heard so far."""

    def __init__(self) -> None:
        self.messages: list[str] = []

    def heard(self, message: str) -> int:
        """How often."""
        return self.messages.count(message)


@asynccontextmanager
async def broadcasting(url: str, pace: Pace = QUICK) -> AsyncIterator[Broadcast]:
    """Broadcaster over our backend for the URL."""
    async with Broadcast(backend=backend_of(url, pace)) as broadcast:
        yield broadcast


@asynccontextmanager
async def listening(broadcast: Broadcast, channel: str = CHANNEL) -> AsyncIterator[Ear]:
    """A subscriber to whom the broker has acknowledged that it is one."""
    ear = Ear()
    async with broadcast.subscribe(channel) as messages:

        async def hear() -> None:
            while True:
                ear.messages.append((await messages.get()).message)

        hearing = asyncio.create_task(hear())
        await eventually(lambda: bool(ear.messages) or backend(broadcast).is_connected)
        try:
            yield ear
        finally:
            hearing.cancel()


def backend(broadcast: Broadcast) -> SupervisedBackend:
    """Ours, behind broadcaster."""
    found = broadcast._backend
    assert isinstance(found, SupervisedBackend)
    return found
