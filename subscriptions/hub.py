"""One per process: reads the log once for all, and hands events to bounded buffers."""

import asyncio
import contextlib
import random
from collections.abc import AsyncGenerator, Callable, Iterator, Sequence
from contextlib import aclosing, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement

from domain.kernel.database import Database
from domain.kernel.events import LoggedEvent
from subscriptions import log, progress
from subscriptions.buffers import Audience, Buffer
from subscriptions.cursors import Cursors
from subscriptions.log import Head, LogRestored
from subscriptions.measures import EVENTS_DISPATCHED, HUB_POSITION

_POLL_SECONDS = 1.0

logger = structlog.get_logger(__name__)


class GapReason(StrEnum):
    """Why a follower was not told some events: the log no longer held them, because …"""

    RETENTION = "RETENTION"
    TOO_SLOW = "TOO_SLOW"


@dataclass(frozen=True, slots=True)
class Gap:
    """
    A follower missed what the log held behind ``from_position``, up to ``to_position`` included.

    ``count`` events of whatever kind, so an upper bound; None where it is not to be told.
    """

    from_position: int
    to_position: int
    reason: GapReason
    count: int | None

    @property
    def position(self) -> int:
        """Where the follower goes on from, as after an event."""
        return self.to_position


class Hub:
    """The process's reader of the log, from the head at its start."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.position = 0
        self.cursors = Cursors(UUID(int=0), bytes(32))
        self.is_started = asyncio.Event()
        self._audience = Audience()
        self._woken = asyncio.Event()
        self._listeners: list[Callable[[LoggedEvent], None]] = []

    @property
    def cursor(self) -> str:
        """The place of the newest event that was read."""
        return self.cursors.seal(self.position)

    @property
    def followers(self) -> int:
        """How many subscribers follow the log now."""
        return len(self._audience)

    def on_event(self, listener: Callable[[LoggedEvent], None]) -> None:
        """Call the listener with every event that this process reads; it must be quick."""
        self._listeners.append(listener)

    def wake(self) -> None:
        """There may be more to read."""
        self._woken.set()

    async def run(self) -> None:
        """Read and dispatch until cancelled; an unreachable database is waited out."""
        while True:
            try:
                await self._catch_up()
            except Exception as error:
                logger.warning("event hub cannot read", error=type(error).__name__)
            with contextlib.suppress(TimeoutError):
                # Processes that start together must not ask the database together for ever.
                async with asyncio.timeout(_POLL_SECONDS * random.uniform(0.8, 1.2)):  # noqa: S311
                    await self._woken.wait()
            self._woken.clear()

    async def head(self) -> Head:
        """The present end of the log, which this hub may not have read yet."""
        async with self.database.reading() as connection:
            return await log.read_head(connection)

    async def follow(
        self,
        matches: Callable[[LoggedEvent], bool],
        where: ColumnElement[bool],
        after: int | None = None,
        *,
        customer_id: int | None = None,
    ) -> AsyncGenerator[LoggedEvent | Gap, None]:
        """
        Matching events after a position (or from now on): first from the log, then live.

        In order, without duplicate, whatever the pace of whoever takes them; what the log no
        longer holds is told as a ``Gap``. ``where`` says in SQL what ``matches`` says of an event
        in hand; ``customer_id``, if given, that both hold for this customer's events only.

        Raises:
            LogRestored: positions do not mean any more what they meant.
        """
        await self.is_started.wait()
        if after is None:
            after = (await self.head()).position
        with self._joined(Buffer(matches, customer_id)) as buffer:
            follower = _Follower(self, buffer, where, after)
            while True:
                async with aclosing(follower.past(self.position)) as past:
                    async for told in past:
                        yield told
                async with aclosing(follower.live()) as live:
                    async for event in live:
                        yield event

    @contextmanager
    def _joined(self, buffer: Buffer) -> Iterator[Buffer]:
        self._audience.add(buffer)
        progress.tell(buffer)
        try:
            yield buffer
        finally:
            self._audience.remove(buffer)

    async def _catch_up(self) -> None:
        head = await self.head()
        if not self.is_started.is_set():
            self._go_to(head)
            self.is_started.set()
        elif head.cursors != self.cursors or head.position < self.position:
            self._start_anew(head)
        while self.position < head.position:
            async with self.database.reading() as connection:
                events = await log.read_after(connection, self.position)
            if not self._dispatch(events) and not await self._is_past_hole():
                return

    def _dispatch(self, events: Sequence[LoggedEvent]) -> bool:
        """Tell what follows without a hole; whether that was anything."""
        before = self.position
        for event in events:
            if event.position != self.position + 1:
                break
            self.position = event.position
            for listener in self._listeners:
                listener(event)
            self._audience.tell(event)
        EVENTS_DISPATCHED.inc(self.position - before)
        HUB_POSITION.set(self.position)
        return self.position > before

    async def _is_past_hole(self) -> bool:
        """Skip what retention has removed; any other hole is a broken log, to be read again."""
        head = await self.head()
        if head.floor <= self.position:
            logger.error("hole in the event log", behind=self.position, head=head.position)
            return False
        for buffer in self._audience:
            buffer.spill(self.position)
        self.position = head.floor
        return True

    def _start_anew(self, head: Head) -> None:
        logger.warning("event log was restored", position=self.position, head=head.position)
        for buffer in self._audience:
            buffer.end(LogRestored())
        self._go_to(head)

    def _go_to(self, head: Head) -> None:
        self.position, self.cursors = head.position, head.cursors
        HUB_POSITION.set(self.position)


class _Follower:
    """One subscriber's way along the log: everything up to ``cursor`` has been told."""

    def __init__(self, hub: Hub, buffer: Buffer, where: ColumnElement[bool], cursor: int) -> None:
        self._hub = hub
        self._buffer = buffer
        self._where = where
        self._cursors = hub.cursors
        self._is_new = True
        self.cursor = cursor

    async def past(self, upto: int) -> AsyncGenerator[LoggedEvent | Gap, None]:
        """What the log holds from here up to the position; what it does not, as a gap."""
        while self.cursor < upto:
            async with self._hub.database.reading() as connection:
                events = await log.read_after(connection, self.cursor, upto=upto, only=self._where)
                # Asked last: what is above the floor even now cannot have been missing before.
                head = await log.read_head(connection)
            if head.cursors != self._cursors:
                raise LogRestored
            if head.floor > self.cursor:
                yield self._gap(head.floor)
            for event in self._new(events):
                yield event
            self._is_new = False
            if len(events) < log.PAGE:
                self.cursor = max(self.cursor, upto)

    async def live(self) -> AsyncGenerator[LoggedEvent, None]:
        """What the hub puts into the buffer, until it overflows."""
        self._is_new = False
        while not self._buffer.has_overflowed:
            for event in self._new(await self._buffer.take()):
                yield event
        self.cursor = max(self.cursor, self._buffer.reopen())

    def _new(self, events: Sequence[LoggedEvent]) -> Iterator[LoggedEvent]:
        # A hub that lags behind the client's cursor reads what the client has had.
        for event in events:
            if event.position > self.cursor:
                self.cursor = event.position
                yield event

    def _gap(self, floor: int) -> Gap:
        reason = GapReason.RETENTION if self._is_new else GapReason.TOO_SLOW
        gap = Gap(self.cursor, floor, reason, floor - self.cursor)
        self.cursor = floor
        return gap
