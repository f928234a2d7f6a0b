"""Which customers an actor sees; every module asks here whose rows are whose."""

from typing import Any

from sqlalchemy import ColumnElement, false, select, true

from domain.customer import records
from domain.customer.models import Customer
from domain.kernel.access import Actor, Permission, Role
from domain.kernel.needs import reading
from domain.kernel.reads import own_customer, own_resellers

#: What reading each kind of record needs, whatever the row.
READS = {
    records.Customer: reading("customers", Permission.CUSTOMER_READ),
    records.Address: reading("customers", Permission.CUSTOMER_READ),
    records.Document: reading("customers", Permission.CUSTOMER_READ),
    records.CommunicationPreference: reading("communication preferences", Permission.CUSTOMER_READ),
    records.StateChange: reading("state changes", Permission.CUSTOMER_READ),
}
#: What tells a person apart before the state: tax numbers, and numbers of identity documents.
READS_IDENTITY_NUMBERS = reading("tax and document numbers", Permission.PII_READ)

#: Kinds of accounts that are told as such; every other one is a person of the staff.
_SHOWN_KINDS = frozenset({"anonymous", "customer", "reseller", "service", "system"})


def visible_customers(actor: Actor) -> ColumnElement[bool]:
    """
    The predicate over ``Customer`` of the rows that the actor may read.

    Staff and services see all that are not deleted, a reseller those of its subtree, a customer
    itself, anybody else none.
    """
    if not actor.can(Permission.CUSTOMER_READ):
        return false()
    return Customer.deleted_at.is_(None) & _own_rows(actor)


def within_scope(actor: Actor, customer_id: Any) -> ColumnElement[bool]:
    """The predicate over a column of customer ids: the rows of customers in the actor's scope."""
    if actor.sees_all_rows:
        return true()
    if actor.role is Role.CUSTOMER:
        return customer_id == own_customer(actor)  # type: ignore[no-any-return]
    if actor.role is Role.RESELLER:
        own = select(Customer.id).where(Customer.reseller_id == own_resellers(actor))
        return customer_id.in_(own)  # type: ignore[no-any-return]
    return false()


def of_visible_customers(actor: Actor, customer_id: Any) -> ColumnElement[bool]:
    """The predicate over a column of customer ids: rows of customers the actor may read."""
    visible = select(Customer.id).where(visible_customers(actor))
    return customer_id.in_(visible)  # type: ignore[no-any-return]


def can_see_event(actor: Actor, *, customer_id: int | None, reseller_id: int | None) -> bool:
    """Whether an event of that customer and reseller lies in the actor's scope."""
    if not actor.can(Permission.EVENT_READ):
        return False
    if actor.sees_all_rows:
        return True
    if actor.role is Role.RESELLER:
        return reseller_id in actor.reseller_ids
    return actor.role is Role.CUSTOMER and customer_id == actor.customer_id


def shown_actor(viewer: Actor, subject: str) -> str:
    """
    Who acted, as the viewer may know it: the subject, or only what kind of account it is.

    Whoever sees all rows sees all names. Others see their own, those of their customers and of
    resellers below them; of the operator's people and programs the kind. It depends on the
    viewer's scope and not on who the viewer is.
    """
    kind = subject.partition(":")[0]
    own = {f"customer:{viewer.customer_id}", *(f"reseller:{each}" for each in viewer.reseller_ids)}
    is_own_customer = viewer.role is Role.RESELLER and kind == "customer"
    if viewer.sees_all_rows or subject in own or is_own_customer:
        return subject
    return kind if kind in _SHOWN_KINDS else "staff"


def _own_rows(actor: Actor) -> ColumnElement[bool]:
    if actor.role is Role.RESELLER:
        return Customer.reseller_id == own_resellers(actor)
    return within_scope(actor, Customer.id)
