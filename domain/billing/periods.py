"""The days that one recurring charge pays for: whole months between an account's billing days."""

import calendar
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class BillingPeriod:
    """Days from ``starts_on`` to ``ends_on`` (exclusive)."""

    starts_on: date
    ends_on: date

    @property
    def days(self) -> int:
        return (self.ends_on - self.starts_on).days

    def since(self, day: date) -> "BillingPeriod | None":
        """The part of the period from that day on; None if it is over by then."""
        if day >= self.ends_on:
            return None
        return BillingPeriod(max(self.starts_on, day), self.ends_on)


def billing_period(on: date, *, billing_day: int, months: int, anchor: date) -> BillingPeriod:
    """
    The period of ``months`` months that contains ``on``.

    Periods start on the billing day, clamped to the end of a shorter month, and are counted from
    the one that contains ``anchor`` (the first day of service).
    """
    first = _month_of_period(anchor, billing_day)
    elapsed = _month_of_period(on, billing_day) - first
    start = first + elapsed // months * months
    return BillingPeriod(_on_day(start, billing_day), _on_day(start + months, billing_day))


def _month_of_period(day: date, billing_day: int) -> int:
    """The month, counted from year 0, whose billing day was the last one up to ``day``."""
    month = day.year * 12 + day.month - 1
    return month if day >= _on_day(month, billing_day) else month - 1


def _on_day(month: int, billing_day: int) -> date:
    year, index = divmod(month, 12)
    return date(year, index + 1, min(billing_day, calendar.monthrange(year, index + 1)[1]))
