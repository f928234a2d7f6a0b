"""What the commands for dead letters and replays do, as the person at the keyboard."""

import asyncio
import getpass
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict
from typing import TypeVar

import orjson
import typer

from domain.kernel.access import Actor, Role, staff
from domain.kernel.consumers import ConsumerService
from domain.kernel.database import Database
from domain.kernel.dead_letters import MOST_LETTERS, DeadLetterService, LetterKey
from domain.kernel.delivery_events import ConsumerReplayed
from domain.kernel.delivery_queries import DeadLetter, DeadLetterFilter, dead_letter_page
from domain.kernel.errors import DomainError
from domain.kernel.paging import Slice
from graph.cli.environment import console, database_at, database_url, load_settings

T = TypeVar("T")


def print_dead_letters(consumer: str | None) -> None:
    """Those of the consumer, or all, as JSON lines on standard output."""

    async def work(database: Database) -> None:
        async for letter in _all(database, DeadLetterFilter(consumer)):
            sys.stdout.write(orjson.dumps(asdict(letter), default=str).decode() + "\n")

    _done(work)


def redrive(consumer: str, positions: list[int]) -> int:
    """Have those of the consumer's dead letters tried again, or all of them; how many."""

    async def work(database: Database) -> int:
        letters, total = DeadLetterService(), 0
        while True:
            async with database.unit_of_work(_operator()) as session:
                if positions:
                    keys = [LetterKey(consumer, each) for each in positions]
                    return await letters.redrive(session, keys)
                redriven = await letters.redrive_all(session, consumer)
            total += redriven
            if redriven < MOST_LETTERS:
                return total

    return _done(work)


def discard(consumer: str, positions: list[int], reason: str) -> int:
    """Give dead letters up for good; how many."""

    async def work(database: Database) -> int:
        keys = [LetterKey(consumer, each) for each in positions]
        async with database.unit_of_work(_operator()) as session:
            return await DeadLetterService().discard(session, keys, reason=reason)

    return _done(work)


def replay(consumer: str, after: int) -> ConsumerReplayed:
    """Set the consumer back; what that undid."""

    async def work(database: Database) -> ConsumerReplayed:
        async with database.unit_of_work(_operator()) as session:
            return await ConsumerService().replay(session, consumer, after=after)

    return _done(work)


def _operator() -> Actor:
    """Who does it, as the event log will tell."""
    return staff(Role.ADMIN, f"staff:cli-{getpass.getuser()}")


def _done(work: Callable[[Database], Awaitable[T]]) -> T:
    """What the work on the database gave; a refusal ends the command with its reason."""

    async def run(url: str) -> T:
        async with database_at(url) as database:
            return await work(database)

    try:
        with database_url(load_settings()) as url:
            return asyncio.run(run(url))
    except DomainError as refusal:
        console.print(f"[red]{refusal.message}[/red]")
        raise typer.Exit(1) from None


async def _all(database: Database, asked: DeadLetterFilter) -> AsyncIterator[DeadLetter]:
    after: str | None = None
    while True:
        part = Slice.of(MOST_LETTERS, after, None, None)
        async with database.reading() as connection:
            page = await dead_letter_page(connection, _operator(), asked, part)
        for letter in page.items:
            yield letter
        if not page.has_next_page:
            return
        after = page.cursors[-1]
