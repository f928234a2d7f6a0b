"""Facts that monitoring announces: an alert's three moves."""

from dataclasses import dataclass
from typing import ClassVar

from domain.kernel.events import Event
from domain.monitoring.models import AlertPriority, AlertSeverity


@dataclass(frozen=True, kw_only=True)
class AlertRaised(Event):
    """Its handler sends the alert's queued notifications."""

    type: ClassVar[str] = "monitoring.alert.raised"

    alert_id: int
    alert_type: str
    severity: AlertSeverity
    priority: AlertPriority


@dataclass(frozen=True, kw_only=True)
class AlertAcknowledged(Event):
    type: ClassVar[str] = "monitoring.alert.acknowledged"

    alert_id: int
    alert_type: str


@dataclass(frozen=True, kw_only=True)
class AlertResolved(Event):
    type: ClassVar[str] = "monitoring.alert.resolved"

    alert_id: int
    alert_type: str
