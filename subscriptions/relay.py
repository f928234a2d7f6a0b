"""The relay gives committed events their positions, in batches, and wakes the readers up."""

import asyncio
import contextlib

import structlog
from sqlalchemy import text

from domain.kernel.database import Database
from subscriptions.measures import EVENTS_POSITIONED
from subscriptions.wakeup import WakeUp

_LOCK = 7_205_759_404
_BATCH = 500
_POLL_SECONDS = 0.25

# The batch is read after the lock is held, so its snapshot has all earlier batches. Rows are found
# again by the key that the table is partitioned by: each in its own partition, by the index.
_ASSIGN = text(
    """
    with batch as (
        select id, event_id from kernel.events where position is null order by id limit :batch
    ), numbered as (
        select event_id, row_number() over (order by id) as number from batch
    ), head as (
        update kernel.event_head
        set position = position + (select count(*) from batch)
        where (select count(*) from batch) > 0
        returning position - (select count(*) from batch) as base, position
    ), assigned as (
        update kernel.events event set position = head.base + numbered.number
        from numbered, head where event.event_id = numbered.event_id
        returning 1
    )
    select (select count(*) from assigned) as assigned, (select position from head) as position
    """
)

logger = structlog.get_logger(__name__)


async def assign_positions(database: Database) -> tuple[int, int | None]:
    """
    One batch: how many events got a position, and the head position now.

    Any process may call it at any time; one works, the others leave (0 events) at once.
    """
    async with database.engine.begin() as connection:
        locked = await connection.scalar(
            text("select pg_try_advisory_xact_lock(:key)"), {"key": _LOCK}
        )
        if not locked:
            return 0, None
        row = (await connection.execute(_ASSIGN, {"batch": _BATCH})).one()
        return row.assigned, row.position


class Relay:
    """Runs ``assign_positions`` after each commit here that wrote events, and every 250 ms."""

    def __init__(self, database: Database, wakeup: WakeUp) -> None:
        self._database = database
        self._wakeup = wakeup
        self._poked = asyncio.Event()

    def poke(self) -> None:
        """Tell the relay that this process has just committed events."""
        self._poked.set()

    async def run(self) -> None:
        """Relay until cancelled; an unreachable database is waited out."""
        while True:
            try:
                busy = await self._relay_once()
            except Exception as error:
                logger.warning("relay failed", error=type(error).__name__)
                busy = False
                await asyncio.sleep(_POLL_SECONDS)
            if not busy:
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout(_POLL_SECONDS):
                        await self._poked.wait()
                self._poked.clear()

    async def _relay_once(self) -> bool:
        assigned, position = await assign_positions(self._database)
        EVENTS_POSITIONED.inc(assigned)
        if position is not None:
            await self._wakeup.announce(position)
        return assigned == _BATCH
