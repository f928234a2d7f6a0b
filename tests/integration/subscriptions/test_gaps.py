"""Gaps: what the log no longer holds is told, once, and only where something was missed."""

import asyncio
from contextlib import aclosing

import pytest

from domain.kernel.errors import Invalid
from domain.kernel.events import EventRow
from subscriptions import log
from subscriptions.hub import Gap, GapReason, Hub
from subscriptions.log import LogRestored
from tests.support.facts import HappenedToo, happened, in_bulk
from tests.support.logs import all_of, caught_up, changed, forgotten, reading, some
from tests.support.waiting import eventually


class TestRetention:
    async def test_a_cursor_older_than_the_log_gets_a_gap_and_then_the_rest(self, database):
        await happened(database, 1, 2, 3, 4)
        await forgotten(database, 2)
        hub = Hub(database)

        async with reading(hub), aclosing(all_of(hub, 1)) as follower:
            told = await some(follower, 3)
            await happened(database, 5)
            hub.wake()
            told += await some(follower, 1)

        assert told == [Gap(1, 2, GapReason.RETENTION, 1), 3, 4, 5]

    async def test_a_cursor_at_the_floor_has_missed_nothing(self, database):
        await happened(database, 1, 2, 3)
        await forgotten(database, 2)
        hub = Hub(database)

        async with reading(hub), aclosing(all_of(hub, 2)) as follower:
            assert await some(follower, 1) == [3]

    async def test_a_raised_floor_counts_before_anything_is_deleted(self, database):
        await happened(database, 1, 2, 3)
        await changed(database, "update kernel.event_head set floor = 2")
        hub = Hub(database)

        async with reading(hub), aclosing(all_of(hub, 0)) as follower:
            assert await some(follower, 2) == [Gap(0, 2, GapReason.RETENTION, 2), 3]

    async def test_everything_may_be_gone(self, database):
        await happened(database, 1, 2)
        await forgotten(database, 2)
        hub = Hub(database)

        async with reading(hub), aclosing(all_of(hub, 0)) as follower:
            told = await some(follower, 1)
            await happened(database, 3)
            hub.wake()
            told += await some(follower, 1)

        assert told == [Gap(0, 2, GapReason.RETENTION, 2), 3]


class TestSlowness:
    async def test_a_follower_whose_backlog_is_removed_gets_a_gap(self, database, monkeypatch):
        monkeypatch.setattr("subscriptions.buffers.BUFFER", 8)
        hub = Hub(database)

        async with reading(hub), aclosing(all_of(hub, 0)) as follower:
            await happened(database, 1)
            hub.wake()
            told = await some(follower, 1)
            await in_bulk(database, 2, 30)
            await caught_up(hub, 31)
            await forgotten(database, 20)
            told += await some(follower, 3)

        assert told == [1, Gap(1, 20, GapReason.TOO_SLOW, 19), 21, 22]

    async def test_one_that_waited_long_for_its_kind_has_missed_nothing(
        self, database, monkeypatch
    ):
        monkeypatch.setattr("subscriptions.buffers.BUFFER", 2)
        hub = Hub(database)
        rare = hub.follow(
            lambda event: event.type == "test.happened_too",
            EventRow.type == "test.happened_too",
        )

        async with reading(hub), aclosing(rare) as follower:
            waiting = asyncio.ensure_future(some(follower, 5))
            await eventually(lambda: hub.followers == 1)
            await in_bulk(database, 1, 20)
            await caught_up(hub, 20)
            await forgotten(database, 20)
            await happened(database, *range(21, 26), kind=HappenedToo)
            await caught_up(hub, 25)

            assert await waiting == [21, 22, 23, 24, 25]

    async def test_a_hub_that_was_away_goes_on_behind_the_floor(self, database):
        hub = Hub(database)

        async with aclosing(all_of(hub, 0)) as follower:
            async with reading(hub):
                await happened(database, 1)
                await caught_up(hub, 1)
                told = await some(follower, 1)
            await happened(database, 2, 3, 4)
            await forgotten(database, 3)
            async with reading(hub):
                told += await some(follower, 2)

        assert told == [1, Gap(1, 3, GapReason.TOO_SLOW, 2), 4]


class TestRestoring:
    @pytest.mark.parametrize(
        "restore",
        [
            "update kernel.event_head set epoch = gen_random_uuid()",
            "update kernel.event_head set position = 1",
        ],
        ids=["a new epoch", "a head that went back"],
    )
    async def test_ends_followers_and_new_ones_start_from_the_restored_log(self, database, restore):
        hub = Hub(database)

        async with reading(hub), aclosing(all_of(hub, 0)) as follower:
            await happened(database, 1, 2)
            await caught_up(hub, 2)
            await some(follower, 2)
            await changed(database, "delete from kernel.events where position = 2", restore)
            hub.wake()
            with pytest.raises(LogRestored):
                await anext(follower)
            async with aclosing(all_of(hub, 0)) as anew:
                assert await some(anew, 1) == [1]

    async def test_makes_cursors_of_before_void(self, database):
        await happened(database, 1)
        hub = Hub(database)

        async with reading(hub):
            old = hub.cursor
            await log.start_epoch(database)
            hub.wake()
            await eventually(lambda: hub.cursor != old)
            head = await hub.head()

            assert log.open_cursor(hub.cursor, head) == 1
            with pytest.raises(Invalid) as refused:
                log.open_cursor(old, head)
        assert refused.value.path == ("after",)
