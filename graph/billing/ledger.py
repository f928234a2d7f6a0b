"""Types and lists of the ledger: its entries, their sums, and statements of account."""

import datetime
from collections.abc import Awaitable
from typing import Any

import strawberry

from domain.billing import kinds, ledger_queries, ledger_records
from domain.billing.ledger_queries import EntryList, StatementList
from domain.kernel.paging import Slice
from graph.billing import enums  # noqa: F401 (describes the enums before a type names them)
from graph.billing.types import CreditNote, Invoice, Payment
from graph.context import Info
from graph.money import Money
from graph.refs import CustomerRef
from graph.rows import RowType
from graph.scalars import CurrencyCode
from resolvers.billing import credit_notes, invoices, ledger, payments
from resolvers.connections import Listing
from resolvers.customer import customers


@strawberry.type(description="One side of a transaction of the ledger; the sides sum to zero")
class LedgerEntry(RowType):
    row = ledger_records.LedgerEntry

    transaction_id: strawberry.ID = strawberry.field(
        resolver=lambda root: str(root.transaction_id), description="Common to all sides"
    )
    kind: kinds.PostingKind = strawberry.field(description="What happened to the money")
    account: kinds.LedgerAccount = strawberry.field(description="General ledger account")
    amount: Money = strawberry.field(description="More than zero is a debit, less a credit")
    at: datetime.datetime = strawberry.field(description="Timestamp of booking")
    invoice: Invoice | None = strawberry.field(
        resolver=invoices.allocated_to, description="Invoice it is about"
    )
    payment: Payment | None = strawberry.field(
        resolver=payments.allocated_from, description="Payment it is about"
    )
    credit_note: CreditNote | None = strawberry.field(
        resolver=credit_notes.booked, description="Credit note it is about"
    )
    customer: CustomerRef | None = strawberry.field(
        resolver=customers.owner, description="Whose billing account it is of"
    )


@strawberry.type(description="What was booked to an account of the ledger, in one currency")
class LedgerTotal(RowType):
    row = ledger_records.LedgerTotal

    account: kinds.LedgerAccount = strawberry.field(description="General ledger account")
    currency: CurrencyCode = strawberry.field(description="Currency of the sums")
    debit: Money = strawberry.field(description="Sum of the debits")
    credit: Money = strawberry.field(
        description="Sum of the credits, as it is booked: not negative"
    )
    balance: Money = strawberry.field(description="Debits less credits")


@strawberry.type(description="What changed a customer's balance, and the balance after it")
class StatementLine(RowType):
    row = ledger_records.StatementLine

    kind: kinds.PostingKind = strawberry.field(description="What happened")
    amount: Money = strawberry.field(description="More than zero is charged, less is credited")
    balance: Money = strawberry.field(
        description="All lines up to this one: more than zero is owed, less is credit"
    )
    at: datetime.datetime = strawberry.field(description="Timestamp of booking")
    invoice: Invoice | None = strawberry.field(
        resolver=invoices.allocated_to, description="Invoice it is about"
    )
    payment: Payment | None = strawberry.field(
        resolver=payments.allocated_from, description="Payment it is about"
    )
    credit_note: CreditNote | None = strawberry.field(
        resolver=credit_notes.booked, description="Credit note it is about"
    )


@strawberry.input(description="Which entries of the ledger: all that are given must hold")
class LedgerFilter:
    account: kinds.LedgerAccount | None = strawberry.field(
        default=None, description="Booked to this account"
    )
    customer_id: int | None = strawberry.field(default=None, description="The customer's number")
    booked_from: datetime.datetime | None = strawberry.field(
        default=None, description="Booked at this timestamp or later"
    )
    booked_to: datetime.datetime | None = strawberry.field(
        default=None, description="Booked before this timestamp"
    )

    def to_domain(self) -> ledger_queries.EntryFilter:
        return ledger_queries.EntryFilter(
            account=self.account,
            customer_id=self.customer_id,
            booked_from=self.booked_from,
            booked_to=self.booked_to,
        )


@strawberry.input(description="Which lines of a statement; balances count all lines before them")
class StatementFilter:
    booked_from: datetime.datetime | None = strawberry.field(
        default=None, description="Booked at this timestamp or later"
    )
    booked_to: datetime.datetime | None = strawberry.field(
        default=None, description="Booked before this timestamp"
    )

    def to_domain(self) -> ledger_queries.StatementFilter:
        return ledger_queries.StatementFilter(self.booked_from, self.booked_to)


def customer_statement(
    root: Any,
    info: Info,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
    filter: StatementFilter | None = None,
    descending: bool = True,
) -> Awaitable[Listing[ledger_records.StatementLine]]:
    """Customer.statement"""
    part = Slice.of(first, after, last, before)
    wanted = ledger_queries.StatementFilter() if filter is None else filter.to_domain()
    asked = StatementList(part, wanted, descending)
    return info.loaders.statement_by_customer.load((root.id, asked))


def ledger_entries(
    info: Info,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
    filter: LedgerFilter | None = None,
) -> Awaitable[Listing[ledger_records.LedgerEntry]]:
    """Query.ledgerEntries"""
    part = Slice.of(first, after, last, before, required=True)
    return ledger.entry_list(info, EntryList(part, _wanted(filter)))


def ledger_totals(
    info: Info, filter: LedgerFilter | None = None
) -> Awaitable[list[ledger_records.LedgerTotal]]:
    """Query.ledgerTotals"""
    return ledger.totals(info, _wanted(filter))


def _wanted(filter: LedgerFilter | None) -> ledger_queries.EntryFilter:
    return ledger_queries.EntryFilter() if filter is None else filter.to_domain()
