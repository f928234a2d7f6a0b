"""Budgets of several processes in a real Redis, and in each process while it is away."""

import asyncio

import pytest

from graph.limits import shared_buckets
from graph.limits.buckets import Allowance, MemoryBuckets
from graph.limits.measures import BUDGETS_UNSHARED
from graph.limits.shared_buckets import SharedBuckets
from tests.support.brokers import RedisServer
from tests.support.log_lines import log_lines

#: So slow that nothing comes back while a test runs.
TEN = Allowance(capacity=10, per_second=0.001)
FAST = Allowance(capacity=10, per_second=100)


@pytest.fixture
async def redis(tmp_path):
    server = RedisServer(tmp_path)
    async with server.running():
        yield server


async def test_two_processes_share_one_bucket_to_the_last_point(redis):
    one, other = SharedBuckets(redis.url), SharedBuckets(redis.url)

    taken = await asyncio.gather(
        *(buckets.take("a", TEN, 1) for _ in range(15) for buckets in (one, other))
    )

    assert sum(each.is_granted for each in taken) == 10
    refused = await one.take("a", TEN, 2)
    assert refused.level == pytest.approx(0, abs=0.1)
    assert refused.wait_seconds == pytest.approx(2_000, rel=0.01)
    await one.close()
    await other.close()


async def test_a_shared_bucket_gives_what_one_of_this_process_gives(redis):
    shared, own = SharedBuckets(redis.url), MemoryBuckets(lambda: 0.0)

    for wanted in (4, 0, 7, 6, 1):
        ours, theirs = await own.take("a", TEN, wanted), await shared.take("a", TEN, wanted)
        assert theirs.is_granted == ours.is_granted
        assert theirs.level == pytest.approx(ours.level, abs=0.1)
    await shared.close()


async def test_a_shared_bucket_fills_again(redis):
    buckets = SharedBuckets(redis.url)
    await buckets.take("a", FAST, 10)

    await asyncio.sleep(0.06)

    assert (await buckets.take("a", FAST, 5)).is_granted
    await buckets.close()


async def test_without_redis_each_process_counts_for_itself_and_says_so_once(redis, monkeypatch):
    now = 0.0
    buckets = SharedBuckets(redis.url, clock=lambda: now)
    await buckets.take("a", TEN, 10)
    before = BUDGETS_UNSHARED._value.get()

    with log_lines(monkeypatch, shared_buckets) as lines:
        await redis.stop()
        granted = [(await buckets.take("a", TEN, 4)).is_granted for _ in range(3)]
        now += 60
        await buckets.take("a", TEN, 1)
        await redis.start()
        now += 60
        back = await buckets.take("a", TEN, 10)

    assert granted == [True, True, False]
    assert back.is_granted
    assert [line["event"] for line in lines] == [
        "budgets are not shared",
        "budgets are shared again",
    ]
    assert redis.url not in str(lines)
    assert BUDGETS_UNSHARED._value.get() - before == 2
    await buckets.close()
