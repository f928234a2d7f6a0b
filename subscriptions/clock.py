"""Work that is done from time to time by one of all processes, as long as they serve."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import structlog
from sqlalchemy import text

from domain.kernel.database import Database

_FIRST_SECONDS = 30

logger = structlog.get_logger(__name__)


class Clock:
    """
    Calls ``work`` every so many seconds, unless another process is at it.

    ``lock`` is the number of the advisory lock that tells them apart: one for each kind of work.
    """

    def __init__(
        self,
        database: Database,
        work: Callable[[Database], Awaitable[object]],
        *,
        lock: int,
        every_seconds: float,
    ) -> None:
        self._database = database
        self._work = work
        self._lock = lock
        self._every_seconds = every_seconds

    async def run(self) -> None:
        """Work until cancelled; what fails is tried again the next time."""
        await asyncio.sleep(min(_FIRST_SECONDS, self._every_seconds))
        while True:
            try:
                await self.strike()
            except Exception as error:
                logger.warning(
                    "periodic work failed", work=self._work.__name__, error=type(error).__name__
                )
            # Not all processes of all hosts at once.
            await asyncio.sleep(self._every_seconds * random.uniform(0.8, 1.2))  # noqa: S311

    async def strike(self) -> bool:
        """Do the work once; False if another process is at it."""
        async with alone(self._database, self._lock) as is_alone:
            if is_alone:
                await self._work(self._database)
            return is_alone


class Clocks:
    """All clocks of a process, started and stopped as one."""

    def __init__(self, *clocks: Clock) -> None:
        self._clocks = clocks

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Run them for the length of the block."""
        tasks = [asyncio.create_task(clock.run()) for clock in self._clocks]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def alone(database: Database, lock: int) -> AsyncIterator[bool]:
    """Whether no other process is in a block of that lock now."""
    async with database.reading() as connection:
        key = {"key": lock}
        is_alone = await connection.scalar(text("select pg_try_advisory_lock(:key)"), key)
        try:
            yield bool(is_alone)
        finally:
            if is_alone:
                await connection.execute(text("select pg_advisory_unlock(:key)"), key)
