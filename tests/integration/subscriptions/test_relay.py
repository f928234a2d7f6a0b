"""The relay: positions without holes, in an order that a reader can follow."""

import asyncio
import random

from sqlalchemy import select, text

from domain.kernel.access import SYSTEM
from domain.kernel.database import Database, create_engine
from domain.kernel.events import EventHead, EventRow
from subscriptions import log
from subscriptions.relay import assign_positions
from tests.support.facts import Happened, happened, positioned


class Withdrawn(Exception):
    """The writer changes its mind."""


async def write(database: Database, writer: int, dice: random.Random) -> int:
    """10 transactions of 1 to 3 events each, about a third of them rolled back; how many stay."""
    kept = 0
    for _ in range(10):
        size, is_kept = dice.randint(1, 3), dice.random() > 0.3
        try:
            async with database.unit_of_work(SYSTEM) as session:
                for number in range(size):
                    customer_id = dice.randint(1, 5) if number == 0 else 10 + writer
                    await session.announce(Happened(customer_id=customer_id, number=writer))
                    await asyncio.sleep(dice.random() / 500)
                if not is_kept:
                    raise Withdrawn
        except Withdrawn:
            continue
        kept += size
    return kept


class TestPositions:
    async def test_have_no_holes_under_sixteen_writers_and_two_relays(self, database_url):
        patient = {"statement_timeout": "60000", "lock_timeout": "60000"}
        database = Database(create_engine(database_url, pool_size=20, **patient))
        writing = asyncio.gather(*(write(database, n, random.Random(n)) for n in range(16)))

        async def relay() -> None:
            while not writing.done():
                await assign_positions(database)
                await asyncio.sleep(0.002)

        async def read() -> list[int]:
            """What a reader sees that goes on from the last position it has seen."""
            seen: list[int] = []
            while not writing.done():
                async with database.reading() as connection:
                    events = await log.read_after(connection, len(seen), limit=20)
                seen += [event.position for event in events]
                await asyncio.sleep(0.002)
            return seen

        _, _, seen, kept = await asyncio.gather(relay(), relay(), read(), writing)
        await positioned(database)

        async with database.reading() as connection:
            rows = (await connection.execute(select(EventRow).order_by(EventRow.position))).all()
            head = await log.read_head(connection)
        await database.dispose()
        assert [row.position for row in rows] == list(range(1, sum(kept) + 1))
        assert head.position == sum(kept)
        assert seen == list(range(1, len(seen) + 1))
        for stream in {row.stream for row in rows}:
            numbers = [row.seq for row in rows if row.stream == stream]
            assert numbers == list(range(1, len(numbers) + 1))

    async def test_are_given_in_batches(self, database):
        async with database.unit_of_work(SYSTEM) as session:
            for number in range(501):
                await session.announce(Happened(customer_id=1, number=number))

        batches = [await assign_positions(database) for _ in range(3)]

        assert batches == [(500, 500), (1, 501), (0, None)]

    async def test_a_relay_that_finds_another_at_work_leaves(self, database):
        await happened(database, 1)
        async with database.unit_of_work(SYSTEM) as session:
            await session.announce(Happened(customer_id=1, number=2))

        async with database.engine.begin() as other:
            await other.execute(text("select pg_advisory_xact_lock(7205759404)"))
            left = await assign_positions(database)
        worked = await assign_positions(database)

        assert (left, worked) == ((0, None), (1, 2))

    async def test_nothing_to_do_leaves_the_head_alone(self, database):
        assert await assign_positions(database) == (0, None)

        async with database.reading() as connection:
            assert await connection.scalar(select(EventHead.position)) == 0


class TestOrder:
    async def test_a_late_commit_comes_later_and_leaves_no_hole(self, database):
        async with database.unit_of_work(SYSTEM) as late:
            await late.announce(Happened(customer_id=2, number=1))
            await happened(database, 2)
            await late.announce(Happened(customer_id=1, number=3))
        await positioned(database)

        async with database.reading() as connection:
            events = await log.read_after(connection, 0)
        assert [(each.position, each.data["number"], each.stream, each.seq) for each in events] == [
            (1, 2, "customer:1", 1),
            (2, 1, "customer:2", 1),
            (3, 3, "customer:1", 2),
        ]

    async def test_ids_are_taken_one_at_a_time(self, database):
        # A cached range would give a later insert of another connection an earlier id.
        cache = "select seqcache from pg_sequence where seqrelid = 'kernel.events_id_seq'::regclass"

        async with database.reading() as connection:
            assert await connection.scalar(text(cache)) == 1
