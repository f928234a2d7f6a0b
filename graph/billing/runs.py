"""Types and lists of billing runs."""

import datetime
from collections.abc import Awaitable

import strawberry

from domain.billing import kinds
from domain.billing import run_records as records
from domain.billing.run_queries import RunItemFilter, RunItemList
from domain.kernel.paging import Slice
from graph.billing import enums  # noqa: F401 (describes the enums before a type names them)
from graph.billing.types import Invoice
from graph.connections import Connection
from graph.context import Info
from graph.ids import id_of, key_of
from graph.money import Money
from graph.refs import CustomerRef
from graph.rows import RowType
from resolvers.billing import runs
from resolvers.connections import Listing
from resolvers.customer import customers


@strawberry.type(description="What became of one account in a billing run")
class BillingRunItem(RowType):
    row = records.BillingRunItem

    customer_id: int = strawberry.field(description="The customer's number")
    state: kinds.ItemState = strawberry.field(description="Whether it was charged")
    reason: kinds.SkipReason | None = strawberry.field(description="Why it was passed by")
    failure: str | None = strawberry.field(description="What went wrong, for programs")
    net: Money = strawberry.field(description="What it is charged without tax")
    total: Money = strawberry.field(description="What it is charged with tax")
    done_at: datetime.datetime | None = strawberry.field(description="Timestamp of its turn")
    invoice: Invoice | None = strawberry.field(
        resolver=runs.item_invoice, description="The invoice that it was issued"
    )
    customer: CustomerRef | None = strawberry.field(
        resolver=customers.owner, description="Whose account it is"
    )


def run_items(
    root: records.BillingRun,
    info: Info,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
    state: kinds.ItemState | None = None,
) -> Awaitable[Listing[records.BillingRunItem]]:
    """BillingRun.items"""
    asked = RunItemList(Slice.of(first, after, last, before), RunItemFilter(state))
    return info.loaders.items_by_billing_run.load((root.id, asked))


@strawberry.type(description="One go at charging all accounts for the periods of a day")
class BillingRun(RowType):
    row = records.BillingRun

    id: strawberry.ID = strawberry.field(
        resolver=id_of("BillingRun"), description="Global id, opaque"
    )
    on: datetime.date = strawberry.field(
        resolver=lambda root: root.charged_on, description="Day whose periods are charged"
    )
    state: kinds.RunState = strawberry.field(description="Whether it is over")
    is_dry_run: bool = strawberry.field(description="Whether it only tells what it would do")
    is_scheduled: bool = strawberry.field(description="Whether the clock started it")
    started_at: datetime.datetime = strawberry.field(description="Timestamp of its start")
    finished_at: datetime.datetime | None = strawberry.field(description="Timestamp of its end")
    account_count: int = strawberry.field(
        resolver=lambda root: root.item_count, description="How many accounts it goes through"
    )
    pending_count: int = strawberry.field(description="How many of them it has still to charge")
    issued_count: int = strawberry.field(description="How many invoices it issued")
    skipped_count: int = strawberry.field(description="How many accounts it passed by")
    failed_count: int = strawberry.field(description="How many accounts something is wrong with")
    invoices: list[Invoice] = strawberry.field(
        resolver=runs.run_invoices, description="First 100 of its invoices, in order"
    )
    skipped: list[BillingRunItem] = strawberry.field(
        resolver=runs.run_skipped, description="First 100 accounts that it passed by"
    )
    items: Connection[BillingRunItem] | None = strawberry.field(
        resolver=run_items, description="What became of each account, in the order of customers"
    )


def billing_run(info: Info, id: strawberry.ID) -> Awaitable[records.BillingRun | None]:
    """Query.billingRun"""
    return runs.by_id(info, key_of(id, "BillingRun"))


def billing_runs(
    info: Info,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
) -> Awaitable[Listing[records.BillingRun]]:
    """Query.billingRuns"""
    return runs.run_list(info, Slice.of(first, after, last, before, required=True))
