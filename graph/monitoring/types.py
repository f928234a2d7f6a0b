"""Object types of the monitoring module."""

import datetime

import strawberry

import graph.customer.enums
import graph.monitoring.enums  # noqa: F401 (describes the enums before a type names them)
from domain.customer.models import CommunicationType
from domain.monitoring import models, records
from domain.monitoring.errors import CustomerClosed as CustomerClosedError
from domain.monitoring.errors import SegmentCodeTaken as SegmentCodeTakenError
from graph.ids import id_of
from graph.node import Node
from graph.payloads import PROBLEMS, Problem, UserError
from graph.refs import CustomerRef, NetworkSegmentRef
from graph.rows import RowType
from graph.scalars import CountryCode
from resolvers.customer import customers
from resolvers.monitoring import alerts, segments


@strawberry.type(description="What the samples of one bucket came to")
class MetricPoint(RowType):
    row = records.MetricPoint

    timestamp: datetime.datetime = strawberry.field(description="Timestamp of the bucket's start")
    average: float = strawberry.field(description="Mean, in the series' unit")
    minimum: float = strawberry.field(description="Least value, in the series' unit")
    maximum: float = strawberry.field(description="Greatest value, in the series' unit")
    count: int = strawberry.field(description="Samples in the bucket")


@strawberry.type(description="A customer's metric over a range, in buckets of equal width")
class MetricSeries(RowType):
    row = records.MetricSeries

    kind: models.MetricKind = strawberry.field(description="What was measured")
    unit: str = strawberry.field(description="Unit of the values: ms, %, dBm, dB or bit/s")
    step: datetime.timedelta = strawberry.field(description="Width of a bucket")
    points: list[MetricPoint] = strawberry.field(
        description="Buckets that have samples, oldest first"
    )


@strawberry.type(description="How good a line was over the last 24 hours")
class ServiceQuality(RowType):
    row = records.ServiceQuality

    score: int = strawberry.field(
        description="0 (unusable) to 100, from latency, jitter and packet loss"
    )
    rating: records.QualityRating = strawberry.field(description="Score in a word")
    confidence: float = strawberry.field(
        description="Share of the evidence that was there, 0 to 1: a sample an hour of each kind"
    )
    as_of: datetime.datetime = strawberry.field(description="Timestamp of the newest sample used")


@strawberry.type(description="One message about an alert by one channel")
class Notification(RowType):
    row = records.Notification

    channel: CommunicationType = strawberry.field(description="Channel it goes out by")
    status: models.NotificationStatus = strawberry.field(description="What became of it")
    reason: str | None = strawberry.field(
        description="Why the last attempt failed, or why there will be none"
    )
    attempts: int = strawberry.field(description="How often sending was tried")
    transport: str | None = strawberry.field(
        description="What carried it; `recording` sends nothing and only keeps it in memory"
    )
    created_at: datetime.datetime = strawberry.field(description="Timestamp of the alert")
    sent_at: datetime.datetime | None = strawberry.field(
        description="Timestamp of the transport's acceptance"
    )


@strawberry.federation.type(keys=["id"], description="Something wrong with a customer's service")
class Alert(RowType, Node):
    row = records.Alert

    id: strawberry.ID = strawberry.field(resolver=id_of("Alert"), description="Global id, opaque")
    type: str = strawberry.field(description="What kind of fault, in the operator's words")
    severity: models.AlertSeverity = strawberry.field(description="How bad it is in itself")
    priority: models.AlertPriority = strawberry.field(description="How soon to look")
    status: models.AlertStatus = strawberry.field(description="Where it stands")
    message: str = strawberry.field(description="What the customer is told")
    raised_by: str = strawberry.field(description="Who raised it")
    acknowledged_at: datetime.datetime | None = strawberry.field(
        description="Timestamp of the acknowledgement"
    )
    acknowledged_by: str | None = strawberry.field(description="Who took it on")
    resolved_at: datetime.datetime | None = strawberry.field(
        description="Timestamp of the resolution"
    )
    resolved_by: str | None = strawberry.field(description="Who resolved it")
    customer: CustomerRef | None = strawberry.field(
        resolver=customers.owner, description="Whose service is concerned"
    )
    notifications: list[Notification] | None = strawberry.field(
        resolver=alerts.alert_notifications, description="Messages about it, one a channel"
    )
    created_at: datetime.datetime = strawberry.field(description="Timestamp of its raising")
    updated_at: datetime.datetime = strawberry.field(description="Timestamp of the last change")
    version: int = strawberry.field(description="Steps at each change, for `expectedVersion`")


@strawberry.federation.type(
    keys=["id"], description="A part of the network that fails as one; segments form a tree"
)
class NetworkSegment(RowType, Node):
    row = records.NetworkSegment

    id: strawberry.ID = strawberry.field(
        resolver=id_of("NetworkSegment"), description="Global id, opaque"
    )
    code: str = strawberry.field(description="Operator's code, unique, in upper case")
    name: str = strawberry.field(description="Name for people")
    kind: models.SegmentKind = strawberry.field(description="What part of the network it is")
    parent: NetworkSegmentRef | None = strawberry.field(
        resolver=segments.segment_parent, description="Segment above it, if you may see it"
    )
    created_at: datetime.datetime = strawberry.field(description="Timestamp of its entry")


@strawberry.type(description="Rule: a segment serves a country's postal codes with that beginning")
class SegmentCoverage(RowType):
    row = records.SegmentCoverage

    country: CountryCode = strawberry.field(description="ISO 3166-1 alpha-2 code")
    postal_code_prefix: str = strawberry.field(
        description="Beginning of the postal codes, in upper case without separators"
    )
    segment: NetworkSegment | None = strawberry.field(
        resolver=segments.coverage_segment, description="Segment that serves them"
    )


@strawberry.type(description="A closed customer gets no alerts")
class CustomerClosed(Problem, UserError):
    shows = CustomerClosedError

    customer_id: int = strawberry.field(description="The customer's number")


@strawberry.type(description="Another network segment has this code")
class SegmentCodeTaken(Problem, UserError):
    shows = SegmentCodeTakenError

    segment_code: str = strawberry.field(description="The code asked for")


PROBLEMS.extend([CustomerClosed, SegmentCodeTaken])
