"""Calendar arithmetic: the months that usage is counted in, and a plan's billing cycles."""

import calendar
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.tariff.models import BillingCycle

MONTHS = {
    BillingCycle.MONTHLY: 1,
    BillingCycle.QUARTERLY: 3,
    BillingCycle.SEMI_ANNUAL: 6,
    BillingCycle.YEARLY: 12,
}


@dataclass(frozen=True, slots=True)
class UsageMonth:
    """A calendar month in a time zone, half open; ``first_day`` is its name in the tables."""

    first_day: date
    time_zone: str = "UTC"

    @classmethod
    def of(cls, instant: datetime, time_zone: str = "UTC") -> "UsageMonth":
        """The month that the instant lies in."""
        return cls(local_day(instant, time_zone).replace(day=1), time_zone)

    @property
    def starts_at(self) -> datetime:
        return local_midnight(self.first_day, self.time_zone)

    @property
    def ends_at(self) -> datetime:
        """The first instant of the next month, at which the counters start anew."""
        return local_midnight(_next_month(self.first_day), self.time_zone)

    @property
    def previous(self) -> "UsageMonth":
        last_day = self.first_day - timedelta(days=1)
        return UsageMonth(last_day.replace(day=1), self.time_zone)

    def latest(self, now: datetime) -> datetime:
        """The instant whose plan counts for the month: now, or the last one of a month gone."""
        return min(now, self.ends_at - timedelta(microseconds=1))


def local_day(instant: datetime, time_zone: str) -> date:
    """The day that it is at the instant in the IANA time zone."""
    return instant.astimezone(ZoneInfo(time_zone)).date()


def local_midnight(on: date, time_zone: str) -> datetime:
    """The instant at which the day begins in the IANA time zone; the first one, of two."""
    return datetime.combine(on, time(), ZoneInfo(time_zone)).astimezone(UTC)


def _next_month(first_day: date) -> date:
    return (first_day + timedelta(days=31)).replace(day=1)


def months_later(instant: datetime, months: int) -> datetime:
    """The same day and time some months later, or the last day of a shorter month."""
    years, month = divmod(instant.month - 1 + months, 12)
    year = instant.year + years
    day = min(instant.day, calendar.monthrange(year, month + 1)[1])
    return instant.replace(year=year, month=month + 1, day=day)


def next_cycle_start(anchor: datetime, cycle: BillingCycle, *, after: datetime) -> datetime:
    """
    The first start of a cycle later than ``after``, in cycles counted from ``anchor``.

    Counted from the anchor each time, so that 31 January is followed by 28 February and 31 March.
    """
    months = MONTHS[cycle]
    elapsed = (after.year - anchor.year) * 12 + after.month - anchor.month
    number = max(1, elapsed // months)
    while (start := months_later(anchor, number * months)) <= after:
        number += 1
    return start
