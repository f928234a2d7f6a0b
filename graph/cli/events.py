"""The event log from the command line: follow it, prune it, void its cursors."""

import asyncio
import sys
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

import orjson
import typer
from sqlalchemy import ColumnElement

from domain.kernel.database import Database
from domain.kernel.errors import Invalid
from domain.kernel.events import EventRow, LoggedEvent
from graph.cli.environment import console, database_at
from subscriptions import catalogue, log
from subscriptions.partitions import ensure_partitions
from subscriptions.relay import assign_positions
from subscriptions.retention import prune

_POLL_SECONDS = 0.5


def types_of(patterns: Iterable[str]) -> frozenset[str]:
    """The types of events that are named or fit a pattern; ends the command if none does."""
    try:
        return frozenset().union(*(catalogue.matching(each, ("--type",)) for each in patterns))
    except Invalid as refusal:
        raise typer.BadParameter(refusal.message) from None


async def tail(
    url: str,
    after: int | None,
    types: frozenset[str],
    *,
    follow: bool,
    as_cloud_events: bool,
) -> None:
    """Print the events behind a position, one JSON object a line."""
    rendered = LoggedEvent.cloud_event if as_cloud_events else LoggedEvent.envelope
    only = EventRow.type.in_(types) if types else None
    async with database_at(url) as database:
        # Without a running server nobody else would give the newest events their positions.
        await assign_positions(database)
        async with database.reading() as connection:
            head = await log.read_head(connection)
        position = head.position if after is None else after
        if position < head.floor:
            console.print(f"Events up to position {head.floor} were removed by retention.")
        while True:
            events = await _read(database, position, only)
            for event in events:
                sys.stdout.write(orjson.dumps(rendered(event)).decode() + "\n")
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


async def remove(url: str, days: int, *, is_rehearsal: bool) -> None:
    """Remove the events that are older than that and that no handler needs; say what was done."""
    async with database_at(url) as database:
        if not is_rehearsal:
            await ensure_partitions(database)
        older_than = datetime.now(UTC) - timedelta(days=days)
        pruned = await prune(database, older_than, is_rehearsal=is_rehearsal)
    verb = "would be removed" if is_rehearsal else "removed"
    console.print(f"{pruned.removed} events {verb}; the log begins behind {pruned.floor}.")
    for name in pruned.held_back_by:
        console.print(f"Held back by {name}: it has not done with older events.")


async def start_epoch(url: str) -> None:
    """Make every cursor void that clients hold."""
    async with database_at(url) as database:
        await log.start_epoch(database)
    console.print("Cursors of before are void; running servers notice within a second.")
