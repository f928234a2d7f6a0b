"""The event log as readers see it: one total order of positions, without holes."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from sqlalchemy import ColumnElement, bindparam, select, true, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.kernel.database import Database
from domain.kernel.errors import Conflict, Invalid
from domain.kernel.events import EventHead, EventRow, LoggedEvent
from domain.kernel.reads import Kept, Read, rows_of
from domain.kernel.records import fetch, select_record
from subscriptions.cursors import Cursors

PAGE = 500
EARLIEST = "earliest"

_AFTER = (
    select_record(LoggedEvent, EventRow)
    .where(EventRow.position > bindparam("after"))
    .order_by(EventRow.position)
)
# Each process reads both whenever anything happens.
_PAGE_AFTER = Read(Kept(_AFTER.limit(PAGE)), {})
_OF_HEAD: list[Any] = [EventHead.position, EventHead.floor, EventHead.epoch, EventHead.cursor_key]
_HEAD = Read(Kept(select(*_OF_HEAD)), {})


class LogRestored(Conflict):
    """The log went back to an earlier state: what was told of it no longer holds."""

    def __init__(self) -> None:
        super().__init__(
            "The event log was restored to an earlier state; query what you follow, and subscribe "
            "again without a cursor"
        )


@dataclass(frozen=True, slots=True)
class Head:
    """Newest position, newest position that is gone (0 for none), and the cursors of both."""

    position: int
    floor: int
    cursors: Cursors


async def read_head(connection: AsyncConnection) -> Head:
    """The present end of the log."""
    [(position, floor, epoch, key)] = await rows_of(connection, _HEAD)
    return Head(position, floor, Cursors(epoch, key))


async def read_after(
    connection: AsyncConnection,
    position: int,
    *,
    upto: int | None = None,
    only: ColumnElement[bool] | None = None,
    limit: int = PAGE,
) -> Sequence[LoggedEvent]:
    """The next events after a position, in order; ``only`` narrows them in SQL."""
    if upto is None and only is None and limit == PAGE:
        return await fetch(connection, LoggedEvent, _PAGE_AFTER, after=position)
    statement = _AFTER.where(true() if only is None else only).limit(limit)
    if upto is not None:
        statement = statement.where(EventRow.position <= upto)
    return await fetch(connection, LoggedEvent, statement, after=position)


async def start_epoch(database: Database) -> None:
    """
    Make every cursor of before void: after the log was restored from a backup.

    What was announced after the backup is gone, so a cursor would point to other events.
    """
    async with database.engine.begin() as connection:
        await connection.execute(update(EventHead).values(epoch=uuid4()))


def open_cursor(cursor: str, head: Head) -> int:
    """
    The position in a client's cursor; ``earliest`` is that behind which the retained log begins.

    Raises:
        Invalid: not a cursor of this log in this epoch, or ahead of it.
    """
    if cursor == EARLIEST:
        return head.floor
    position = head.cursors.open(cursor)
    if position > head.position:
        raise Invalid("after", "is ahead of the event log")
    return position
