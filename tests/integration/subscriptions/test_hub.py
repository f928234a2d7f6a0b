"""The hub: every follower gets every event once, in order, at whatever pace."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager

import pytest
from sqlalchemy import text

from domain.kernel.database import Database
from domain.kernel.events import EventRow
from subscriptions.hub import BUFFER, Hub
from tests.support.facts import HappenedToo, happened, in_bulk, running
from tests.support.waiting import eventually


@asynccontextmanager
async def reading(hub: Hub) -> AsyncIterator[None]:
    """The hub at work."""
    async with running(hub.run()):
        await hub.is_started.wait()
        yield


def all_of(hub: Hub, after: int | None = None):
    """A follower of every event."""
    return hub.follow(lambda _event: True, text("true"), after)


async def some(follower, number: int) -> list[int]:
    """The numbers of the follower's next events."""
    return [(await anext(follower)).data["number"] for _ in range(number)]


async def caught_up(hub: Hub, position: int) -> None:
    hub.wake()
    await eventually(lambda: hub.position == position)


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
        monkeypatch.setattr("subscriptions.hub.BUFFER", buffer)
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
        monkeypatch.setattr("subscriptions.hub.BUFFER", 8)
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


class TestReading:
    async def test_goes_on_after_the_database_was_away(self, database):
        hub = Hub(database)

        async with reading(hub), aclosing(all_of(hub, 0)) as follower:
            async with database.engine.begin() as connection:
                await connection.execute(text("alter table kernel.events rename to gone"))
            hub.wake()
            async with database.engine.begin() as connection:
                await connection.execute(text("alter table kernel.gone rename to events"))
            await happened(database, 1)
            hub.wake()

            assert await some(follower, 1) == [1]
