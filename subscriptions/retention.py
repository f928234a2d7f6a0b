"""Retention: old events leave the log, and nobody who still needs one loses it in silence."""

import asyncio
import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.kernel.database import Database
from domain.kernel.ids import first_uuid7
from subscriptions import partitions
from subscriptions.clock import alone
from subscriptions.partitions import Month, ensure_partitions

_LOCK = 7_205_759_405
_BATCH = 5_000
_FIRST_SECONDS = 60
_EVERY_SECONDS = 3_600
_STATEMENT_TIMEOUT = text("set local statement_timeout = '60s'")
# One statement, so one snapshot: a consumer is not seen past events whose deliveries are not.
_HELD = text(
    """
    select head.floor, head.position,
        (select min(position) from kernel.events
         where event_id >= :first_kept and position is not null) as first_kept,
        consumer.name, consumer.done
    from kernel.event_head head left join (
        select name, least(each.position, min(delivery.position) - 1) as done
        from kernel.event_consumers each
        left join kernel.event_deliveries delivery on delivery.consumer = each.name
        group by each.name
    ) consumer on true
    """
)
# Looks again whether a consumer was set back meanwhile; then the floor stays for this time.
_RAISE = text(
    """
    update kernel.event_head set floor = case
        when exists (select from kernel.event_consumers where position < :floor) then floor
        else greatest(floor, :floor) end
    returning floor
    """
)
_DELETE = text(
    """
    delete from kernel.events where event_id in (
        select event_id from kernel.events where position <= :floor order by position limit :batch
    )
    """
)
# Handlers are never given an event again that the log has lost.
_FORGET = text(
    """
    delete from kernel.inbox
    where event_id < (select event_id from kernel.events order by event_id limit 1)
    """
)
_COUNT = text("select count(*) from kernel.events where position <= :floor")

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Pruned:
    """
    What a pruning removed: ``removed`` events, some of them with whole ``partitions``.

    Nothing up to ``floor`` can be read any more. ``held_back_by`` are the consumers that have
    not done with, or have a dead letter of, events that are old enough to go.
    """

    floor: int
    removed: int
    partitions: tuple[Month, ...]
    held_back_by: tuple[str, ...]


async def prune(database: Database, older_than: datetime, *, is_rehearsal: bool = False) -> Pruned:
    """
    Remove the events that are older and that no consumer needs; a rehearsal only counts them.

    An event is as old as its id. The floor is raised first, so that from then on readers know
    what they cannot find. Events without a position are never removed.
    """
    async with database.engine.begin() as connection:
        await connection.execute(_STATEMENT_TIMEOUT)
        floor, held_back_by = await _new_floor(connection, older_than)
        if not is_rehearsal:
            floor = int(await connection.scalar(_RAISE, {"floor": floor}) or 0)
    async with database.engine.begin() as connection:
        await connection.execute(_STATEMENT_TIMEOUT)
        removed = int(await connection.scalar(_COUNT, {"floor": floor}) or 0)
    if is_rehearsal:
        return Pruned(floor, removed, (), held_back_by)
    dropped = await _drop_months(database, older_than, floor)
    await _delete_rest(database, floor)
    return Pruned(floor, removed, tuple(dropped), held_back_by)


async def _new_floor(
    connection: AsyncConnection, older_than: datetime
) -> tuple[int, tuple[str, ...]]:
    """The highest position that may go, and who keeps it from being higher."""
    rows = (await connection.execute(_HELD, {"first_kept": first_uuid7(older_than)})).all()
    first = rows[0]
    old = first.position if first.first_kept is None else first.first_kept - 1
    done = {row.name: row.done for row in rows if row.name is not None}
    holding = sorted(name for name, position in done.items() if position < old)
    return max(min([old, *done.values()]), first.floor), tuple(holding)


async def _drop_months(database: Database, older_than: datetime, floor: int) -> list[Month]:
    async with database.reading() as connection:
        months = await partitions.months_in(connection)
    old = [month for month in months if month.plus(1).first_id <= first_uuid7(older_than)]
    return [month for month in old if await partitions.drop(database, month, floor)]


async def _delete_rest(database: Database, floor: int) -> None:
    deleted = _BATCH
    while deleted == _BATCH:
        async with database.engine.begin() as connection:
            result = await connection.execute(_DELETE, {"floor": floor, "batch": _BATCH})
            deleted = result.rowcount
    async with database.engine.begin() as connection:
        await connection.execute(_STATEMENT_TIMEOUT)
        await connection.execute(_FORGET)


class Retention:
    """Looks after the log once an hour: partitions ahead, and old events if they are to go."""

    def __init__(self, database: Database, keep: timedelta | None) -> None:
        self._database = database
        self._keep = keep

    async def run(self) -> None:
        """Look after it until cancelled; what fails is tried again the next time."""
        await asyncio.sleep(_FIRST_SECONDS)
        while True:
            try:
                await self.look_after()
            except Exception as error:
                logger.warning("event log not looked after", error=type(error).__name__)
            # Not all processes of all hosts at once.
            await asyncio.sleep(_EVERY_SECONDS * random.uniform(0.8, 1.2))  # noqa: S311

    async def look_after(self) -> Pruned | None:
        """Do it once, unless another process is at it."""
        async with alone(self._database, _LOCK) as is_alone:
            if not is_alone:
                return None
            await ensure_partitions(self._database)
            if self._keep is None:
                return None
            pruned = await prune(self._database, datetime.now(UTC) - self._keep)
            if pruned.removed or pruned.held_back_by:
                logger.info(
                    "events removed", count=pruned.removed, held_back_by=pruned.held_back_by
                )
            return pruned
