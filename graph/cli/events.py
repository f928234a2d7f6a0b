"""Following the event log from the command line."""

import asyncio
import sys

import orjson
from sqlalchemy import ColumnElement

from domain.kernel.database import Database
from domain.kernel.events import EventRow, LoggedEvent
from graph.cli.environment import database_at
from subscriptions import log
from subscriptions.relay import assign_positions

_POLL_SECONDS = 0.5


async def tail(url: str, after: int | None, types: frozenset[str], *, follow: bool) -> None:
    """Print the envelopes of events behind a position, one JSON object a line."""
    only = EventRow.type.in_(types) if types else None
    async with database_at(url) as database:
        # Without a running server nobody else would give the newest events their positions.
        await assign_positions(database)
        position = after
        if position is None:
            async with database.reading() as connection:
                position = (await log.read_head(connection)).position
        while True:
            events = await _read(database, position, only)
            for event in events:
                sys.stdout.write(orjson.dumps(event.envelope()).decode() + "\n")
                position = event.position
            sys.stdout.flush()
            if len(events) == log.PAGE:
                continue
            if not follow:
                return
            await asyncio.sleep(_POLL_SECONDS)


async def _read(
    database: Database, position: int, only: ColumnElement[bool] | None
) -> list[LoggedEvent]:
    async with database.reading() as connection:
        return list(await log.read_after(connection, position, only=only))
