"""What may be read of monitoring: slotted, immutable pictures of rows and calculations."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.customer.models import CommunicationType
from domain.monitoring.models import (
    AlertPriority,
    AlertSeverity,
    AlertStatus,
    MetricKind,
    NotificationStatus,
    SegmentKind,
)


@dataclass(frozen=True, slots=True)
class MetricPoint:
    """What the samples of one bucket came to; ``timestamp`` is the bucket's start."""

    timestamp: datetime
    average: float
    minimum: float
    maximum: float
    count: int


@dataclass(frozen=True, slots=True)
class MetricSeries:
    """A customer's metric over a range, oldest bucket first; empty buckets are left out."""

    customer_id: int
    kind: MetricKind
    unit: str
    step: timedelta
    points: tuple[MetricPoint, ...]


class QualityRating(StrEnum):
    """The score in a word: from 90, from 70, from 50, below."""

    EXCELLENT = "EXCELLENT"
    GOOD = "GOOD"
    FAIR = "FAIR"
    POOR = "POOR"


@dataclass(frozen=True, slots=True)
class ServiceQuality:
    """
    How good a customer's line was over 24 hours: ``score`` 0 (unusable) to 100.

    ``confidence`` 0 to 1 tells how much of the evidence was there; ``as_of`` is the newest sample.
    """

    customer_id: int
    score: int
    rating: QualityRating
    confidence: float
    as_of: datetime


@dataclass(frozen=True, slots=True)
class Alert:
    id: int
    customer_id: int
    type: str
    severity: AlertSeverity
    priority: AlertPriority
    status: AlertStatus
    message: str
    raised_by: str
    created_at: datetime
    updated_at: datetime
    acknowledged_at: datetime | None
    acknowledged_by: str | None
    resolved_at: datetime | None
    resolved_by: str | None
    version: int


@dataclass(frozen=True, slots=True)
class Notification:
    id: int
    alert_id: int
    channel: CommunicationType
    status: NotificationStatus
    reason: str | None
    attempts: int
    transport: str | None
    created_at: datetime
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class NetworkSegment:
    id: int
    code: str
    name: str
    kind: SegmentKind
    parent_id: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True)
class SegmentCoverage:
    id: int
    country: str
    postal_code_prefix: str
    segment_id: int
