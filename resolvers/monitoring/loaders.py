"""Batch reads of metrics, alerts, notifications and network segments."""

from collections.abc import Collection
from datetime import UTC, datetime
from functools import cached_property

from aiodataloader import DataLoader
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.kernel.access import Actor
from domain.monitoring import queries, records, series
from domain.monitoring.commands import AlertFilter, AlertList
from domain.monitoring.series import SeriesRequest
from resolvers.connections import Listing
from resolvers.loading import LoaderGroup


class MonitoringLoaders(LoaderGroup):
    """The monitoring module's loaders."""

    @cached_property
    def metric_series_by_customer(
        self,
    ) -> DataLoader[tuple[int, SeriesRequest], tuple[records.MetricSeries, ...] | None]:
        return self.one_chosen(series.metric_series)

    @cached_property
    def service_quality_by_customer(self) -> DataLoader[int, records.ServiceQuality | None]:
        return self.one(_service_qualities_now)

    @cached_property
    def alert_by_id(self) -> DataLoader[int, records.Alert | None]:
        return self.one(queries.alerts_by_id)

    @cached_property
    def alert_count_by_customer(self) -> DataLoader[tuple[int, AlertFilter], int]:
        return self.counts(queries.alert_counts_of)

    @cached_property
    def alerts_by_customer(self) -> DataLoader[tuple[int, AlertList], Listing[records.Alert]]:
        return self.pages(
            queries.alerts_of,
            lambda key, asked: self.alert_count_by_customer.load((key, asked.filter)),
        )

    @cached_property
    def notifications_by_alert(self) -> DataLoader[int, list[records.Notification]]:
        return self.many(queries.notifications_of)

    @cached_property
    def network_segment_by_id(self) -> DataLoader[int, records.NetworkSegment | None]:
        return self.one(queries.segments_by_id)

    @cached_property
    def network_segments_by_customer(self) -> DataLoader[int, list[records.NetworkSegment]]:
        return self.many(queries.segments_of)


async def _service_qualities_now(
    connection: AsyncConnection, actor: Actor, customer_ids: Collection[int]
) -> dict[int, records.ServiceQuality]:
    return await series.service_qualities(connection, actor, customer_ids, at=datetime.now(UTC))
