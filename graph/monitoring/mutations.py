"""Mutations of metrics, alerts and network segments."""

from typing import Any

import strawberry

from domain.kernel.unit_of_work import UnitOfWork
from domain.monitoring import records
from domain.monitoring.alerts import AlertService
from domain.monitoring.metrics import MetricService
from domain.monitoring.segments import SegmentService
from graph.context import Info
from graph.monitoring.inputs import (
    AcknowledgeAlertInput,
    CoverNetworkSegmentInput,
    CreateAlertInput,
    CreateNetworkSegmentInput,
    RecordMetricsInput,
    ResolveAlertInput,
)
from graph.monitoring.types import Alert, NetworkSegment, SegmentCoverage
from graph.payloads import Payload, perform
from resolvers.monitoring import alerts, segments


@strawberry.type(description="What became of `recordMetrics`")
class RecordMetricsPayload(Payload):
    recorded: int | None = strawberry.field(default=None, description="Samples that were new")
    duplicates: int | None = strawberry.field(
        default=None, description="Samples that were there already, or twice in the input"
    )


@strawberry.type(description="What became of a change to an alert")
class AlertPayload(Payload):
    alert: Alert | None = strawberry.field(default=None, description="The alert now")


@strawberry.type(description="What became of `createNetworkSegment`")
class CreateNetworkSegmentPayload(Payload):
    network_segment: NetworkSegment | None = strawberry.field(
        default=None, description="The new segment"
    )


@strawberry.type(description="What became of `coverNetworkSegment`")
class CoverNetworkSegmentPayload(Payload):
    coverage: SegmentCoverage | None = strawberry.field(default=None, description="The rule now")


async def _recorded(_info: Info, counts: dict[str, int]) -> int:
    return counts["recorded"]


async def _duplicates(_info: Info, counts: dict[str, int]) -> int:
    return counts["duplicates"]


async def _coverage(_info: Info, rule: dict[str, Any]) -> records.SegmentCoverage:
    return records.SegmentCoverage(**rule)


@strawberry.type
class MonitoringMutations:
    @strawberry.mutation(description="Store measured values; the same again changes nothing")
    async def record_metrics(
        self, info: Info, input: RecordMetricsInput
    ) -> RecordMetricsPayload | None:
        async def work(session: UnitOfWork) -> dict[str, int]:
            samples = [sample.to_domain() for sample in input.samples]
            ingested = await MetricService().record_metrics(session, samples)
            return {"recorded": ingested.recorded, "duplicates": ingested.duplicates}

        return await perform(
            info, input, RecordMetricsPayload, work, recorded=_recorded, duplicates=_duplicates
        )

    @strawberry.mutation(
        description="Raise an alert and notify the customer by the channels they prefer"
    )
    async def create_alert(self, info: Info, input: CreateAlertInput) -> AlertPayload | None:
        async def work(session: UnitOfWork) -> int:
            alert = await AlertService().create_alert(
                session,
                input.customer_id,
                type=input.type,
                severity=input.severity,
                message=input.message,
            )
            return alert.id

        return await perform(info, input, AlertPayload, work, alert=alerts.by_id)

    @strawberry.mutation(description="Take an ACTIVE alert on")
    async def acknowledge_alert(
        self, info: Info, input: AcknowledgeAlertInput
    ) -> AlertPayload | None:
        async def work(session: UnitOfWork) -> int:
            alert = await AlertService().acknowledge_alert(
                session, input.key, expected_version=input.expected_version
            )
            return alert.id

        return await perform(info, input, AlertPayload, work, alert=alerts.by_id)

    @strawberry.mutation(description="Put an ACKNOWLEDGED alert behind us")
    async def resolve_alert(self, info: Info, input: ResolveAlertInput) -> AlertPayload | None:
        async def work(session: UnitOfWork) -> int:
            alert = await AlertService().resolve_alert(
                session, input.key, expected_version=input.expected_version
            )
            return alert.id

        return await perform(info, input, AlertPayload, work, alert=alerts.by_id)

    @strawberry.mutation(description="Enter a part of the network")
    async def create_network_segment(
        self, info: Info, input: CreateNetworkSegmentInput
    ) -> CreateNetworkSegmentPayload | None:
        async def work(session: UnitOfWork) -> int:
            return (await SegmentService().create_segment(session, input.to_domain())).id

        return await perform(
            info, input, CreateNetworkSegmentPayload, work, network_segment=segments.by_id
        )

    @strawberry.mutation(description="Say which postal codes a segment serves")
    async def cover_network_segment(
        self, info: Info, input: CoverNetworkSegmentInput
    ) -> CoverNetworkSegmentPayload | None:
        async def work(session: UnitOfWork) -> dict[str, Any]:
            rule = await SegmentService().cover(session, input.to_domain())
            return {
                "id": rule.id,
                "country": rule.country,
                "postal_code_prefix": rule.postal_code_prefix,
                "segment_id": rule.segment_id,
            }

        return await perform(info, input, CoverNetworkSegmentPayload, work, coverage=_coverage)
