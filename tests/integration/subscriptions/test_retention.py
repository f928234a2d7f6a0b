"""Retention: months of the log are made ahead, and leave it once nobody needs them."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, text

from domain.kernel.access import SYSTEM
from domain.kernel.database import Database
from domain.kernel.events import EventRow
from domain.kernel.ids import first_uuid7
from domain.kernel.inbox import InboxEntry, first_time
from subscriptions import retention
from subscriptions.log import read_head
from subscriptions.partitions import Month, ensure_partitions, months_in
from subscriptions.retention import Pruned, Retention, prune
from tests.support.facts import happened
from tests.support.logs import changed

#: Between months that have no partition of their own and months that have.
AUGUST, OCTOBER, LATER = (
    datetime(year, month, 5, tzinfo=UTC) for year, month in ((2020, 8), (2020, 10), (2099, 1))
)


async def aged(database: Database, number: int, at: datetime) -> None:
    """The event of that number is from then: its id says so."""
    statement = (
        "update kernel.events set event_id = overlay(event_id::text placing :prefix from 1 for 13)"
        "::uuid, occurred_at = :at where (data->>'number')::int = :number"
    )
    prefix = str(first_uuid7(at))[:13]
    async with database.engine.begin() as connection:
        await connection.execute(text(statement), {"prefix": prefix, "at": at, "number": number})


async def logged(database: Database, *numbers_of_ages: datetime) -> None:
    """Events numbered from 1, with positions, as old as that."""
    await happened(database, *range(1, len(numbers_of_ages) + 1))
    for number, at in enumerate(numbers_of_ages, start=1):
        await aged(database, number, at)


async def left(database: Database) -> tuple[int, list[int | None]]:
    """The floor, and the positions in the log."""
    async with database.reading() as connection:
        rows = await connection.execute(select(EventRow.position).order_by(EventRow.id))
        return (await read_head(connection)).floor, list(rows.scalars())


async def months(database: Database) -> list[Month]:
    async with database.reading() as connection:
        return await months_in(connection)


async def consumer(database: Database, name: str, position: int) -> None:
    await changed(
        database,
        f"insert into kernel.event_consumers (name, position) values ('{name}', {position})",
    )


class TestPartitions:
    async def test_are_made_for_this_month_and_the_next_two(self, database):
        made = await ensure_partitions(database, datetime(2098, 12, 31, tzinfo=UTC))
        again = await ensure_partitions(database, datetime(2098, 12, 31, tzinfo=UTC))

        assert made == [Month(2098, 12), Month(2099, 1), Month(2099, 2)]
        assert again == []
        assert set(made) <= set(await months(database))

    async def test_take_over_what_came_before_they_were_made(self, database):
        await logged(database, LATER, AUGUST)
        await ensure_partitions(database, datetime(2098, 12, 31, tzinfo=UTC))

        async with database.reading() as connection:
            rows = await connection.execute(
                text("select tableoid::regclass::text from kernel.events order by id")
            )
        assert list(rows.scalars()) == ["kernel.events_2099_01", "kernel.events_rest"]
        assert (await left(database))[1] == [1, 2]

    async def test_wait_for_the_next_time_when_the_table_is_in_use(self, database):
        async with database.engine.begin() as writer:
            await writer.execute(text("lock table kernel.events_rest in row exclusive mode"))
            made = await ensure_partitions(database, LATER)

        assert made == []
        assert len(await ensure_partitions(database, LATER)) == 3


class TestPruning:
    async def test_removes_what_is_older_and_nothing_else(self, database):
        await logged(database, AUGUST, AUGUST, OCTOBER, datetime.now(UTC))

        pruned = await prune(database, OCTOBER - timedelta(days=1))

        assert pruned == Pruned(floor=2, removed=2, partitions=(), held_back_by=())
        assert await left(database) == (2, [3, 4])

    async def test_forgets_what_handlers_saw_of_events_that_are_gone(self, database):
        await logged(database, AUGUST, OCTOBER)
        async with database.unit_of_work(SYSTEM) as session:
            ids = list(await session.scalars(select(EventRow.event_id).order_by(EventRow.position)))
            for event_id in ids:
                assert await first_time(session, "mailer", event_id)

        await prune(database, OCTOBER - timedelta(days=1))

        async with database.unit_of_work(SYSTEM) as session:
            assert list(await session.scalars(select(InboxEntry.event_id))) == ids[1:]

    async def test_drops_whole_months(self, database):
        await ensure_partitions(database, AUGUST)
        await logged(database, AUGUST, AUGUST, OCTOBER, OCTOBER + timedelta(days=2))

        pruned = await prune(database, OCTOBER + timedelta(days=1))

        gone = (Month(2020, 8), Month(2020, 9))
        assert pruned == Pruned(floor=3, removed=3, partitions=gone, held_back_by=())
        assert await left(database) == (3, [4])
        assert not set(gone) & set(await months(database))
        assert Month(2020, 10) in await months(database)

    async def test_stops_before_a_newer_event_that_got_its_position_earlier(self, database):
        await logged(database, AUGUST, OCTOBER, AUGUST)

        pruned = await prune(database, OCTOBER)

        assert (pruned.removed, await left(database)) == (1, (1, [2, 3]))

    async def test_a_rehearsal_counts_and_changes_nothing(self, database):
        await logged(database, AUGUST, AUGUST)

        pruned = await prune(database, OCTOBER, is_rehearsal=True)

        assert pruned == Pruned(floor=2, removed=2, partitions=(), held_back_by=())
        assert await left(database) == (0, [1, 2])

    async def test_never_removes_an_event_without_a_position(self, database):
        await ensure_partitions(database, AUGUST)
        await logged(database, AUGUST, AUGUST)
        await changed(
            database,
            "update kernel.events set position = null where position = 2",
            "update kernel.event_head set position = 1",
        )

        pruned = await prune(database, OCTOBER)

        assert pruned == Pruned(floor=1, removed=1, partitions=(Month(2020, 9),), held_back_by=())
        assert await left(database) == (1, [None])

    async def test_waits_for_every_consumer_and_says_for_which(self, database):
        await logged(database, AUGUST, AUGUST, AUGUST)
        await consumer(database, "fast", 3)
        await consumer(database, "slow", 1)
        await consumer(database, "forgotten", 2)

        pruned = await prune(database, OCTOBER)

        assert pruned == Pruned(1, 1, (), held_back_by=("forgotten", "slow"))
        assert await left(database) == (1, [2, 3])

    @pytest.mark.parametrize("status", ["PENDING", "RUNNING", "DEAD"])
    async def test_an_event_with_an_open_or_dead_delivery_stays_readable(self, database, status):
        await logged(database, AUGUST, AUGUST, AUGUST)
        await consumer(database, "mail", 3)
        await changed(
            database,
            "insert into kernel.event_deliveries"
            " (consumer, position, event_id, stream, status, died_at) select 'mail', position,"
            f" event_id, stream, '{status}', case '{status}' when 'DEAD' then now() end"
            " from kernel.events where position = 2",
        )

        pruned = await prune(database, OCTOBER)

        assert pruned == Pruned(1, 1, (), held_back_by=("mail",))
        assert await left(database) == (1, [2, 3])

    async def test_goes_on_in_batches_where_another_pruning_broke_off(self, database, monkeypatch):
        monkeypatch.setattr(retention, "_BATCH", 2)
        await logged(database, *[AUGUST] * 5)
        await changed(database, "update kernel.event_head set floor = 5")

        pruned = await prune(database, OCTOBER)

        assert pruned == Pruned(floor=5, removed=5, partitions=(), held_back_by=())
        assert await left(database) == (5, [])


class TestLookingAfter:
    async def test_prunes_by_age_and_is_done_by_one_process_at_a_time(self, database):
        await logged(database, AUGUST, datetime.now(UTC))
        keeping = Retention(database, timedelta(days=30))

        done = await asyncio.gather(*(keeping.look_after() for _ in range(4)))

        assert [each.removed for each in done if each is not None][:1] == [1]
        assert await left(database) == (1, [2])

    async def test_leaves_it_to_another_that_is_at_it(self, database):
        async with database.reading() as other:
            await other.execute(text(f"select pg_advisory_lock({retention._LOCK})"))
            left_alone = await Retention(database, timedelta(days=30)).look_after()
            await other.execute(text(f"select pg_advisory_unlock({retention._LOCK})"))

        done = await Retention(database, timedelta(days=30)).look_after()

        assert left_alone is None
        assert done == Pruned(0, 0, (), ())

    async def test_keeps_everything_unless_told_otherwise(self, database):
        await logged(database, AUGUST)

        assert await Retention(database, None).look_after() is None
        assert await left(database) == (0, [1])
