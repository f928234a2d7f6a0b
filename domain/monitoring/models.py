"""Tables of the monitoring module."""

from datetime import datetime
from enum import StrEnum

from sqlalchemy import CheckConstraint, Double, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.customer.models import CommunicationType
from domain.kernel.base import BigKey, Key, Model, Timestamps


class MetricKind(StrEnum):
    """What a sample measures; the name ends in its unit."""

    LATENCY_MS = "LATENCY_MS"
    JITTER_MS = "JITTER_MS"
    LOSS_PCT = "LOSS_PCT"
    SIGNAL_DBM = "SIGNAL_DBM"
    SNR_DB = "SNR_DB"
    THROUGHPUT_DOWN_BPS = "THROUGHPUT_DOWN_BPS"
    THROUGHPUT_UP_BPS = "THROUGHPUT_UP_BPS"
    UPTIME_PCT = "UPTIME_PCT"


class AlertSeverity(StrEnum):
    """How bad the fault is in itself, whoever has it."""

    INFO = "INFO"
    WARNING = "WARNING"
    ERROR = "ERROR"
    CRITICAL = "CRITICAL"


class AlertPriority(StrEnum):
    """How soon staff should look: severity weighed with the customer's type and status."""

    LOW = "LOW"
    NORMAL = "NORMAL"
    HIGH = "HIGH"
    URGENT = "URGENT"


class AlertStatus(StrEnum):
    """Where an alert stands; it moves forwards only."""

    ACTIVE = "ACTIVE"
    ACKNOWLEDGED = "ACKNOWLEDGED"
    RESOLVED = "RESOLVED"


class NotificationStatus(StrEnum):
    """What became of a message to the customer; QUEUED ones are still tried."""

    QUEUED = "QUEUED"
    SENT = "SENT"
    FAILED = "FAILED"
    SUPPRESSED = "SUPPRESSED"


class SegmentKind(StrEnum):
    """What part of the network a segment is, from the core outwards."""

    REGION = "REGION"
    SITE = "SITE"
    ACCESS_POINT = "ACCESS_POINT"
    OLT = "OLT"
    DSLAM = "DSLAM"
    CMTS = "CMTS"
    SWITCH = "SWITCH"
    OTHER = "OTHER"


class MetricSample(Model):
    """One measured value of a customer's line: a customer has one of a kind at an instant."""

    __tablename__ = "metric_samples"
    __audited__ = False
    __table_args__ = (
        CheckConstraint(
            "value > '-infinity'::float8 and value < 'infinity'::float8", name="value_finite"
        ),
        {"schema": "monitoring"},
    )

    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.customers.id"), primary_key=True)
    kind: Mapped[MetricKind] = mapped_column(primary_key=True)
    sampled_at: Mapped[datetime] = mapped_column(primary_key=True)
    received_at: Mapped[datetime]
    value: Mapped[float] = mapped_column(Double)


class Alert(Timestamps, Model):
    """Something wrong with a customer's service, from being raised to being resolved."""

    __tablename__ = "alerts"
    __table_args__ = (
        Index("alerts_customer_id_idx", "customer_id", "id"),
        Index("alerts_status_idx", "status", "id"),
        {"schema": "monitoring"},
    )

    id: Mapped[Key]
    customer_id: Mapped[int] = mapped_column(ForeignKey("customer.customers.id"))
    type: Mapped[str] = mapped_column(String(64))
    severity: Mapped[AlertSeverity]
    priority: Mapped[AlertPriority]
    status: Mapped[AlertStatus]
    message: Mapped[str] = mapped_column(String(1000))
    raised_by: Mapped[str] = mapped_column(Text)
    acknowledged_at: Mapped[datetime | None]
    acknowledged_by: Mapped[str | None] = mapped_column(Text)
    resolved_at: Mapped[datetime | None]
    resolved_by: Mapped[str | None] = mapped_column(Text)
    version: Mapped[int] = mapped_column(server_default="1")

    __mapper_args__ = {"version_id_col": version}


class Notification(Timestamps, Model):
    """
    One message about an alert by one channel; ``transport`` is what really carried it.

    ``reason`` tells of the last attempt that failed, or why there will be none.
    """

    __tablename__ = "notifications"
    __audited__ = False
    __table_args__ = (
        UniqueConstraint("alert_id", "channel"),
        {"schema": "monitoring"},
    )

    id: Mapped[BigKey]
    alert_id: Mapped[int] = mapped_column(ForeignKey("monitoring.alerts.id"))
    channel: Mapped[CommunicationType]
    recipient: Mapped[str | None] = mapped_column(String(254))
    status: Mapped[NotificationStatus]
    reason: Mapped[str | None] = mapped_column(String(500))
    attempts: Mapped[int] = mapped_column(server_default="0")
    transport: Mapped[str | None] = mapped_column(String(40))
    sent_at: Mapped[datetime | None]


class NetworkSegment(Timestamps, Model):
    """A part of the network that fails as one; segments form a tree by ``parent_id``."""

    __tablename__ = "network_segments"
    __table_args__ = (
        CheckConstraint("parent_id <> id", name="not_own_parent"),
        {"schema": "monitoring"},
    )

    id: Mapped[Key]
    code: Mapped[str] = mapped_column(String(32), unique=True)
    name: Mapped[str] = mapped_column(String(200))
    kind: Mapped[SegmentKind]
    parent_id: Mapped[int | None] = mapped_column(
        ForeignKey("monitoring.network_segments.id"), index=True
    )


class SegmentCoverage(Timestamps, Model):
    """
    Rule: a segment serves the country's postal codes that begin with the prefix.

    Prefixes hold upper-case letters and digits only; the empty one stands for the whole country.
    """

    __tablename__ = "segment_coverage"
    __table_args__ = (
        UniqueConstraint("country", "postal_code_prefix"),
        CheckConstraint("postal_code_prefix ~ '^[A-Z0-9]*$'", name="postal_code_prefix_plain"),
        {"schema": "monitoring"},
    )

    id: Mapped[Key]
    country: Mapped[str] = mapped_column(String(2))
    postal_code_prefix: Mapped[str] = mapped_column(String(20))
    segment_id: Mapped[int] = mapped_column(
        ForeignKey("monitoring.network_segments.id"), index=True
    )
