"""The hub: every follower gets every event once, in order, at whatever pace."""

import asyncio
from contextlib import aclosing

import pytest

from domain.kernel.access import SYSTEM
from domain.kernel.database import Database
from domain.kernel.events import EventRow
from subscriptions.buffers import BUFFER
from subscriptions.hub import Hub
from tests.support.facts import Happened, HappenedToo, happened, in_bulk
from tests.support.logs import all_of, caught_up, changed, reading, some
from tests.support.waiting import eventually


class TestFollow:
    async def test_starts_with_what_happens_from_now_on(self, database: Database):
        await happened(database, 1, 2)
        hub = Hub(database)

        async with reading(hub), aclosing(all_of(hub)) as follower:
            waiting = asyncio.ensure_future(some(follower, 1))
            await eventually(lambda: hub.followers == 1)
            await happened(database, 3)
            hub.wake()

            assert await waiting == [3]

    async def test_now_is_when_it_is_asked_for_and_not_where_the_hub_is(self, database):
        hub = Hub(database)
        async with reading(hub):
            pass
        await happened(database, 1, 2)

        async with aclosing(all_of(hub)) as follower:
            waiting = asyncio.ensure_future(some(follower, 1))
            await eventually(lambda: hub.followers == 1)
            await happened(database, 3)
            async with reading(hub):
                assert await waiting == [3]

    async def test_starts_behind_a_position_and_goes_on_live(self, database):
        await happened(database, 1, 2, 3)
        hub = Hub(database)

        async with reading(hub), aclosing(all_of(hub, 1)) as follower:
            past = await some(follower, 2)
            await happened(database, 4)
            hub.wake()
            live = await some(follower, 1)

        assert (past, live) == ([2, 3], [4])

    @pytest.mark.parametrize(
        ("burst", "buffer"), [(7, 8), (8, 8), (9, 8), (30, 8), (BUFFER + 1, BUFFER)]
    )
    async def test_a_stopped_follower_loses_nothing(self, database, monkeypatch, burst, buffer):
        monkeypatch.setattr("subscriptions.buffers.BUFFER", buffer)
        hub = Hub(database)

        async with reading(hub), aclosing(all_of(hub, 0)) as follower:
            await happened(database, 0)
            hub.wake()
            assert await some(follower, 1) == [0]
            await in_bulk(database, 1, burst)
            await caught_up(hub, burst + 1)
            await happened(database, burst + 1)
            hub.wake()
            numbers = await some(follower, burst + 1)

        assert numbers == list(range(1, burst + 2))

    async def test_a_follower_that_overflows_again_while_it_catches_up_loses_nothing(
        self, database, monkeypatch
    ):
        monkeypatch.setattr("subscriptions.buffers.BUFFER", 8)
        hub = Hub(database)
        numbers: list[int] = []
        last = 0

        async with reading(hub), aclosing(all_of(hub, 0)) as follower:
            await happened(database, 0)
            hub.wake()
            numbers += await some(follower, 1)
            for taken in (1, 25, 3):
                await in_bulk(database, last + 1, 30)
                last += 30
                await caught_up(hub, last + 1)
                numbers += await some(follower, taken)
            numbers += await some(follower, last + 1 - len(numbers))

        assert numbers == list(range(last + 1))

    async def test_a_follower_ahead_of_a_lagging_hub_gets_nothing_twice(self, database):
        await happened(database, 1)
        hub = Hub(database)
        async with reading(hub):
            pass
        await happened(database, 2, 3, 4)

        async with aclosing(all_of(hub, 3)) as follower:
            waiting = asyncio.ensure_future(some(follower, 1))
            await eventually(lambda: hub.followers == 1)
            async with reading(hub):
                await caught_up(hub, 4)

                assert await waiting == [4]

    async def test_only_what_matches_is_given_past_and_live(self, database):
        await happened(database, 1)
        await happened(database, 2, kind=HappenedToo)
        hub = Hub(database)
        only = hub.follow(
            lambda event: event.type == "test.happened_too",
            EventRow.type == "test.happened_too",
            0,
        )

        async with reading(hub), aclosing(only) as follower:
            past = await some(follower, 1)
            await happened(database, 3)
            await happened(database, 4, kind=HappenedToo)
            hub.wake()
            live = await some(follower, 1)

        assert (past, live) == ([2], [4])

    async def test_one_that_leaves_takes_its_buffer_along(self, database):
        await happened(database, 1)
        hub = Hub(database)

        async with reading(hub), aclosing(all_of(hub, 0)) as follower:
            await some(follower, 1)
            followed = hub.followers

        assert (followed, hub.followers) == (1, 0)

    async def test_one_about_a_customer_is_told_as_if_it_were_asked_about_all(self, database):
        hub = Hub(database)
        theirs = EventRow.customer_id == 1
        only = hub.follow(lambda event: event.customer_id == 1, theirs, 0, customer_id=1)

        async with reading(hub), aclosing(only) as follower:
            await happened(database, 1)
            hub.wake()
            first = await some(follower, 1)
            async with database.unit_of_work(SYSTEM) as session:
                await session.announce(Happened(customer_id=2, number=2))
            await happened(database, 3)
            hub.wake()

            assert first + await some(follower, 1) == [1, 3]


class TestReading:
    async def test_goes_on_after_the_database_was_away(self, database):
        hub = Hub(database)

        async with reading(hub), aclosing(all_of(hub, 0)) as follower:
            await changed(database, "alter table kernel.events rename to gone")
            hub.wake()
            await changed(database, "alter table kernel.gone rename to events")
            await happened(database, 1)
            hub.wake()

            assert await some(follower, 1) == [1]

    async def test_tells_nothing_beyond_a_hole_until_it_is_mended(self, database, caplog):
        hub = Hub(database)

        async with reading(hub), aclosing(all_of(hub, 0)) as follower:
            await happened(database, 1)
            hub.wake()
            told = await some(follower, 1)
            await changed(database, "update kernel.event_head set position = 2")
            await happened(database, 3)
            hub.wake()
            await eventually(lambda: "hole in the event log" in caplog.text)
            position = hub.position
            await happened(database, 2)
            await changed(database, "update kernel.events set position = 2 where position = 4")
            hub.wake()

            assert (position, told + await some(follower, 2)) == (1, [1, 2, 3])
