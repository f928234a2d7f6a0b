"""Which resellers an actor sees, and whose commission."""

from sqlalchemy import ColumnElement, false, true

from domain.kernel.access import Actor, Permission, Role
from domain.kernel.needs import reading
from domain.kernel.reads import own_customer, own_resellers
from domain.reseller import records
from domain.reseller.customers import reseller_of
from domain.reseller.models import CommissionEntry, CommissionSettlement, Reseller

#: What reading each kind of record needs, whatever the row.
READS = {
    records.Reseller: reading("resellers", Permission.RESELLER_READ),
    records.CommissionEntry: reading("commission", Permission.COMMISSION_READ),
    records.CommissionSettlement: reading("commission", Permission.COMMISSION_READ),
    records.CommissionTotal: reading("commission", Permission.COMMISSION_READ),
}


def visible_resellers(actor: Actor) -> ColumnElement[bool]:
    """
    The predicate over ``Reseller`` of the rows in the actor's scope.

    Staff and services see all, a reseller its subtree, a customer the one it belongs to.
    """
    if actor.sees_all_rows:
        return true()
    if actor.role is Role.RESELLER:
        return Reseller.id == own_resellers(actor)
    if actor.role is Role.CUSTOMER:
        return Reseller.id.in_(reseller_of(own_customer(actor)))
    return false()


def visible_entries(actor: Actor) -> ColumnElement[bool]:
    """The predicate over ``CommissionEntry``: all to staff, its subtree's to a reseller."""
    return _earned_within(actor, CommissionEntry)


def visible_settlements(actor: Actor) -> ColumnElement[bool]:
    """The predicate over ``CommissionSettlement``: all to staff, its subtree's to a reseller."""
    return _earned_within(actor, CommissionSettlement)


def _earned_within(
    actor: Actor, earning: type[CommissionEntry] | type[CommissionSettlement]
) -> ColumnElement[bool]:
    if actor.sees_all_rows:
        return true()
    if actor.role is Role.RESELLER:
        return earning.reseller_id == own_resellers(actor)
    return false()
