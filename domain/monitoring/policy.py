"""Which alerts and network segments an actor sees."""

from typing import Any

from sqlalchemy import ColumnElement, select, true

from domain.customer.policy import within_scope
from domain.kernel.access import Actor
from domain.monitoring.coverage import serving
from domain.monitoring.models import Alert, NetworkSegment


def visible_alerts(actor: Actor) -> ColumnElement[bool]:
    """The predicate over ``Alert``: those of customers in the actor's scope."""
    return within_scope(actor, Alert.customer_id)


def visible_segments(actor: Actor) -> ColumnElement[bool]:
    """The predicate over ``NetworkSegment``: all for staff, else those serving own customers."""
    if actor.sees_all_rows:
        return true()
    pairs = serving().subquery()
    own: Any = select(pairs.c.segment_id).where(within_scope(actor, pairs.c.customer_id))
    return NetworkSegment.id.in_(own)
