"""Root fields of the monitoring module."""

from collections.abc import Awaitable

import strawberry

from domain.kernel.paging import Slice
from domain.monitoring import commands, records
from domain.monitoring.models import SegmentKind
from graph.connections import Connection
from graph.context import Info
from graph.monitoring.inputs import AlertFilter
from graph.monitoring.types import Alert, NetworkSegment
from graph.node import nodes_of
from resolvers.connections import Listing
from resolvers.monitoring import alerts, segments

nodes_of("Alert", alerts.by_id)
nodes_of("NetworkSegment", segments.by_id)


def alert_list(
    info: Info,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
    filter: AlertFilter | None = None,
) -> Awaitable[Listing[records.Alert]]:
    """Query.alerts"""
    part = Slice.of(first, after, last, before, required=True)
    wanted = commands.AlertFilter() if filter is None else filter.to_domain()
    return alerts.alert_list(info, commands.AlertList(part, wanted))


def segment_list(
    info: Info,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
    kinds: list[SegmentKind] | None = None,
) -> Awaitable[Listing[records.NetworkSegment]]:
    """Query.networkSegments"""
    part = Slice.of(first, after, last, before, required=True)
    return segments.segment_list(info, tuple(sorted(set(kinds or ()))), part)


@strawberry.type
class MonitoringQueries:
    alerts: Connection[Alert] | None = strawberry.field(
        resolver=alert_list,
        description="Alerts of all customers, newest first; `first` or `last` is required",
    )
    network_segments: Connection[NetworkSegment] | None = strawberry.field(
        resolver=segment_list,
        description="The network by code, or the part that serves you; `first` or `last` is "
        "required",
    )
