"""One per process: reads the log once for all, and hands events to bounded buffers."""

import asyncio
import contextlib
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing, contextmanager
from uuid import UUID

import structlog
from sqlalchemy import ColumnElement

from domain.kernel.database import Database
from domain.kernel.events import LoggedEvent
from subscriptions import log

BUFFER = 256
_POLL_SECONDS = 1.0

logger = structlog.get_logger(__name__)


class Buffer:
    """
    What one subscriber has not taken yet, never more than 256 events.

    On overflow everything is dropped and ``has_overflowed`` set: the log has it all.
    """

    def __init__(self, matches: Callable[[LoggedEvent], bool]) -> None:
        self.matches = matches
        self.has_overflowed = False
        self._events: deque[LoggedEvent] = deque()
        self._ready = asyncio.Event()

    def put(self, event: LoggedEvent) -> None:
        if self.has_overflowed:
            return
        if len(self._events) >= BUFFER:
            self._events.clear()
            self.has_overflowed = True
        else:
            self._events.append(event)
        self._ready.set()

    async def take(self) -> list[LoggedEvent]:
        """All that has come, as soon as something has; nothing after an overflow."""
        await self._ready.wait()
        self._ready.clear()
        taken = list(self._events)
        self._events.clear()
        return taken


class Hub:
    """The process's reader of the log, from the head at its start."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.position = 0
        self.epoch = UUID(int=0)
        self.is_started = asyncio.Event()
        self._buffers: set[Buffer] = set()
        self._woken = asyncio.Event()

    @property
    def cursor(self) -> str:
        """The place of the newest event that was read."""
        return log.encode_cursor(self.epoch, self.position)

    @property
    def followers(self) -> int:
        """How many subscribers follow the log now."""
        return len(self._buffers)

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
                async with asyncio.timeout(_POLL_SECONDS):
                    await self._woken.wait()
            self._woken.clear()

    async def follow(
        self,
        matches: Callable[[LoggedEvent], bool],
        where: ColumnElement[bool],
        after: int | None = None,
    ) -> AsyncGenerator[LoggedEvent, None]:
        """
        Matching events after a position (or from now on): first from the log, then live.

        In order, without gap or duplicate, whatever the pace of whoever takes them. ``where``
        says in SQL what ``matches`` says of an event in hand.
        """
        await self.is_started.wait()
        with self._joined(matches) as buffer:
            cursor, caught_up_to = after, self.position
            if cursor is None:
                cursor = caught_up_to
            while True:
                async with aclosing(self._replay(cursor, caught_up_to, where)) as replayed:
                    async for event in replayed:
                        cursor = event.position
                        yield event
                cursor = max(cursor, caught_up_to)
                while not buffer.has_overflowed:
                    for event in await buffer.take():
                        if event.position > cursor:
                            cursor = event.position
                            yield event
                buffer.has_overflowed = False
                caught_up_to = self.position

    @contextmanager
    def _joined(self, matches: Callable[[LoggedEvent], bool]) -> Iterator[Buffer]:
        buffer = Buffer(matches)
        self._buffers.add(buffer)
        try:
            yield buffer
        finally:
            self._buffers.discard(buffer)

    async def _replay(
        self, after: int, upto: int, where: ColumnElement[bool]
    ) -> AsyncGenerator[LoggedEvent, None]:
        while after < upto:
            async with self.database.reading() as connection:
                events = await log.read_after(connection, after, upto=upto, only=where)
            for event in events:
                yield event
            if len(events) < log.PAGE:
                return
            after = events[-1].position

    async def _catch_up(self) -> None:
        if not self.is_started.is_set():
            async with self.database.reading() as connection:
                head = await log.read_head(connection)
            self.position, self.epoch = head.position, head.epoch
            self.is_started.set()
        while True:
            async with self.database.reading() as connection:
                events = await log.read_after(connection, self.position)
            for event in events:
                self.position = event.position
                for buffer in self._buffers:
                    if buffer.matches(event):
                        buffer.put(event)
            if len(events) < log.PAGE:
                return
