"""
A change of plan within a period that was paid for: what comes back, what is due. Pure.

Days are local dates, periods half open, days are counted as they are (actual/actual); amounts are
rounded half to even, once.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from domain.kernel.money import Money


class Settlement(StrEnum):
    """What becomes of days that were paid for and are not used."""

    CREDIT = "CREDIT"
    NONE = "NONE"


@dataclass(frozen=True, slots=True)
class Step:
    """From that day on the customer pays that price of a whole period."""

    on: date
    price: Money


@dataclass(frozen=True, slots=True)
class Proration:
    """
    A change on one day: ``used`` and ``credit`` are together what was invoiced for the period.

    ``charge`` is the new price for ``remaining_days`` of ``period_days``.
    """

    remaining_days: int
    period_days: int
    used: Money
    credit: Money
    charge: Money

    @property
    def net(self) -> Money:
        """What the customer owes for the change; negative if it gets something back."""
        return self.charge - self.credit


def share_left(amount: Money, *, starts_on: date, ends_on: date, on: date) -> Money:
    """
    The part of a period's amount that pays for the days from ``on`` until ``ends_on`` (exclusive).

    A day before the period stands for its start, one after it for its end. Raises ``ValueError``
    for a period without days.
    """
    return amount.prorated(days=_days_left(starts_on, ends_on, on), of=_days_of(starts_on, ends_on))


def prorated_change(
    *,
    invoiced: Money,
    price: Money,
    starts_on: date,
    ends_on: date,
    on: date,
    settlement: Settlement = Settlement.CREDIT,
) -> Proration:
    """
    What a change on the day means for the period from ``starts_on`` until ``ends_on`` (exclusive).

    ``invoiced`` is what was really invoiced for the whole period, net of discounts; ``price`` is
    the new plan's for a whole one. The credit is rounded and the used part is the remainder, so
    that no minor unit is lost. With NONE nothing comes back.
    """
    credit = share_left(invoiced, starts_on=starts_on, ends_on=ends_on, on=on)
    if settlement is Settlement.NONE:
        credit = Money(0, invoiced.currency)
    return Proration(
        remaining_days=_days_left(starts_on, ends_on, on),
        period_days=_days_of(starts_on, ends_on),
        used=invoiced - credit,
        credit=credit,
        charge=share_left(price, starts_on=starts_on, ends_on=ends_on, on=on),
    )


def collapsed(steps: Sequence[Step]) -> tuple[Step, ...]:
    """The steps by day, of each day only the last one given: what was undone costs nothing."""
    last = {step.on: step for step in steps}
    return tuple(last[on] for on in sorted(last))


def _days_of(starts_on: date, ends_on: date) -> int:
    days = (ends_on - starts_on).days
    if days <= 0:
        raise ValueError("a period ends after it starts")
    return days


def _days_left(starts_on: date, ends_on: date, on: date) -> int:
    return max(0, (ends_on - max(starts_on, on)).days)
