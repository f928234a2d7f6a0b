"""The monitoring module's facet of Customer."""

import datetime
from collections.abc import Awaitable, Sequence
from typing import Any

import strawberry

from domain.kernel.paging import Slice
from domain.monitoring import commands, records
from domain.monitoring.models import MetricKind
from domain.monitoring.series import SeriesRequest
from graph.connections import Connection
from graph.context import Info
from graph.monitoring.inputs import AlertFilter, TimeRange
from graph.monitoring.types import Alert, MetricSeries, NetworkSegment, ServiceQuality
from resolvers.connections import Listing
from resolvers.monitoring.alerts import alerts_of
from resolvers.monitoring.metrics import quality_of, series_of
from resolvers.monitoring.segments import customer_segments


def customer_metrics(
    root: Any,
    info: Info,
    range: TimeRange,
    kinds: list[MetricKind] | None = None,
    step: datetime.timedelta | None = None,
) -> Awaitable[Sequence[records.MetricSeries] | None]:
    """Customer.metrics"""
    request = SeriesRequest.of(kinds=kinds, start=range.start, end=range.end, step=step)
    return series_of(info, root.id, request)


def customer_alerts(
    root: Any,
    info: Info,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
    filter: AlertFilter | None = None,
) -> Awaitable[Listing[records.Alert]]:
    """Customer.alerts"""
    wanted = commands.AlertFilter() if filter is None else filter.to_domain()
    asked = commands.AlertList(Slice.of(first, after, last, before), wanted)
    return alerts_of(info, root.id, asked)


@strawberry.type
class MonitoringFields:
    """The monitoring module's facet of Customer."""

    metrics: list[MetricSeries] | None = strawberry.field(
        resolver=customer_metrics,
        description="A series for each kind, or for every kind; at most 366 days and 1,000 "
        "buckets a series; without a step, one that suits the range",
    )
    alerts: Connection[Alert] | None = strawberry.field(
        resolver=customer_alerts, description="Alerts about the service, newest first"
    )
    service_quality: ServiceQuality | None = strawberry.field(
        resolver=quality_of,
        description="Quality over the last 24 hours; null if nothing was measured",
    )
    network_segments: list[NetworkSegment] | None = strawberry.field(
        resolver=customer_segments,
        description="Segments that serve the service addresses, by code",
    )
