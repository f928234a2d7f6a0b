"""What the commands for dead letters and replays do, as the person at the keyboard."""

import sys
from collections.abc import AsyncIterator
from dataclasses import asdict

import orjson

from domain.kernel.consumers import ConsumerService
from domain.kernel.database import Database
from domain.kernel.dead_letters import MOST_LETTERS, DeadLetterService, LetterKey
from domain.kernel.delivery_events import ConsumerReplayed
from domain.kernel.delivery_queries import DeadLetter, DeadLetterFilter, dead_letter_page
from domain.kernel.paging import Slice
from graph.cli.environment import done, operator


def print_dead_letters(consumer: str | None) -> None:
    """Those of the consumer, or all, as JSON lines on standard output."""

    async def work(database: Database) -> None:
        async for letter in _all(database, DeadLetterFilter(consumer)):
            sys.stdout.write(orjson.dumps(asdict(letter), default=str).decode() + "\n")

    done(work)


def redrive(consumer: str, positions: list[int]) -> int:
    """Have those of the consumer's dead letters tried again, or all of them; how many."""

    async def work(database: Database) -> int:
        letters, total = DeadLetterService(), 0
        while True:
            async with database.unit_of_work(operator()) as session:
                if positions:
                    keys = [LetterKey(consumer, each) for each in positions]
                    return await letters.redrive(session, keys)
                redriven = await letters.redrive_all(session, consumer)
            total += redriven
            if redriven < MOST_LETTERS:
                return total

    return done(work)


def discard(consumer: str, positions: list[int], reason: str) -> int:
    """Give dead letters up for good; how many."""

    async def work(database: Database) -> int:
        keys = [LetterKey(consumer, each) for each in positions]
        async with database.unit_of_work(operator()) as session:
            return await DeadLetterService().discard(session, keys, reason=reason)

    return done(work)


def replay(consumer: str, after: int) -> ConsumerReplayed:
    """Set the consumer back; what that undid."""

    async def work(database: Database) -> ConsumerReplayed:
        async with database.unit_of_work(operator()) as session:
            return await ConsumerService().replay(session, consumer, after=after)

    return done(work)


async def _all(database: Database, asked: DeadLetterFilter) -> AsyncIterator[DeadLetter]:
    after: str | None = None
    while True:
        part = Slice.of(MOST_LETTERS, after, None, None)
        async with database.reading() as connection:
            page = await dead_letter_page(connection, operator(), asked, part)
        for letter in page.items:
            yield letter
        if not page.has_next_page:
            return
        after = page.cursors[-1]
