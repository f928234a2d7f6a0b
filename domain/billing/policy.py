"""Whose billing an actor sees."""

from sqlalchemy import ColumnElement, false, true

from domain.billing import (
    credit_records,
    dunning_records,
    gateway_records,
    ledger_records,
    records,
    run_records,
    tax_records,
)
from domain.billing.credit_models import CreditNote
from domain.billing.dunning_models import DunningCase, DunningPause
from domain.billing.gateway_models import PaymentAttempt, StoredMethod
from domain.billing.ledger_models import LedgerEntry
from domain.billing.models import BillingAccount, Invoice, Payment
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
    records.Refund: reading("payments", Permission.BILLING_READ),
    records.Dispute: reading("payments", Permission.BILLING_READ),
    gateway_records.StoredMethod: reading("payments", Permission.BILLING_READ),
    gateway_records.PaymentAttempt: reading("payments", Permission.BILLING_READ),
    credit_records.CreditNote: reading("credit notes", Permission.BILLING_READ),
    credit_records.CreditNoteLine: reading("credit notes", Permission.BILLING_READ),
    dunning_records.DunningPolicy: reading("dunning policies", Permission.BILLING_READ),
    dunning_records.DunningCase: reading("dunning cases", Permission.BILLING_READ),
    dunning_records.DunningStep: reading("dunning cases", Permission.BILLING_READ),
    dunning_records.DunningPause: reading("dunning cases", Permission.BILLING_READ),
    run_records.BillingRun: reading("billing runs", Permission.BILLING_READ),
    run_records.BillingRunItem: reading("billing runs", Permission.BILLING_READ),
    tax_records.TaxRate: reading("tax rates", Permission.BILLING_READ),
    tax_records.TaxLine: reading("invoices", Permission.BILLING_READ),
    ledger_records.LedgerEntry: reading("the ledger", Permission.BILLING_READ),
    ledger_records.LedgerTotal: reading("the ledger", Permission.BILLING_READ),
    ledger_records.StatementLine: reading("the ledger", Permission.BILLING_READ),
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


def visible_credit_notes(actor: Actor) -> ColumnElement[bool]:
    """The predicate over ``CreditNote``: notes of customers in the actor's scope."""
    return within_scope(actor, CreditNote.customer_id)


def visible_runs(actor: Actor) -> ColumnElement[bool]:
    """The predicate over ``BillingRun`` and its items: for whoever sees all rows."""
    return true() if actor.sees_all_rows else false()


def visible_policies(actor: Actor) -> ColumnElement[bool]:
    """The predicate over ``DunningPolicy``: how people are dunned is for whoever sees all rows."""
    return true() if actor.sees_all_rows else false()


def visible_cases(actor: Actor) -> ColumnElement[bool]:
    """The predicate over ``DunningCase``: cases of customers in the actor's scope."""
    return within_scope(actor, DunningCase.customer_id)


def visible_pauses(actor: Actor) -> ColumnElement[bool]:
    """The predicate over ``DunningPause``: pauses of customers in the actor's scope."""
    return within_scope(actor, DunningPause.customer_id)


def visible_entries(actor: Actor) -> ColumnElement[bool]:
    """The predicate over ``LedgerEntry``: entries of customers in the actor's scope."""
    return within_scope(actor, LedgerEntry.customer_id)


def visible_methods(actor: Actor) -> ColumnElement[bool]:
    """The predicate over ``StoredMethod``: methods of customers in the actor's scope."""
    return within_scope(actor, StoredMethod.customer_id)


def visible_attempts(actor: Actor) -> ColumnElement[bool]:
    """The predicate over ``PaymentAttempt``: attempts of customers in the actor's scope."""
    return within_scope(actor, PaymentAttempt.customer_id)
