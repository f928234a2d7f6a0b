"""Fields that return metrics and what follows from them."""

from collections.abc import Awaitable, Sequence
from typing import Any

from domain.monitoring import records
from domain.monitoring.series import SeriesRequest
from resolvers.info import Info


def series_of(
    info: Info, customer_id: int, request: SeriesRequest
) -> Awaitable[Sequence[records.MetricSeries] | None]:
    """Customer.metrics: a series for each kind asked."""
    return info.loaders.metric_series_by_customer.load((customer_id, request))


def quality_of(root: Any, info: Info) -> Awaitable[records.ServiceQuality | None]:
    """Customer.serviceQuality: null if nothing was measured in the last 24 hours."""
    return info.loaders.service_quality_by_customer.load(root.id)
