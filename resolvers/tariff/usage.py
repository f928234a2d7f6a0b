"""Fields that return what customers used."""

from collections.abc import Awaitable
from typing import Any

from domain.tariff import records
from domain.tariff.queries import UsagePeriod
from resolvers.info import Info


def customer_usage(
    root: Any, info: Info, period: UsagePeriod = UsagePeriod.CURRENT
) -> Awaitable[records.UsageSummary | None]:
    """Customer.usage"""
    return info.loaders.usage_by_customer.load((root.id, period))


def recorded_usage(root: Any, info: Info) -> Awaitable[records.UsageSummary | None] | None:
    """RecordUsagePayload.usage: the present month of the customer recorded for."""
    if root.customer_id is None:
        return None
    return info.loaders.usage_by_customer.load((root.customer_id, UsagePeriod.CURRENT))
