"""What a billing run did, as a type, and as the JSON kept beside an idempotency key."""

import datetime
from typing import Any

import strawberry

from domain.billing import kinds, runs
from graph.billing.types import Invoice
from graph.context import Info
from graph.refs import CustomerRef
from graph.rows import RowType
from resolvers.billing import invoices
from resolvers.customer import customers

_MOST_SKIPPED = 100


@strawberry.type(description="An account that a billing run passed by")
class SkippedAccount(RowType):
    row = runs.SkippedAccount

    customer_id: int = strawberry.field(description="The customer's number")
    reason: kinds.SkipReason = strawberry.field(description="Why it was passed by")
    customer: CustomerRef | None = strawberry.field(
        resolver=customers.owner, description="Whose account it is"
    )


@strawberry.type(description="What a billing run did")
class BillingRun(RowType):
    row = runs.BillingRun

    on: datetime.date = strawberry.field(description="Day whose periods were charged")
    issued_count: int = strawberry.field(
        resolver=lambda root: len(root.invoice_ids), description="How many invoices it issued"
    )
    invoices: list[Invoice] = strawberry.field(
        resolver=invoices.run_invoices, description="First 100 of them, in order"
    )
    skipped_count: int = strawberry.field(
        resolver=lambda root: len(root.skipped), description="How many accounts it passed by"
    )
    skipped: list[SkippedAccount] = strawberry.field(
        resolver=lambda root: root.skipped[:_MOST_SKIPPED], description="First 100 of them"
    )


def run_as_json(run: runs.BillingRun) -> dict[str, object]:
    """The run as a JSON value."""
    return {
        "on": run.on.isoformat(),
        "invoices": list(run.invoice_ids),
        "skipped": [[account.customer_id, account.reason] for account in run.skipped],
    }


async def run_from_json(_info: Info, value: dict[str, Any]) -> runs.BillingRun:
    """The run that the JSON value tells of."""
    skipped = (
        runs.SkippedAccount(customer_id, kinds.SkipReason(reason))
        for customer_id, reason in value["skipped"]
    )
    on = datetime.date.fromisoformat(value["on"])
    return runs.BillingRun(on, tuple(value["invoices"]), tuple(skipped))
