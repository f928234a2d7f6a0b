"""Laws of billing periods: they contain their day, and tile the calendar."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.billing.periods import billing_period

days = st.dates(date(1990, 1, 1), date(2090, 1, 1))
billing_days = st.integers(1, 31)
lengths = st.sampled_from([1, 3, 6, 12])


@given(on=days, billing_day=billing_days, months=lengths, anchor=days)
def test_a_period_contains_its_day(on, billing_day, months, anchor):
    period = billing_period(on, billing_day=billing_day, months=months, anchor=anchor)

    assert period.starts_on <= on < period.ends_on


@given(on=days, billing_day=billing_days, months=lengths, anchor=days)
def test_periods_follow_one_another_without_gap_or_overlap(on, billing_day, months, anchor):
    period = billing_period(on, billing_day=billing_day, months=months, anchor=anchor)

    following = billing_period(
        period.ends_on, billing_day=billing_day, months=months, anchor=anchor
    )
    last_day = billing_period(
        period.ends_on - timedelta(days=1), billing_day=billing_day, months=months, anchor=anchor
    )
    assert following.starts_on == period.ends_on
    assert last_day == period


@given(billing_day=billing_days, months=lengths, anchor=days)
def test_the_first_period_contains_the_first_day_of_service(billing_day, months, anchor):
    period = billing_period(anchor, billing_day=billing_day, months=months, anchor=anchor)
    month = billing_period(anchor, billing_day=billing_day, months=1, anchor=anchor)

    assert period.starts_on == month.starts_on
