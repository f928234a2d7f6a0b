"""The token bucket."""

from graph.transport.rates import Bucket


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def taken(bucket: Bucket) -> int:
    """How many there are."""
    number = 0
    while bucket.take():
        number += 1
    return number


def test_it_is_full_at_first():
    assert taken(Bucket(3, Clock())) == 3


def test_it_fills_with_time_and_never_runs_over():
    clock = Clock()
    bucket = Bucket(10, clock)
    taken(bucket)

    clock.now += 0.5
    assert taken(bucket) == 5
    clock.now += 100
    assert taken(bucket) == 10


def test_half_a_token_is_none_until_its_other_half_is_there():
    clock = Clock()
    bucket = Bucket(1, clock)
    taken(bucket)

    clock.now += 0.5
    assert taken(bucket) == 0
    clock.now += 0.5
    assert taken(bucket) == 1
