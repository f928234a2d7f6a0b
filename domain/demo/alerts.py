"""Alerts in each state, with what became of the messages about them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from domain.customer.models import CommunicationType, CustomerStatus
from domain.demo.clock import Clock, dice
from domain.demo.event_log import EventLog
from domain.demo.loading import Loader
from domain.demo.people import Person
from domain.demo.staff import Staff
from domain.monitoring.events import AlertAcknowledged, AlertRaised, AlertResolved
from domain.monitoring.models import (
    Alert,
    AlertSeverity,
    AlertStatus,
    Notification,
    NotificationStatus,
)
from domain.monitoring.priority import alert_priority

#: One customer of so many has had an alert.
_EVERY = 9
_REFUSED_EVERY = 7
_PROBE = "service:probes"
#: How long ago the oldest ones were raised: open ones are looked into soon.
_OLDEST_HOURS = {AlertStatus.RESOLVED: 600, AlertStatus.ACKNOWLEDGED: 48, AlertStatus.ACTIVE: 20}


@dataclass(frozen=True, slots=True)
class _Fault:
    """What an alert may be about."""

    type: str
    severity: AlertSeverity
    message: str


_FAULTS = (
    _Fault("latency.high", AlertSeverity.WARNING, "Latency over 90 ms for 15 minutes"),
    _Fault("line.down", AlertSeverity.CRITICAL, "No answer from the customer's router"),
    _Fault("signal.low", AlertSeverity.ERROR, "Optical signal below -27 dBm"),
    _Fault("maintenance.planned", AlertSeverity.INFO, "Work on the fibre on Thursday from 2 to 4"),
    _Fault("loss.high", AlertSeverity.ERROR, "More than 2 % of packets lost for 10 minutes"),
)
_STATES = (
    AlertStatus.ACTIVE,
    AlertStatus.RESOLVED,
    AlertStatus.ACKNOWLEDGED,
    AlertStatus.RESOLVED,
)


@dataclass(frozen=True, slots=True)
class _Course:
    """When an alert was raised, taken on and put behind us."""

    raised: datetime
    acknowledged: datetime | None
    resolved: datetime | None

    @property
    def latest(self) -> datetime:
        return self.resolved or self.acknowledged or self.raised


class AlertRows:
    """Adds alerts and notifications, and tells of them. None is left to be sent."""

    def __init__(self, loader: Loader, log: EventLog, staff: Staff, clock: Clock) -> None:
        self._loader = loader
        self._log = log
        self._staff = staff
        self._clock = clock
        self._count = 0

    def add(self, person: Person) -> None:
        """An alert, if it is this customer's turn and the customer was served lately."""
        if person.number % _EVERY or not _is_served(person):
            return
        fault = _FAULTS[self._count % len(_FAULTS)]
        status = _STATES[self._count % len(_STATES)]
        self._count += 1
        chance = dice("alert", person.number)
        course = _course(status, person.service_times[-1].start, self._clock.now, chance)
        alert_id = self._loader.new_id(Alert)
        self._add_alert(person, alert_id, fault, status, course)
        for preference in person.preferences:
            if preference.enabled and preference.alerts:
                self._add_notification(person, alert_id, preference.channel, course.raised)
        self._tell(person, alert_id, fault, course)

    def _add_alert(
        self, person: Person, alert_id: int, fault: _Fault, status: AlertStatus, course: _Course
    ) -> None:
        support = self._staff.support
        self._loader.add(
            Alert,
            id=alert_id,
            customer_id=person.id,
            type=fault.type,
            severity=fault.severity,
            priority=alert_priority(
                fault.severity, customer_type=person.type, customer_status=person.status
            ),
            status=status,
            message=fault.message,
            raised_by=_PROBE,
            acknowledged_at=course.acknowledged,
            acknowledged_by=support if course.acknowledged else None,
            resolved_at=course.resolved,
            resolved_by=support if course.resolved else None,
            created_at=course.raised,
            updated_at=course.latest,
            version=1 + (course.acknowledged is not None) + (course.resolved is not None),
        )

    def _add_notification(
        self, person: Person, alert_id: int, channel: CommunicationType, at: datetime
    ) -> None:
        recipient = {
            CommunicationType.EMAIL: person.email,
            CommunicationType.SMS: person.phone,
            CommunicationType.PHONE: person.phone,
        }
        self._loader.add(
            Notification,
            id=self._loader.new_id(Notification),
            alert_id=alert_id,
            channel=channel,
            recipient=recipient.get(channel),
            **_outcome(channel, alert_id, at),
            created_at=at,
            updated_at=at + timedelta(seconds=2),
        )

    def _tell(self, person: Person, alert_id: int, fault: _Fault, course: _Course) -> None:
        facts: dict[str, Any] = {
            "customer_id": person.id,
            "reseller_id": person.reseller_id,
            "alert_id": alert_id,
            "alert_type": fault.type,
        }
        priority = alert_priority(
            fault.severity, customer_type=person.type, customer_status=person.status
        )
        raised = AlertRaised(**facts, severity=fault.severity, priority=priority)
        self._log.tell(course.raised, _PROBE, raised)
        if course.acknowledged is not None:
            self._log.tell(course.acknowledged, self._staff.support, AlertAcknowledged(**facts))
        if course.resolved is not None:
            self._log.tell(course.resolved, self._staff.support, AlertResolved(**facts))


def _is_served(person: Person) -> bool:
    in_service = bool(person.service_times) and person.service_times[-1].end is None
    return in_service and person.status is not CustomerStatus.CLOSED


def _course(status: AlertStatus, earliest: datetime, now: datetime, chance: Random) -> _Course:
    """Instants in order, the alert raised since the customer has had service."""
    longest_ago = min(_OLDEST_HOURS[status], (now - earliest).total_seconds() / 3600)
    raised = now - timedelta(hours=chance.uniform(longest_ago / 10, longest_ago))
    raised = raised.replace(microsecond=0)
    acknowledged = resolved = None
    if status is not AlertStatus.ACTIVE:
        acknowledged = raised + (now - raised) * chance.uniform(0.05, 0.3)
    if status is AlertStatus.RESOLVED:
        resolved = raised + (now - raised) * chance.uniform(0.4, 0.9)
    return _Course(raised, acknowledged, resolved)


def _outcome(channel: CommunicationType, alert_id: int, at: datetime) -> dict[str, Any]:
    """What became of a message: mail goes out or is refused, other channels have no transport."""
    status, reason, sent_at = NotificationStatus.SENT, None, at + timedelta(seconds=2)
    if channel is not CommunicationType.EMAIL:
        status, reason = NotificationStatus.SUPPRESSED, f"there is no transport for {channel}"
    elif alert_id % _REFUSED_EVERY == 0:
        status, reason = NotificationStatus.FAILED, "SMTP: (550, 'mailbox unavailable')"
    was_tried = channel is CommunicationType.EMAIL
    return {
        "status": status,
        "reason": reason,
        "attempts": int(was_tried),
        "transport": "smtp" if was_tried else None,
        "sent_at": sent_at if status is NotificationStatus.SENT else None,
    }
