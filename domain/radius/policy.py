"""Whose sessions an actor sees, and what it may do through RADIUS."""

from sqlalchemy import ColumnElement, false

from domain.customer.models import Customer
from domain.customer.policy import within_scope
from domain.kernel.access import Actor, Permission
from domain.kernel.needs import reading
from domain.radius import authorization, records
from domain.radius.models import RadiusSession, ServiceCredential

#: What reading each kind of record needs, whatever the row.
READS = {
    records.RadiusSession: reading("sessions", Permission.RADIUS_READ),
    records.Nas: reading("network access servers", Permission.RADIUS_READ),
    records.UnclaimedAccounting: reading("network access servers", Permission.RADIUS_READ),
    records.ServiceCredential: reading("service credentials", Permission.RADIUS_READ),
    authorization.AccessDecision: reading("service authorizations", Permission.RADIUS_READ),
    authorization.ReplyAttribute: reading("service authorizations", Permission.RADIUS_READ),
}


def visible_sessions(actor: Actor) -> ColumnElement[bool]:
    """The predicate over ``RadiusSession`` of the rows that the actor may read."""
    if not actor.can(Permission.RADIUS_READ):
        return false()
    return within_scope(actor, RadiusSession.customer_id)


def visible_credentials(actor: Actor) -> ColumnElement[bool]:
    """The predicate over ``ServiceCredential`` of the rows whose names the actor may read."""
    if not actor.can(Permission.RADIUS_READ):
        return false()
    return within_scope(actor, ServiceCredential.customer_id)


def served_customers(actor: Actor) -> ColumnElement[bool]:
    """
    The predicate over ``Customer`` of those an AAA server acts for: in scope and not deleted.

    It needs no ``customer:read``: a server that authenticates need not read customers.
    """
    return Customer.deleted_at.is_(None) & within_scope(actor, Customer.id)
