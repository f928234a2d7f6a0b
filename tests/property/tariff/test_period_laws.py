"""Laws of usage months and billing cycles, for any instants."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from domain.tariff.models import BillingCycle
from domain.tariff.periods import MONTHS, UsageMonth, months_later, next_cycle_start

instants = st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
spans = st.timedeltas(timedelta(0), timedelta(days=5000))
cycles = st.sampled_from(BillingCycle)


@given(instant=instants)
def test_every_instant_lies_in_its_month_and_in_no_other(instant):
    month = UsageMonth.of(instant)

    assert month.starts_at <= instant < month.ends_at
    assert UsageMonth.of(month.ends_at).previous == month


@given(anchor=instants, span=spans, cycle=cycles)
def test_the_next_cycle_starts_within_one_cycle(anchor, span, cycle):
    after = anchor + span

    start = next_cycle_start(anchor, cycle, after=after)

    assert after < start <= months_later(after, MONTHS[cycle]) + timedelta(days=3)


@given(anchor=instants, span=spans, cycle=cycles)
def test_cycles_keep_the_anchors_day_or_the_months_last(anchor, span, cycle):
    start = next_cycle_start(anchor, cycle, after=anchor + span)

    is_last_day = (start + timedelta(days=1)).month != start.month
    assert start.day == anchor.day or (start.day < anchor.day and is_last_day)
    assert start.timetz() == anchor.timetz()
