"""Reads of usage: what customers used in a month, judged by the plan that counts for it."""

from collections.abc import Collection
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NamedTuple

from sqlalchemy import Date, DateTime, bindparam, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.customer.models import Customer
from domain.customer.policy import within_scope
from domain.kernel.access import Actor, Permission, require
from domain.kernel.reads import one_of, remembered, rows_of
from domain.tariff import fup
from domain.tariff.models import FupAction, PlanAssignment, TariffPlan, UsageCounter
from domain.tariff.periods import UsageMonth
from domain.tariff.records import UsageSummary


class UsagePeriod(StrEnum):
    """A UTC calendar month, as seen from now."""

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
    month = UsageMonth.of(now)
    if period is UsagePeriod.PREVIOUS:
        month = month.previous
    rows = await rows_of(
        connection, _sums(actor), keys=customer_ids, month=month.first_day, at=month.latest(now)
    )
    return {row[0]: _summary(_Sums(*row), month) for row in rows}


class _Sums(NamedTuple):
    customer_id: int
    downloaded_octets: int
    uploaded_octets: int
    tariff_plan_id: int | None
    allowance_octets: int | None
    fup_action: FupAction | None


@remembered
def _sums(actor: Actor) -> Any:
    at = bindparam("at", type_=DateTime(timezone=True))
    return (
        select(
            Customer.id,
            func.coalesce(UsageCounter.downloaded_octets, 0).label("downloaded_octets"),
            func.coalesce(UsageCounter.uploaded_octets, 0).label("uploaded_octets"),
            TariffPlan.id.label("tariff_plan_id"),
            TariffPlan.allowance_octets,
            TariffPlan.fup_action,
        )
        .outerjoin(
            UsageCounter,
            (UsageCounter.customer_id == Customer.id)
            & (UsageCounter.period_start == bindparam("month", type_=Date)),
        )
        .outerjoin(
            PlanAssignment,
            (PlanAssignment.customer_id == Customer.id) & PlanAssignment.in_force(at),
        )
        .outerjoin(TariffPlan, TariffPlan.id == PlanAssignment.tariff_plan_id)
        .where(
            one_of(Customer.id),
            Customer.deleted_at.is_(None),
            within_scope(actor, Customer.id),
        )
    )


def _summary(row: _Sums, month: UsageMonth) -> UsageSummary:
    verdict = fup.evaluate(
        used_octets=row.downloaded_octets + row.uploaded_octets,
        allowance_octets=row.allowance_octets,
        action=row.fup_action,
    )
    return UsageSummary(
        customer_id=row.customer_id,
        tariff_plan_id=row.tariff_plan_id,
        starts_at=month.starts_at,
        resets_at=month.ends_at,
        downloaded_octets=row.downloaded_octets,
        uploaded_octets=row.uploaded_octets,
        allowance_octets=row.allowance_octets,
        used_percent=verdict.used_percent,
        fup_state=verdict.state,
    )
