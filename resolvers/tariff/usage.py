"""Fields that return what customers used."""

from collections.abc import Awaitable
from typing import Any

from domain.kernel.paging import Slice
from domain.tariff import records
from domain.tariff.queries import UsagePeriod
from domain.tariff.usage_queries import DayRange
from resolvers.connections import Listing
from resolvers.info import Info


def customer_usage(
    root: Any, info: Info, period: UsagePeriod = UsagePeriod.CURRENT
) -> Awaitable[records.UsageSummary | None]:
    """Customer.usage"""
    return info.loaders.usage_by_customer.load((root.id, period))


def recorded_usage(root: Any, info: Info) -> Awaitable[records.UsageSummary | None] | None:
    """RecordUsagePayload.usage, TopUpUsagePayload.usage: the customer's present month."""
    if root.customer_id is None:
        return None
    return info.loaders.usage_by_customer.load((root.customer_id, UsagePeriod.CURRENT))


def topped_up(info: Info, keys: list[int]) -> Awaitable[records.TopUp | None]:
    """TopUpUsagePayload.topUp: the first of the keys."""
    return info.loaders.top_up_by_id.load(keys[0])


def customer_usage_days(root: Any, info: Info, part: DayRange) -> Awaitable[list[records.UsageDay]]:
    """Customer.usageDays"""
    return info.loaders.usage_days_by_customer.load((root.id, part))


def customer_top_ups(
    root: Any,
    info: Info,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Awaitable[Listing[records.TopUp]]:
    """Customer.topUps: the newest first."""
    part = Slice.of(first, after, last, before)
    return info.loaders.top_ups_by_customer.load((root.id, part))
