"""What waiting does to whoever guesses, and does not do to whoever mistypes."""

from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address, IPv6Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.identity.throttle import (
    FORGOTTEN_AFTER,
    LONGEST_DELAY,
    OF_LOGIN,
    OF_NETWORK,
    OF_PAIR,
    Bucket,
    Place,
    network_of,
)

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
LIMITS = st.sampled_from([OF_PAIR, OF_LOGIN, OF_NETWORK])
GAPS = st.lists(st.integers(0, 4000).map(lambda seconds: timedelta(seconds=seconds)), max_size=200)


def let_through(gaps: list[timedelta], limit=OF_PAIR) -> tuple[int, datetime]:
    """How many of tries at these distances are looked at, all wrong; and when the last one was."""
    bucket, now, count = Bucket(), NOON, 0
    for gap in gaps:
        now += gap
        if not bucket.is_blocked(now):
            bucket, count = bucket.after_failure(limit, now), count + 1
    return count, now


@given(GAPS)
def test_nobody_guesses_faster_than_eleven_times_an_hour_for_long(gaps):
    count, end = let_through(gaps)

    hours = (end - NOON) / timedelta(hours=1)
    assert count <= 11 * (1 + hours)


@given(LIMITS, st.integers(1, 300))
def test_waits_begin_with_the_last_free_failure_and_double_up_to_a_quarter_hour(limit, failures):
    bucket = Bucket()
    for _ in range(failures):
        bucket = bucket.after_failure(limit, NOON)

    excess = failures - limit
    wait = bucket.blocked_until and bucket.blocked_until - NOON
    if excess < 0:
        assert wait is None
    else:
        assert wait == min(timedelta(seconds=15 * 2 ** min(excess, 10)), LONGEST_DELAY)


@given(LIMITS, GAPS)
def test_success_forgets_all_failures(limit, gaps):
    bucket, now = Bucket(), NOON
    for gap in gaps:
        now += gap
        bucket = bucket.after_failure(limit, now)

    after = bucket.after_success(now)

    assert (after.failures, after.is_blocked(now), after.is_known(now)) == (0, False, True)
    assert not after.is_known(now + timedelta(days=30))


@given(LIMITS, st.integers(0, 150), st.integers(0, 5))
def test_a_try_that_was_right_leaves_the_wider_buckets_as_they_were(limit, before, meanwhile):
    bucket = Bucket()
    for _ in range(before):
        bucket = bucket.after_failure(limit, NOON)
    later = NOON + LONGEST_DELAY
    counted = bucket.after_failure(limit, later)
    now = counted
    for second in range(meanwhile):
        now = now.after_failure(limit, later + timedelta(seconds=second + 1))

    undone = now.less_one(counted)

    assert undone.failures == before + meanwhile
    assert undone.is_blocked(later + timedelta(seconds=5)) == (
        meanwhile > 0 and before + 1 + meanwhile >= limit
    )


@given(LIMITS, st.integers(1, 200))
def test_failures_are_forgotten_after_a_while_without_one(limit, failures):
    bucket = Bucket()
    for _ in range(failures):
        bucket = bucket.after_failure(limit, NOON)

    assert bucket.after_failure(limit, NOON + FORGOTTEN_AFTER).failures == 1


@given(st.ip_addresses(v=6), st.integers(0, 2**64 - 1))
def test_a_network_is_the_64_of_an_ipv6_address(address, host):
    neighbour = IPv6Address((int(address) >> 64 << 64) | host)
    if not {address.ipv4_mapped, neighbour.ipv4_mapped} - {None}:
        assert network_of(str(address)) == network_of(str(neighbour))


@given(st.ip_addresses(v=4))
def test_and_an_ipv4_address_itself_however_it_is_written(address):
    assert network_of(str(address)) == network_of(f"::ffff:{address}") == str(address)
    assert network_of(str(address)) != network_of(str(IPv4Address(int(address) ^ 1)))


@pytest.mark.parametrize("client", [None, "", "unix:", "testclient", "1.2.3", "\u0661.1.1.1"])
def test_what_is_no_address_is_one_place(client):
    assert network_of(client) == "nowhere"


@given(st.text(max_size=20), st.text(max_size=20))
def test_buckets_are_told_apart_and_tell_nothing(login, other):
    place, beside = Place.of(login, "192.0.2.1"), Place.of(other, "192.0.2.2")

    assert len({place.pair, place.login, place.network}) == 3
    assert (place.login == beside.login) == (login == other)
    assert place.network != beside.network
    assert all(len(name) == 64 for name in (place.pair, place.login, place.network))
