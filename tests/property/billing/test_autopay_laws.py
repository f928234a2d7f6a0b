"""Laws of autopay's retries: bounded, later each time, and never after a final word."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.billing.autopay import RETRY_AFTER_DAYS, Tried, next_try
from domain.billing.kinds import AttemptStatus

START = datetime(2026, 1, 1, tzinfo=UTC)
histories = st.lists(
    st.builds(
        Tried,
        status=st.sampled_from(AttemptStatus),
        may_retry=st.booleans(),
        at=st.integers(0, 90).map(lambda days: START + timedelta(days=days)),
    ),
    max_size=8,
)


@given(histories)
def test_only_a_failure_that_may_pass_is_tried_again(tried):
    if tried and next_try(tried) is not None:
        assert tried[-1].status is AttemptStatus.FAILED
        assert tried[-1].may_retry


@given(histories)
def test_an_open_outcome_is_never_followed_by_another_attempt(tried):
    if tried and tried[-1].status in (AttemptStatus.PENDING, AttemptStatus.UNKNOWN):
        assert next_try(tried) is None


@given(histories)
def test_the_next_attempt_is_at_least_a_day_after_the_last(tried):
    at = next_try(tried)

    if tried and at is not None:
        assert at - tried[-1].at >= timedelta(days=1)


def test_as_many_attempts_are_made_as_the_schedule_has_and_the_first():
    tried, at = [], START
    while at is not None and len(tried) < 99:
        tried.append(Tried(AttemptStatus.FAILED, True, max(at, START)))
        at = next_try(tried)

    assert len(tried) == 1 + len(RETRY_AFTER_DAYS)
