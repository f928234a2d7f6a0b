"""Root fields of the billing module."""

from collections.abc import Awaitable

import strawberry

from domain.billing import records
from graph.billing.inputs import InvoiceBy
from graph.billing.ledger import LedgerEntry, LedgerTotal, ledger_entries, ledger_totals
from graph.billing.lists import invoice_list
from graph.billing.runs import BillingRun, billing_run, billing_runs
from graph.billing.taxes import TaxRate, tax_rates
from graph.billing.types import Invoice
from graph.connections import Connection
from graph.context import Info
from graph.ids import key_of
from graph.node import nodes_of
from resolvers.billing import accounts, credit_notes, invoices, payments

nodes_of("BillingAccount", accounts.by_id)
nodes_of("Invoice", invoices.by_id)
nodes_of("Payment", payments.by_id)
nodes_of("CreditNote", credit_notes.by_id)


def invoice_by(info: Info, by: InvoiceBy) -> Awaitable[records.Invoice | None]:
    """The invoice that the one given field names."""
    if by.id not in (None, strawberry.UNSET):
        return invoices.by_id(info, key_of(str(by.id), "Invoice"))
    return invoices.by_number(info, str(by.number))


@strawberry.type
class BillingQueries:
    invoice: Invoice | None = strawberry.field(
        resolver=invoice_by, description="One invoice, or null if there is none you may see"
    )
    invoices: Connection[Invoice] | None = strawberry.field(
        resolver=invoice_list, description="Invoices; `first` or `last` is required"
    )
    ledger_entries: Connection[LedgerEntry] | None = strawberry.field(
        resolver=ledger_entries,
        description="The double-entry ledger by time; `first` or `last` is required",
    )
    billing_run: BillingRun | None = strawberry.field(
        resolver=billing_run, description="The billing run with this id, for its progress"
    )
    billing_runs: Connection[BillingRun] | None = strawberry.field(
        resolver=billing_runs,
        description="Billing runs, the latest first; `first` or `last` is required",
    )
    tax_rates: list[TaxRate] | None = strawberry.field(
        resolver=tax_rates, description="Tax rates of a country, the latest day first"
    )
    ledger_totals: list[LedgerTotal] | None = strawberry.field(
        resolver=ledger_totals, description="Sums of the ledger by account and currency"
    )
