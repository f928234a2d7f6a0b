"""Usage months and billing cycles at the calendar's edges."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest

from domain.tariff.models import BillingCycle
from domain.tariff.periods import UsageMonth, months_later, next_cycle_start


def at(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


class TestUsageMonth:
    def test_is_the_month_in_utc(self):
        tokyo_new_year = datetime(2025, 1, 1, 8, 59, tzinfo=timezone(timedelta(hours=9)))

        assert UsageMonth.of(tokyo_new_year) == UsageMonth(date(2024, 12, 1))

    def test_is_half_open(self):
        december = UsageMonth(date(2024, 12, 1))

        assert (december.starts_at, december.ends_at) == (at(2024, 12, 1), at(2025, 1, 1))
        assert UsageMonth.of(december.ends_at) != december
        assert UsageMonth.of(december.latest(at(2026, 1, 1))) == december

    def test_the_present_month_is_judged_as_of_now(self):
        now = at(2025, 3, 10)

        assert UsageMonth.of(now).latest(now) == now

    def test_knows_the_month_before(self):
        assert UsageMonth(date(2025, 3, 1)).previous == UsageMonth(date(2025, 2, 1))
        assert UsageMonth(date(2025, 1, 1)).previous == UsageMonth(date(2024, 12, 1))


class TestMonthsLater:
    @pytest.mark.parametrize(
        ("start", "months", "end"),
        [
            (at(2025, 1, 31), 1, at(2025, 2, 28)),
            (at(2024, 1, 31), 1, at(2024, 2, 29)),
            (at(2024, 2, 29), 12, at(2025, 2, 28)),
            (at(2025, 11, 30, 7, 5), 3, at(2026, 2, 28, 7, 5)),
            (at(2025, 12, 15), 1, at(2026, 1, 15)),
        ],
    )
    def test_keeps_the_day_or_takes_the_last_one(self, start, months, end):
        assert months_later(start, months) == end


class TestNextCycleStart:
    @pytest.mark.parametrize(
        ("cycle", "after", "start"),
        [
            (BillingCycle.MONTHLY, at(2025, 1, 31), at(2025, 2, 28)),
            (BillingCycle.MONTHLY, at(2025, 2, 28), at(2025, 3, 31)),
            (BillingCycle.MONTHLY, at(2025, 3, 30), at(2025, 3, 31)),
            (BillingCycle.QUARTERLY, at(2025, 2, 1), at(2025, 4, 30)),
            (BillingCycle.SEMI_ANNUAL, at(2025, 8, 1), at(2026, 1, 31)),
            (BillingCycle.YEARLY, at(2025, 2, 1), at(2026, 1, 31)),
        ],
    )
    def test_counts_from_the_anchor(self, cycle, after, start):
        assert next_cycle_start(at(2025, 1, 31), cycle, after=after) == start
