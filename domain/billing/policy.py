"""Whose billing an actor sees."""

from sqlalchemy import ColumnElement

from domain.billing import records
from domain.billing.models import BillingAccount, Invoice, Payment
from domain.billing.plan_changes import PlanChangePreview
from domain.customer.policy import within_scope
from domain.kernel.access import Actor, Permission, Role
from domain.kernel.needs import reading

#: What reading each kind of record needs, whatever the row.
READS = {
    records.BillingAccount: reading("billing accounts", Permission.BILLING_READ),
    records.Invoice: reading("invoices", Permission.BILLING_READ),
    records.InvoiceLine: reading("invoices", Permission.BILLING_READ),
    records.Payment: reading("payments", Permission.BILLING_READ),
    records.PaymentAllocation: reading("payments", Permission.BILLING_READ),
    PlanChangePreview: reading("billing accounts", Permission.BILLING_READ),
}


def visible_accounts(actor: Actor) -> ColumnElement[bool]:
    """The predicate over ``BillingAccount``: accounts of customers in the actor's scope."""
    return within_scope(actor, BillingAccount.customer_id)


def visible_invoices(actor: Actor) -> ColumnElement[bool]:
    """The predicate over ``Invoice``: those in scope; a customer sees none before its issue."""
    own = within_scope(actor, Invoice.customer_id)
    return own & Invoice.number.is_not(None) if actor.role is Role.CUSTOMER else own


def visible_payments(actor: Actor) -> ColumnElement[bool]:
    """The predicate over ``Payment``: payments of customers in the actor's scope."""
    return within_scope(actor, Payment.customer_id)
