"""Reads of usage: what customers used in a month, judged by the plan that counts for it."""

from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Boolean, Date, DateTime, any_, bindparam, case, func, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.customer.models import Customer
from domain.customer.policy import within_scope
from domain.kernel.access import Actor, Permission, require
from domain.kernel.money import Money
from domain.kernel.reads import one_of, remembered, rows_of
from domain.tariff import fup
from domain.tariff.models import FupAction, PlanAssignment, TariffPlan
from domain.tariff.overage import overage
from domain.tariff.periods import UsageMonth
from domain.tariff.records import UsageSummary
from domain.tariff.usage_models import TopUp, UsageCounter


class UsagePeriod(StrEnum):
    """A calendar month in the customer's time zone, as seen from now."""

    CURRENT = "CURRENT"
    PREVIOUS = "PREVIOUS"


async def usage_summaries(
    connection: AsyncConnection,
    actor: Actor,
    customer_ids: Collection[int],
    period: UsagePeriod = UsagePeriod.CURRENT,
) -> dict[int, UsageSummary]:
    """
    What each visible customer used in the month: zeros before the first record.

    The state is judged from the sums as they are, so it is right at once after a change of plan.
    """
    require(actor, Permission.TARIFF_READ, "read usage")
    now = datetime.now(UTC)
    months = _candidates(now, period)
    is_past = period is UsagePeriod.PREVIOUS
    rows = await rows_of(
        connection,
        _sums(actor),
        keys=customer_ids,
        months=[month.first_day for month in months],
        at=months[0].ends_at - _INSTANT if is_past else now,
        is_past=is_past,
    )
    found: dict[int, UsageSummary] = {}
    for row in map(_Sums._make, rows):
        month = _month(now, row.time_zone, period)
        if row.period_start == month.first_day:
            found[row.customer_id] = _summary(row, month)
        else:
            found.setdefault(row.customer_id, _summary(row.without_usage(), month))
    return found


_INSTANT = timedelta(microseconds=1)
#: The zones in which a day begins first and last.
_OUTERMOST = ("Etc/GMT+12", "Pacific/Kiritimati")


def _month(now: datetime, time_zone: str, period: UsagePeriod) -> UsageMonth:
    month = UsageMonth.of(now, time_zone)
    return month.previous if period is UsagePeriod.PREVIOUS else month


def _candidates(now: datetime, period: UsagePeriod) -> list[UsageMonth]:
    """The months that it may be somewhere: one or, around its end, two; the earlier one first."""
    found = {_month(now, zone, period).first_day for zone in _OUTERMOST}
    return [UsageMonth(first_day) for first_day in sorted(found)]


class _Sums(NamedTuple):
    customer_id: int
    time_zone: str
    period_start: date | None
    downloaded_octets: int
    uploaded_octets: int
    free_octets: int
    draws: dict[str, int] | None
    usable_octets: int
    tariff_plan_id: int | None
    allowance_octets: int | None
    fup_action: FupAction | None
    overage_block_octets: int | None
    overage_price_minor: int | None
    currency: str | None

    def without_usage(self) -> "_Sums":
        """The same where nothing was counted: the row is another month's, or none."""
        return self._replace(downloaded_octets=0, uploaded_octets=0, free_octets=0, draws=None)


@remembered
def _sums(actor: Actor) -> Any:
    instant = DateTime(timezone=True)
    at, is_past = bindparam("at", type_=instant), bindparam("is_past", type_=Boolean)
    # Of a month gone the plan at its end counts, where that was.
    judged_at = case((is_past, func.coalesce(UsageCounter.ends_at - _INSTANT, at)), else_=at)
    usable = (
        select(func.sum(TopUp.octets - TopUp.used_octets))
        .where(TopUp.customer_id == Customer.id, TopUp.starts_at <= at, TopUp.expires_at > at)
        .scalar_subquery()
    )
    return (
        select(
            Customer.id,
            Customer.time_zone,
            UsageCounter.period_start,
            func.coalesce(UsageCounter.downloaded_octets, 0).label("downloaded_octets"),
            func.coalesce(UsageCounter.uploaded_octets, 0).label("uploaded_octets"),
            func.coalesce(UsageCounter.free_octets, 0).label("free_octets"),
            UsageCounter.draws,
            func.coalesce(usable, 0).label("usable_octets"),
            TariffPlan.id.label("tariff_plan_id"),
            TariffPlan.allowance_octets,
            TariffPlan.fup_action,
            TariffPlan.overage_block_octets,
            TariffPlan.overage_price_minor,
            TariffPlan.currency,
        )
        .outerjoin(
            UsageCounter,
            (UsageCounter.customer_id == Customer.id)
            & (UsageCounter.period_start == any_(bindparam("months", type_=ARRAY(Date)))),
        )
        .outerjoin(
            PlanAssignment,
            (PlanAssignment.customer_id == Customer.id) & PlanAssignment.in_force(judged_at),
        )
        .outerjoin(TariffPlan, TariffPlan.id == PlanAssignment.tariff_plan_id)
        .where(
            one_of(Customer.id),
            Customer.deleted_at.is_(None),
            within_scope(actor, Customer.id),
        )
    )


def _summary(row: _Sums, month: UsageMonth) -> UsageSummary:
    drawn = sum((row.draws or {}).values())
    top_ups = drawn + int(row.usable_octets)
    metered = row.downloaded_octets + row.uploaded_octets - row.free_octets
    allowance = row.allowance_octets
    verdict = fup.evaluate(
        used_octets=metered,
        allowance_octets=None if allowance is None else allowance + top_ups,
        action=row.fup_action,
    )
    price = row.overage_price_minor
    return UsageSummary(
        customer_id=row.customer_id,
        tariff_plan_id=row.tariff_plan_id,
        starts_at=month.starts_at,
        resets_at=month.ends_at,
        downloaded_octets=row.downloaded_octets,
        uploaded_octets=row.uploaded_octets,
        allowance_octets=allowance,
        used_percent=verdict.used_percent,
        fup_state=verdict.state,
        free_octets=row.free_octets,
        top_up_octets=top_ups,
        overage=overage(
            metered_octets=metered,
            allowance_octets=allowance,
            drawn_octets=drawn,
            block_octets=row.overage_block_octets,
            price=None if price is None else Money(price, row.currency or ""),
        ),
    )
