"""A broadcaster backend that outlives its broker, and says when it may have missed something."""

import asyncio
import contextlib
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import structlog
from broadcaster import BroadcastBackend, Event

from subscriptions import measures
from subscriptions.brokers.link import Hear, Link, OnEnd

#: Heard on a channel whenever it is listened to from now on: something may have been missed.
RESYNC = "resync"
_MOST_UNHEARD = 256
_FAREWELLS = 4

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Pace:
    """How long things may take, in seconds; a delay doubles from the first to the longest."""

    connect: float = 5.0
    send: float = 2.0
    probe_every: float = 10.0
    probe: float = 3.0
    close: float = 1.0
    first_delay: float = 0.25
    longest_delay: float = 15.0

    def delay(self, failures: int) -> float:
        """Before the next try; jitter keeps many processes from coming back at once."""
        longest = min(self.longest_delay, self.first_delay * 2.0 ** min(failures, 20))
        # Nothing secret depends on it.
        return longest * random.uniform(0.5, 1.0)  # noqa: S311


class SupervisedBackend(BroadcastBackend):
    """
    Keeps one link to a broker open, and opens another whenever it is lost.

    ``next_published`` never raises, and ``subscribe`` and ``unsubscribe`` neither wait nor fail:
    broadcaster 0.3.1 goes deaf, or takes a cancellation for a missing channel, where they do.
    Messages may be lost while the broker is; ``RESYNC`` tells that they may have been.
    """

    def __init__(self, new_link: Callable[[Hear, OnEnd], Link], pace: Pace) -> None:
        self._new_link = new_link
        self._pace = pace
        self._channels: set[str] = set()
        self._heard: asyncio.Queue[Event] = asyncio.Queue(_MOST_UNHEARD)
        self._stirred = asyncio.Event()
        self._publishing = asyncio.Lock()
        self._opened = asyncio.Event()
        self._link: Link | None = None
        self._keeper: asyncio.Task[None] | None = None
        self._failures = 0
        self.changed_at = time.monotonic()
        self.links = 0

    @property
    def is_connected(self) -> bool:
        """Whether there is a link that answered when last asked."""
        return self._opened.is_set()

    async def connect(self) -> None:
        """Begin to keep a link; returns at once, whether or not the broker is there."""
        if self._keeper is None:
            self._keeper = asyncio.create_task(self._keep())

    async def disconnect(self) -> None:
        """Let go of the broker, within two seconds even if it is dead."""
        keeper, self._keeper = self._keeper, None
        for _ in range(_FAREWELLS):
            # Once may not be enough: redis-py 8.1 can swallow a cancellation and wait on.
            if keeper is not None and not keeper.done():
                keeper.cancel()
                await asyncio.wait({keeper}, timeout=2 * self._pace.close / _FAREWELLS)
        self._now_linked(None)

    async def subscribe(self, channel: str) -> None:
        """From the channel's ``RESYNC`` on nothing that is said there is missed."""
        self._channels.add(channel)
        self._stirred.set()

    async def unsubscribe(self, channel: str) -> None:
        """The broker is told nothing: with its next link the channel is gone."""
        self._channels.discard(channel)

    async def publish(self, channel: str, message: Any) -> None:
        """
        Send a short message, as soon as there is a link.

        Raises:
            Exception: it was not sent in time; whatever the broker's driver raises.
        """
        async with asyncio.timeout(self._pace.send), self._publishing:
            while (link := self._link) is None:
                await self._opened.wait()
            try:
                await link.publish(channel, str(message))
            except BaseException:
                # Also when the time is over: an answer that is still to come is nobody's.
                link.end()
                raise

    async def next_published(self) -> Event:
        """The next message, or ``RESYNC``."""
        return await self._heard.get()

    async def _keep(self) -> None:
        while True:
            try:
                await self._stay()
                reason = "lost"
            except Exception as error:
                reason = type(error).__name__
            delay = self._pace.delay(self._failures)
            self._failures += 1
            logger.warning("no broker for wake-ups", reason=reason, retry_seconds=round(delay, 2))
            await asyncio.sleep(delay)

    async def _stay(self) -> None:
        """One link, from opening it until it has ended or does not answer."""
        link = self._new_link(self._hear, self._ended)
        listened: set[str] = set()
        try:
            async with asyncio.timeout(self._pace.connect):
                await link.open()
                await self._listen(link, listened)
            self._now_linked(link)
            await self._rest()
            while not link.has_ended:
                async with asyncio.timeout(self._pace.probe):
                    await self._listen(link, listened)
                    await self._probe(link)
                # Only now: a broker that throws out whoever does anything gets the longer delays.
                self._failures = 0
                await self._rest()
        finally:
            self._now_linked(None)
            await self._close(link)

    def _ended(self, link: Link) -> None:
        # At once, lest publishers try it again and again.
        if link is self._link:
            self._now_linked(None)
        self._stirred.set()

    async def _rest(self) -> None:
        """Until something is up, or it is time to ask whether the broker is still there."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self._pace.probe_every):
                await self._stirred.wait()
        self._stirred.clear()

    async def _listen(self, link: Link, listened: set[str]) -> None:
        for channel in self._channels - listened:
            await link.listen(channel)
            listened.add(channel)
            self._hear(channel, RESYNC)

    async def _probe(self, link: Link) -> None:
        # Not while a message is on its way: a connection does one thing at a time.
        async with self._publishing:
            if not link.has_ended:
                await link.probe()

    async def _close(self, link: Link) -> None:
        with contextlib.suppress(Exception):
            async with asyncio.timeout(self._pace.close):
                await link.close()

    def _now_linked(self, link: Link | None) -> None:
        if link is not None:
            self.links += 1
            self._opened.set()
            measures.WAKEUP_LINKS.inc()
            logger.info("broker for wake-ups connected", links=self.links)
        elif self._opened.is_set():
            self._opened.clear()
        else:
            return
        self._link = link
        self.changed_at = time.monotonic()

    def _hear(self, channel: str, message: str) -> None:
        if self._heard.full():
            # One wake-up stands for all before it.
            self._heard.get_nowait()
        self._heard.put_nowait(Event(channel, message))
