"""The event log's partitions: a month of events each, made ahead, dropped whole."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import structlog
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.kernel.database import Database, is_contention
from domain.kernel.ids import first_uuid7

_MONTHS_AHEAD = 2
#: Whoever comes to the table waits while we wait for our lock.
_LOCK_TIMEOUT = "set local lock_timeout = '500ms'"
_STATEMENT_TIMEOUT = "set local statement_timeout = '60s'"
_NAME = re.compile(r"events_(\d{4})_(\d{2})")
_PARTITIONS = text(
    """
    select child.relname from pg_inherits
    join pg_class child on child.oid = inhrelid
    where inhparent = 'kernel.events'::regclass order by child.relname
    """
)

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Month:
    """The events whose ids were made in one calendar month (UTC), and their partition."""

    year: int
    month: int

    @classmethod
    def of(cls, instant: datetime) -> "Month":
        return cls(instant.year, instant.month)

    def plus(self, months: int) -> "Month":
        years, month = divmod(self.month - 1 + months, 12)
        return Month(self.year + years, month + 1)

    @property
    def partition(self) -> str:
        return f"events_{self.year:04}_{self.month:02}"

    @property
    def first_id(self) -> UUID:
        """The smallest id that an event of the month can have."""
        return first_uuid7(datetime(self.year, self.month, 1, tzinfo=UTC))


async def months_in(connection: AsyncConnection) -> list[Month]:
    """The months that have a partition, oldest first."""
    names = (await connection.execute(_PARTITIONS)).scalars()
    matches = [match for name in names if (match := _NAME.fullmatch(name))]
    return [Month(int(match[1]), int(match[2])) for match in matches]


async def ensure_partitions(database: Database, now: datetime | None = None) -> Sequence[Month]:
    """
    Make the partitions of this month and the next two; those that were made now.

    One that cannot be made at once is left for the next time: until then its events go to the
    default partition, and move when it is made.
    """
    this = Month.of(now or datetime.now(UTC))
    made = []
    async with database.reading() as connection:
        known = await months_in(connection)
    for month in (this.plus(ahead) for ahead in range(_MONTHS_AHEAD + 1)):
        if month in known:
            continue
        try:
            async with database.engine.begin() as connection:
                await _make(connection, month)
            made.append(month)
        except Exception as error:
            if not is_contention(error):
                raise
            logger.info("partition not made yet", partition=month.partition)
    return made


async def _make(connection: AsyncConnection, month: Month) -> None:
    partition = f"kernel.{month.partition}"
    begins, ends = month.first_id, month.plus(1).first_id
    within = f"event_id >= '{begins}' and event_id < '{ends}'"
    for statement in (
        _LOCK_TIMEOUT,
        _STATEMENT_TIMEOUT,
        "lock table kernel.events_rest in access exclusive mode",
        f"create table {partition} (like kernel.events including all)",
        f"insert into {partition} select * from kernel.events_rest where {within}",  # noqa: S608
        f"delete from kernel.events_rest where {within}",  # noqa: S608
        f"alter table kernel.events attach partition {partition}"
        f" for values from ('{begins}') to ('{ends}')",
    ):
        await connection.execute(text(statement))


async def drop(database: Database, month: Month, floor: int) -> bool:
    """
    Drop the month's partition if it holds nothing above the floor; whether that was done.

    One that holds an event that is kept, or is in use, is left: the next time may find it free.
    """
    partition = f"kernel.{month.partition}"
    is_over = text(
        f"select not exists (select from {partition} where position is null)"  # noqa: S608
        f" and not exists (select from {partition} where position > :floor)"
    )
    try:
        async with database.engine.begin() as connection:
            for statement in (
                _LOCK_TIMEOUT,
                "lock table only kernel.events in access exclusive mode",
                f"lock table {partition} in access exclusive mode",
            ):
                await connection.execute(text(statement))
            if not await connection.scalar(is_over, {"floor": floor}):
                return False
            await connection.execute(text(f"drop table {partition}"))
            return True
    except Exception as error:
        if not is_contention(error):
            raise
        logger.info("partition not dropped yet", partition=month.partition)
        return False
