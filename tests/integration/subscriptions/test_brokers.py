"""What broadcaster's stock backends do wrong, ours do right, on PostgreSQL and on Redis."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from broadcaster import Broadcast

from subscriptions.brokers.supervised import RESYNC, Pace
from tests.support.brokers import Broker, Network, PostgresBroker, RedisBroker, RedisServer
from tests.support.ears import CHANNEL, WATCHFUL, backend, broadcasting, listening
from tests.support.waiting import eventually


@pytest.fixture
async def redis(tmp_path: Path) -> AsyncIterator[Broker]:
    server = RedisServer(tmp_path)
    await server.start()
    yield RedisBroker(server)
    await server.stop()


@pytest.fixture
def postgresql(database_url: str) -> Broker:
    return PostgresBroker(database_url)


@pytest.fixture(params=["postgresql", "redis"])
def broker(request: pytest.FixtureRequest) -> Broker:
    """Each of the two in turn."""
    return request.getfixturevalue(request.param)


class TestSubscribing:
    async def test_concurrent_first_subscribers_all_hear(self, broker):
        async with broadcasting(broker.url) as broadcast:

            async def first_heard() -> str:
                async with listening(broadcast) as ear:
                    await eventually(lambda: ear.heard("1") > 0)
                    return "1"

            listeners = [asyncio.create_task(first_heard()) for _ in range(5)]
            await eventually(lambda: backend(broadcast).is_connected)
            await broadcast.publish(CHANNEL, "1")

            assert await asyncio.gather(*listeners) == ["1"] * 5

    async def test_who_comes_as_the_last_one_leaves_hears(self, broker):
        async with broadcasting(broker.url) as broadcast:
            async with listening(broadcast):
                pass
            async with listening(broadcast) as ear:
                await broadcast.publish(CHANNEL, "1")

                await eventually(lambda: ear.heard("1") == 1)

    async def test_a_cancellation_while_subscribing_stays_one(self, broker):
        for turns in range(5):
            async with broadcasting(broker.url) as broadcast:

                async def subscribe(broadcast: Broadcast) -> None:
                    async with broadcast.subscribe(CHANNEL):
                        await asyncio.Event().wait()

                subscribing = asyncio.create_task(subscribe(broadcast))
                for _ in range(turns):
                    await asyncio.sleep(0)
                subscribing.cancel()
                await asyncio.wait({subscribing})

                assert subscribing.cancelled()

    async def test_subscribing_needs_no_broker(self, broker):
        async with (
            broker.down(),
            broadcasting(broker.url) as broadcast,
            broadcast.subscribe(CHANNEL),
        ):
            assert not backend(broadcast).is_connected


class TestPublishing:
    async def test_twenty_at_once_all_arrive(self, broker):
        async with broadcasting(broker.url) as broadcast, listening(broadcast) as ear:
            await asyncio.gather(*(broadcast.publish(CHANNEL, str(n)) for n in range(20)))

            await eventually(lambda: len(ear.messages) >= 21)
            assert ear.messages == [RESYNC, *(str(n) for n in range(20))]

    async def test_fails_in_time_without_a_broker(self, broker):
        async with broker.down(), broadcasting(broker.url, WATCHFUL) as broadcast:
            with pytest.raises(TimeoutError):
                await broadcast.publish(CHANNEL, "1")

    async def test_that_many_go_unheard_costs_no_memory(self):
        async with broadcasting("memory://") as broadcast:
            await eventually(lambda: backend(broadcast).is_connected)
            broadcast._listener_task.cancel()
            for number in range(1000):
                await broadcast.publish(CHANNEL, str(number))

            unheard = [await backend(broadcast).next_published() for _ in range(256)]
            broadcast._listener_task = asyncio.create_task(broadcast._listener())

        assert [event.message for event in unheard] == [str(n) for n in range(744, 1000)]


class TestLosing:
    async def test_a_listener_that_is_cut_off_comes_back_and_is_told_to_catch_up(self, broker):
        async with broadcasting(broker.url) as broadcast, listening(broadcast) as ear:
            await eventually(lambda: ear.heard(RESYNC) == 1)

            await broker.cut("listen")
            await eventually(lambda: ear.heard(RESYNC) == 2)
            await broadcast.publish(CHANNEL, "1")

            await eventually(lambda: ear.heard("1") == 1)
            assert backend(broadcast).links == 2

    async def test_a_publisher_that_is_cut_off_comes_back(self, broker):
        async with broadcasting(broker.url) as broadcast, listening(broadcast) as ear:
            await broadcast.publish(CHANNEL, "1")
            await eventually(lambda: ear.heard("1") == 1)

            await broker.cut("publish")
            for message in ("lost, it may be", "2"):
                with contextlib.suppress(Exception):
                    await broadcast.publish(CHANNEL, message)

            await eventually(lambda: ear.heard("2") == 1)

    async def test_a_broker_that_comes_back_is_used_again(self, broker):
        async with broadcasting(broker.url) as broadcast, listening(broadcast) as ear:
            await eventually(lambda: ear.heard(RESYNC) == 1)

            async with broker.down():
                await eventually(lambda: not backend(broadcast).is_connected)
            await eventually(lambda: ear.heard(RESYNC) == 2)
            await broadcast.publish(CHANNEL, "1")

            await eventually(lambda: ear.heard("1") == 1)

    async def test_a_network_that_swallows_everything_is_noticed_by_asking(self, broker):
        network = Network(broker.reach)
        async with (
            network.running(),
            broadcasting(broker.url_through(network.port), WATCHFUL) as broadcast,
            listening(broadcast) as ear,
        ):
            await eventually(lambda: ear.heard(RESYNC) == 1)

            network.die()
            await eventually(lambda: not backend(broadcast).is_connected)
            before = ear.heard(RESYNC)
            network.revive()
            await eventually(lambda: ear.heard(RESYNC) > before)

    async def test_leaving_does_not_wait_for_a_dead_network(self, broker):
        network = Network(broker.reach)
        async with (
            network.running(),
            broadcasting(broker.url_through(network.port)) as broadcast,
            listening(broadcast) as ear,
        ):
            await eventually(lambda: ear.heard(RESYNC) == 1)

            network.die()
            async with asyncio.timeout(5):
                await backend(broadcast).disconnect()

            assert not backend(broadcast).is_connected

    async def test_leaving_ends_at_whatever_moment_of_connecting(self, broker):
        for turns in range(40):
            async with broadcasting(broker.url) as broadcast, broadcast.subscribe(CHANNEL):
                keeper = backend(broadcast)._keeper
                for _ in range(turns):
                    await asyncio.sleep(0)

            assert keeper.cancelled()

    def test_the_delay_grows_to_its_longest_and_is_never_the_same(self):
        pace = Pace(first_delay=1, longest_delay=8)

        for failures, longest in enumerate((1, 2, 4, 8, 8, 8)):
            delays = {pace.delay(failures) for _ in range(50)}

            assert len(delays) > 1
            assert all(longest / 2 <= delay <= longest for delay in delays)
