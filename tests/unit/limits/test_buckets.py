"""Token buckets: all at once, then as they fill, never beyond full, and nothing for half."""

from hypothesis import given
from hypothesis import strategies as st

from graph.limits.buckets import Allowance, MemoryBuckets, Taken

TEN = Allowance(capacity=10, per_second=2)


class Clock:
    """A time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


class TestTaking:
    async def test_a_bucket_starts_full_and_gives_what_it_has(self):
        buckets = MemoryBuckets(Clock())

        assert await buckets.take("a", TEN, 4) == Taken(level=6)
        assert await buckets.take("a", TEN, 6) == Taken(level=0)

    async def test_what_is_not_there_is_not_taken_in_part(self):
        buckets = MemoryBuckets(Clock())
        await buckets.take("a", TEN, 7)

        refused = await buckets.take("a", TEN, 8)

        assert refused == Taken(level=3, wait_seconds=2.5)
        assert not refused.is_granted
        assert refused.retry_after_seconds == 3
        assert await buckets.take("a", TEN, 3) == Taken(level=0)

    async def test_it_is_there_after_the_time_that_was_told(self):
        clock = Clock()
        buckets = MemoryBuckets(clock)
        await buckets.take("a", TEN, 10)
        refused = await buckets.take("a", TEN, 5)

        clock.now += refused.wait_seconds

        assert await buckets.take("a", TEN, 5) == Taken(level=0)

    async def test_it_is_never_more_than_full(self):
        clock = Clock()
        buckets = MemoryBuckets(clock)
        await buckets.take("a", TEN, 1)

        clock.now += 3_600

        assert await buckets.take("a", TEN, 0) == Taken(level=10)

    async def test_a_clock_that_goes_back_gives_nothing(self):
        clock = Clock()
        buckets = MemoryBuckets(clock)
        await buckets.take("a", TEN, 10)

        clock.now -= 100

        assert await buckets.take("a", TEN, 0) == Taken(level=0)

    async def test_one_key_knows_nothing_of_another(self):
        buckets = MemoryBuckets(Clock())
        await buckets.take("a", TEN, 10)

        assert await buckets.take("b", TEN, 10) == Taken(level=0)

    async def test_keys_whose_buckets_are_full_again_are_forgotten(self):
        clock = Clock()
        buckets = MemoryBuckets(clock)
        for number in range(1_000):
            await buckets.take(f"client {number}", TEN, 1)
            clock.now += 0.01

        # A point comes back in half a second: no more than the last fifty or so are known.
        assert len(buckets) <= 51


@given(st.lists(st.tuples(st.floats(0, 5), st.integers(0, 10)), max_size=30))
async def test_no_more_is_ever_given_than_was_there_and_came_since(steps):
    clock = Clock()
    buckets = MemoryBuckets(clock)
    given_away = 0
    for seconds, wanted in steps:
        clock.now += seconds
        taken = await buckets.take("a", TEN, wanted)
        given_away += wanted if taken.is_granted else 0
        assert 0 <= taken.level <= TEN.capacity
    assert given_away <= TEN.capacity + TEN.per_second * (clock.now - 1_000) + 1e-6
