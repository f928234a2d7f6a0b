"""Laws of accounting: order and repetition of records do not matter."""

from datetime import UTC, datetime, timedelta
from functools import reduce

from hypothesis import given
from hypothesis import strategies as st

from domain.radius.accounting import merged, reported, standing
from domain.radius.models import AcctStatusType, SessionState
from tests.support.radius import a_record

BOOT = datetime(2026, 3, 14, 12, tzinfo=UTC)
instants = st.integers(-86_400, 86_400).map(lambda seconds: BOOT + timedelta(seconds=seconds))
counters = st.integers(0, 2**32 - 1)
gigawords = st.integers(0, 2**31 - 1)


@st.composite
def progresses(draw):
    record = a_record(
        draw(
            st.sampled_from(
                [AcctStatusType.START, AcctStatusType.INTERIM_UPDATE, AcctStatusType.STOP]
            )
        ),
        session_time_seconds=draw(st.integers(0, 86_400)),
        input_octets=draw(counters),
        input_gigawords=draw(gigawords),
        output_octets=draw(counters),
        output_gigawords=draw(gigawords),
        terminate_cause=draw(st.sampled_from([None, "User-Request", "Idle-Timeout"])),
    )
    return reported(record, draw(instants))


@given(st.lists(progresses(), min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_any_order_with_any_repetition_gives_the_same(records, random):
    shuffled = records + random.choices(records, k=4)
    random.shuffle(shuffled)

    assert reduce(merged, shuffled) == reduce(merged, records)


@given(progresses(), progresses(), progresses())
def test_merging_is_associative(one, other, third):
    assert merged(merged(one, other), third) == merged(one, merged(other, third))


@given(st.lists(progresses(), min_size=1, max_size=8))
def test_totals_never_fall_and_their_rises_sum_up_to_them(records):
    seen, usage = None, 0
    for record in records:
        after = merged(seen, record) if seen else record
        rise = after.input_octets - (seen.input_octets if seen else 0)
        assert rise >= 0
        usage += rise
        seen = after

    assert seen is not None
    assert usage == seen.input_octets < 2**63


@given(progresses(), st.none() | instants, st.booleans())
def test_a_session_is_open_exactly_while_it_has_no_end(progress, booted_at, disconnect_requested):
    stands = standing(progress, booted_at=booted_at, disconnect_requested=disconnect_requested)

    is_open = stands.state in (SessionState.ACTIVE, SessionState.DISCONNECT_REQUESTED)
    assert is_open is (stands.stopped_at is None)
