"""What a change of plan comes to: credits for days paid for, charges for days to come. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from domain.billing.kinds import LineKind
from domain.billing.periods import BillingPeriod
from domain.kernel.money import Money
from domain.tariff.commands import PlanChangeTime
from domain.tariff.proration import Settlement, share_left
from domain.tariff.records import TariffPlan


@dataclass(frozen=True, slots=True)
class ChangeLine:
    """
    One amount of a change, without tax, and what it follows from; credits are negative.

    It is ``whole`` times ``days`` of ``period_days``, for the days from ``period_from`` until
    ``period_to`` (exclusive); what is not by the day (a setup fee) has no days.
    """

    kind: LineKind
    description: str
    amount: Money
    whole: Money
    days: int | None = None
    period_days: int | None = None
    period_from: date | None = None
    period_to: date | None = None


@dataclass(frozen=True, slots=True)
class PlanChange:
    """A change to look at: as ``TariffService.change_plan`` takes it."""

    tariff_plan_id: int
    when: PlanChangeTime = PlanChangeTime.NOW
    on: date | None = None
    settlement: Settlement = Settlement.CREDIT


@dataclass(frozen=True, slots=True)
class PlanChangePreview:
    """
    What the change comes to, without tax: its lines, and their sum in ``net``.

    ``contract_ends_at`` is the end of the minimum term after it; None if nothing binds.
    """

    customer_id: int
    tariff_plan_id: int
    starts_at: datetime
    contract_ends_at: datetime | None
    net: Money
    lines: tuple[ChangeLine, ...]


def change_lines(
    plan: TariffPlan,
    *,
    on: date,
    period: BillingPeriod,
    invoiced: Mapping[BillingPeriod, Money],
    settlement: Settlement,
) -> tuple[ChangeLine, ...]:
    """
    The lines of a change to the plan on the day.

    ``invoiced`` is what the present plan was charged net of discounts, by the days it paid for;
    with CREDIT each gives back what is left of it, rounded once. ``period`` is the new plan's
    that contains the day: its rest is charged at its share, and the setup fee in full.
    """
    credits = [
        _credit(amount, paid, on)
        for paid, amount in sorted(invoiced.items(), key=lambda each: each[0].starts_on)
        if settlement is Settlement.CREDIT and paid.ends_on > on
    ]
    lines = [*credits, _charge(plan, period, on), _setup(plan)]
    return tuple(line for line in lines if line.amount.minor)


def _credit(amount: Money, paid: BillingPeriod, on: date) -> ChangeLine:
    left = share_left(amount, starts_on=paid.starts_on, ends_on=paid.ends_on, on=on)
    since = max(paid.starts_on, on)
    return ChangeLine(
        kind=LineKind.ADJUSTMENT,
        description="Days paid for and not used",
        amount=Money(-left.minor, left.currency),
        whole=amount,
        days=(paid.ends_on - since).days,
        period_days=paid.days,
        period_from=since,
        period_to=paid.ends_on,
    )


def _charge(plan: TariffPlan, period: BillingPeriod, on: date) -> ChangeLine:
    is_whole = on == period.starts_on
    return ChangeLine(
        kind=LineKind.RECURRING if is_whole else LineKind.PRORATION,
        description=plan.name,
        amount=share_left(plan.price, starts_on=period.starts_on, ends_on=period.ends_on, on=on),
        whole=plan.price,
        days=(period.ends_on - on).days,
        period_days=period.days,
        period_from=on,
        period_to=period.ends_on,
    )


def _setup(plan: TariffPlan) -> ChangeLine:
    return ChangeLine(LineKind.SETUP, f"{plan.name}: setup", plan.setup_fee, plan.setup_fee)
