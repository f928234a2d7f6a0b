"""Which alerts and network segments an actor sees."""

from sqlalchemy import ColumnElement, true

from domain.customer.models import Address
from domain.customer.policy import within_scope
from domain.kernel.access import Actor, Permission
from domain.kernel.needs import reading
from domain.monitoring import records
from domain.monitoring.coverage import serving_any
from domain.monitoring.models import Alert, NetworkSegment

#: What reading each kind of record needs, whatever the row.
READS = {
    records.Alert: reading("alerts", Permission.MONITORING_READ),
    records.Notification: reading("alerts", Permission.MONITORING_READ),
    records.MetricSeries: reading("metrics", Permission.MONITORING_READ),
    records.MetricPoint: reading("metrics", Permission.MONITORING_READ),
    records.ServiceQuality: reading("the service quality", Permission.MONITORING_READ),
    records.NetworkSegment: reading("network segments", Permission.MONITORING_READ),
    records.SegmentCoverage: reading(
        "network segments", Permission.MONITORING_READ, Permission.MONITORING_WRITE
    ),
}


def visible_alerts(actor: Actor) -> ColumnElement[bool]:
    """The predicate over ``Alert``: those of customers in the actor's scope."""
    return within_scope(actor, Alert.customer_id)


def visible_segments(actor: Actor) -> ColumnElement[bool]:
    """The predicate over ``NetworkSegment``: all for staff, else those serving own customers."""
    if actor.sees_all_rows:
        return true()
    own = serving_any(within_scope(actor, Address.customer_id))
    return NetworkSegment.id.in_(own)
