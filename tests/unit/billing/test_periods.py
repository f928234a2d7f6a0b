"""Billing periods on known calendars."""

from datetime import date

import pytest

from domain.billing.periods import BillingPeriod, billing_period


@pytest.mark.parametrize(
    ("on", "billing_day", "starts_on", "ends_on"),
    [
        (date(2026, 4, 15), 1, date(2026, 4, 1), date(2026, 5, 1)),
        (date(2026, 4, 15), 15, date(2026, 4, 15), date(2026, 5, 15)),
        (date(2026, 4, 14), 15, date(2026, 3, 15), date(2026, 4, 15)),
        (date(2026, 2, 28), 31, date(2026, 2, 28), date(2026, 3, 31)),
        (date(2024, 2, 28), 31, date(2024, 1, 31), date(2024, 2, 29)),
        (date(2026, 1, 1), 2, date(2025, 12, 2), date(2026, 1, 2)),
    ],
)
def test_a_month_starts_on_the_billing_day_or_the_last_of_a_shorter_month(
    on, billing_day, starts_on, ends_on
):
    period = billing_period(on, billing_day=billing_day, months=1, anchor=date(2020, 1, 1))

    assert period == BillingPeriod(starts_on, ends_on)


@pytest.mark.parametrize(
    ("on", "starts_on", "ends_on"),
    [
        (date(2026, 2, 10), date(2026, 2, 1), date(2026, 5, 1)),
        (date(2026, 4, 30), date(2026, 2, 1), date(2026, 5, 1)),
        (date(2026, 5, 1), date(2026, 5, 1), date(2026, 8, 1)),
        (date(2026, 1, 31), date(2025, 11, 1), date(2026, 2, 1)),
    ],
)
def test_quarters_are_counted_from_the_first_day_of_service(on, starts_on, ends_on):
    period = billing_period(on, billing_day=1, months=3, anchor=date(2026, 2, 10))

    assert period == BillingPeriod(starts_on, ends_on)


def test_the_rest_of_a_period_begins_on_the_day_or_with_the_period():
    april = BillingPeriod(date(2026, 4, 1), date(2026, 5, 1))

    assert april.since(date(2026, 4, 11)) == BillingPeriod(date(2026, 4, 11), date(2026, 5, 1))
    assert april.since(date(2026, 3, 1)) == april
    assert april.since(date(2026, 5, 1)) is None
