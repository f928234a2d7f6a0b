"""Processes that are killed while they handle events: each effect is there once, in order."""

import asyncio
from collections import defaultdict

import pytest
from sqlalchemy import select, text

from domain.kernel.access import SYSTEM, Role, staff
from domain.kernel.dead_letters import DeadLetterService
from domain.kernel.deliveries import EventDelivery
from domain.kernel.events import EventRow
from tests.support.events import settled
from tests.support.facts import Happened, positioned
from tests.support.workers import NAME, POISON, TABLES, workers

EVENTS = 240
STREAMS = 12


@pytest.fixture
async def log(database) -> dict[str, list[int]]:
    """Events of several streams; their positions by stream."""
    async with database.engine.begin() as connection:
        for table in TABLES.split(";"):
            await connection.execute(text(table))
    async with database.unit_of_work(SYSTEM) as session:
        for number in range(EVENTS):
            await session.announce(Happened(customer_id=number % STREAMS, number=number))
    await positioned(database)
    async with database.reading() as connection:
        rows = await connection.execute(
            select(EventRow.stream, EventRow.position).order_by(EventRow.position)
        )
        return _by_stream(rows)


def _by_stream(rows) -> dict[str, list[int]]:
    streams: defaultdict[str, list[int]] = defaultdict(list)
    for stream, position in rows:
        streams[stream].append(position)
    return dict(streams)


async def effects(database) -> dict[str, list[int]]:
    async with database.reading() as connection:
        rows = await connection.execute(text("select stream, position from effects order by id"))
        return _by_stream(rows)


async def effects_reach(database, number: int) -> None:
    async with asyncio.timeout(30):
        while sum(map(len, (await effects(database)).values())) < number:
            await asyncio.sleep(0.02)


async def dead(database) -> list[int]:
    async with database.reading() as connection:
        rows = await connection.execute(
            select(EventDelivery.position)
            .where(EventDelivery.died_at.is_not(None))
            .order_by(EventDelivery.position)
        )
        return list(rows.scalars())


def before_poison(streams: dict[str, list[int]]) -> dict[str, list[int]]:
    """What is done of each stream: all in front of the first event that cannot be."""
    poison = {number + 1 for number in POISON}  # Positions are numbers from 1 on.
    done = {}
    for stream, positions in streams.items():
        first = next((n for n, each in enumerate(positions) if each in poison), len(positions))
        if positions[:first]:
            done[stream] = positions[:first]
    return done


async def test_every_effect_is_there_once_and_in_order_whoever_is_killed(
    database, database_url, log
):
    async with workers(database_url, 3) as herd:
        for reached in (20, 60, 100):
            await effects_reach(database, reached)
            await herd.kill()
            await herd.start()
        await settled(database, seconds=60)

        assert await effects(database) == before_poison(log)
        assert len(await dead(database)) == len({number % STREAMS for number in POISON})

        async with database.engine.begin() as connection:
            await connection.execute(text("insert into cures values (1)"))
        async with database.unit_of_work(staff(Role.ADMIN, "staff:1")) as session:
            await DeadLetterService().redrive_all(session, NAME)
        await positioned(database)
        await settled(database, seconds=60)

    assert await effects(database) == log
    assert await dead(database) == []
