"""Wake-ups between processes: by Redis, by PostgreSQL, and without either by looking."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from subscriptions import hub, measures, relay
from subscriptions.brokers.supervised import Pace
from subscriptions.wakeup import WakeUp
from tests.support.brokers import Network, RedisBroker, RedisServer
from tests.support.customers import created_customer
from tests.support.ears import QUICK, WATCHFUL, broadcasting, listening
from tests.support.live import born, caught_up, following
from tests.support.server import Api, running_api
from tests.support.waiting import eventually


@pytest.fixture
async def redis(tmp_path: Path) -> AsyncIterator[RedisServer]:
    server = RedisServer(tmp_path)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture
def nobody_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only wake-ups get anything read: neither hub nor relay looks by itself."""
    for module in (hub, relay):
        monkeypatch.setattr(module, "_POLL_SECONDS", 3600)


@asynccontextmanager
async def two_instances(database_url: str, folder: Path, broker: str) -> AsyncIterator[list[Api]]:
    """Two instances of the application on one database, connected by the broker."""
    async with (
        running_api(database_url, folder, broadcast_url=broker) as one,
        running_api(database_url, folder, broadcast_url=broker) as two,
    ):
        await both_connected([one, two])
        yield [one, two]


@asynccontextmanager
async def hearing(url: str, pace: Pace = QUICK) -> AsyncIterator[tuple[WakeUp, list[str]]]:
    """A running wake-up, and a list that grows with each."""
    wakeup, woken = WakeUp(url, pace), []
    wakeup.on_wakeup(lambda: woken.append("woken"))
    running = asyncio.create_task(wakeup.run())
    yield wakeup, woken
    running.cancel()
    await asyncio.wait({running})


def heard() -> float:
    """How many messages have come from brokers in this process."""
    return measures.WAKEUPS_HEARD._value.get()


async def both_connected(instances: list[Api]) -> None:
    streams = [each.application.services.stream for each in instances]
    await eventually(lambda: all(stream.wakeup.is_connected for stream in streams))


async def told(writer: Api, reader: Api) -> None:
    """What is committed in one arrives at a subscriber of the other, and the other way round."""
    for one, other in ((writer, reader), (reader, writer)):
        await caught_up(other)
        async with following(other) as feed:
            customer_id = await born(one)

            assert await feed.facts(1) == [("CustomerCreated", customer_id)]


@pytest.mark.usefixtures("nobody_looks")
class TestBrokers:
    async def test_redis_carries_events_between_instances(self, database_url, tmp_path, redis):
        async with two_instances(database_url, tmp_path, redis.url) as instances:
            await told(*instances)

    async def test_postgresql_carries_events_between_instances(self, database_url, tmp_path):
        broker = database_url.replace("postgresql+asyncpg://", "postgresql://")

        async with two_instances(database_url, tmp_path, broker) as instances:
            await told(*instances)

    async def test_redis_that_comes_back_is_used_again(self, database_url, tmp_path, redis):
        async with two_instances(database_url, tmp_path, redis.url) as instances:
            streams = [each.application.services.stream for each in instances]
            await redis.stop()
            await eventually(lambda: not any(each.wakeup.is_connected for each in streams))
            await redis.start()
            await both_connected(instances)

            await told(*instances)


class TestWakeUp:
    async def test_wakes_its_own_readers_at_once_and_only_once(self):
        async with hearing("memory://") as (wakeup, woken):
            await eventually(lambda: woken == ["woken"])  # it has just come, and reads on
            before = heard()

            await wakeup.announce(7)
            assert woken == ["woken"] * 2
            await eventually(lambda: heard() == before + 1)

            assert woken == ["woken"] * 2

    async def test_says_what_could_not_be_said_as_soon_as_the_broker_is_back(self, redis):
        network = Network(RedisBroker(redis).reach)
        async with (
            broadcasting(redis.url) as broadcast,
            listening(broadcast, "isp_graph_events") as ear,
            network.running(),
            hearing(f"redis://127.0.0.1:{network.port}", WATCHFUL) as (wakeup, _),
        ):
            await eventually(lambda: wakeup.is_connected)
            network.die()
            await eventually(lambda: not wakeup.is_connected)

            await wakeup.announce(8)
            await wakeup.announce(9)
            network.revive()

            await eventually(lambda: "9" in ear.messages)

    async def test_tells_how_it_stands_with_the_broker(self, redis):
        async with hearing(redis.url) as (wakeup, woken):
            before = wakeup.health
            await eventually(lambda: bool(woken))
            first = wakeup.health
            await redis.stop()
            await eventually(lambda: not wakeup.is_connected)
            await redis.start()
            await eventually(lambda: len(woken) == 2)
            again = wakeup.health

        assert (before.is_connected, before.seconds_since_heard) == (False, None)
        assert (first.is_connected, first.reconnects) == (True, 0)
        assert first.seconds_since_heard is not None
        assert (again.is_connected, again.reconnects) == (True, 1)


class TestWithoutBroker:
    async def test_a_dead_broker_costs_no_event(self, database_url, tmp_path, redis):
        async with two_instances(database_url, tmp_path, redis.url) as instances:
            await redis.stop()

            await told(*instances)

    async def test_a_dead_broker_does_not_keep_the_process_from_ending(self, redis):
        listener = WakeUp(redis.url)
        listening = asyncio.create_task(listener.run())
        await eventually(lambda: listener.is_connected)

        await redis.stop()
        listening.cancel()

        await eventually(listening.done)
        assert listening.cancelled()

    async def test_a_broker_that_never_was_costs_no_event(self, database_url, tmp_path):
        async with (
            running_api(database_url, tmp_path, broadcast_url="redis://127.0.0.1:1") as api,
            following(api) as feed,
        ):
            customer_id = await born(api)

            assert await feed.facts(1) == [("CustomerCreated", customer_id)]

    async def test_what_another_program_commits_is_found_by_looking(self, api, database):
        async with following(api) as feed:
            customer_id = await created_customer(database)

            assert await feed.facts(1) == [("CustomerCreated", customer_id)]
