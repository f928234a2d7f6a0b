"""The event log as readers see it: one total order of positions, without holes."""

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.kernel.errors import Invalid
from domain.kernel.events import EventHead, EventRow, LoggedEvent
from domain.kernel.records import fetch, select_record

PAGE = 500
_LONGEST_CURSOR = 120


@dataclass(frozen=True, slots=True)
class Head:
    """Newest position, oldest position that is gone, and the epoch both belong to."""

    position: int
    floor: int
    epoch: UUID


async def read_head(connection: AsyncConnection) -> Head:
    """The present end of the log."""
    row = (
        await connection.execute(select(EventHead.position, EventHead.floor, EventHead.epoch))
    ).one()
    return Head(row.position, row.floor, row.epoch)


async def read_after(
    connection: AsyncConnection,
    position: int,
    *,
    upto: int | None = None,
    only: ColumnElement[bool] | None = None,
    limit: int = PAGE,
) -> Sequence[LoggedEvent]:
    """The next events after a position, in order; ``only`` narrows them in SQL."""
    statement = (
        select_record(LoggedEvent, EventRow)
        .where(EventRow.position > position, true() if only is None else only)
        .order_by(EventRow.position)
        .limit(limit)
    )
    if upto is not None:
        statement = statement.where(EventRow.position <= upto)
    return await fetch(connection, LoggedEvent, statement)


def encode_cursor(epoch: UUID, position: int) -> str:
    """A position as clients hold it: opaque, bound to the log's epoch."""
    return base64.urlsafe_b64encode(f"1:{epoch}:{position}".encode()).decode().rstrip("=")


def decode_cursor(cursor: str, head: Head) -> int:
    """
    The position in a cursor of this log.

    Raises:
        Invalid: not a cursor, of another epoch, ahead of the log, or older than what is kept.
    """
    try:
        if len(cursor) > _LONGEST_CURSOR:
            raise ValueError
        padded = cursor + "=" * (-len(cursor) % 4)
        text = base64.b64decode(padded, altchars=b"-_", validate=True).decode("ascii")
        version, epoch, digits = text.split(":")
        if version != "1" or not digits.isdecimal() or UUID(epoch) != head.epoch:
            raise ValueError
    except (ValueError, binascii.Error):
        raise Invalid("after", "is not a cursor of this event log") from None
    position = int(digits)
    if position > head.position:
        raise Invalid("after", "is ahead of the event log")
    if position < head.floor:
        raise Invalid("after", "is older than the events kept; query the state and start anew")
    return position
