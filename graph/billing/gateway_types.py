"""Object types of the payment gateway, and its fields of Customer."""

import datetime
from collections.abc import Awaitable
from typing import Any

import strawberry

from domain.billing import gateway_records as records
from domain.billing import kinds
from domain.billing.gateway_queries import AttemptList, PaymentAttemptFilter
from domain.kernel.errors import Invalid
from domain.kernel.paging import Slice
from graph.billing import enums  # noqa: F401 (describes the enums before a type names them)
from graph.billing.types import Invoice, Payment
from graph.connections import Connection
from graph.context import Info
from graph.ids import id_of
from graph.money import Money
from graph.rows import RowType
from resolvers.billing import gateway
from resolvers.connections import Listing


@strawberry.type(description="A payment method that the gateway keeps; no number is known here")
class StoredPaymentMethod(RowType):
    row = records.StoredMethod

    id: strawberry.ID = strawberry.field(
        resolver=id_of("StoredPaymentMethod"), description="Id, for mutations"
    )
    label: str = strawberry.field(description="What people know it by")
    gateway: str = strawberry.field(description="Who keeps it")
    is_autopay: bool = strawberry.field(
        description="Whether invoices are charged to it when they are due"
    )
    created_at: datetime.datetime = strawberry.field(description="Timestamp of its storing")


@strawberry.type(description="An attempt to take money from a stored payment method")
class PaymentAttempt(RowType):
    row = records.PaymentAttempt

    id: strawberry.ID = strawberry.field(resolver=id_of("PaymentAttempt"), description="Id")
    amount: Money = strawberry.field(description="How much")
    status: kinds.AttemptStatus = strawberry.field(description="What is known of it")
    failure_code: str | None = strawberry.field(description="Gateway's word for why it failed")
    may_retry: bool = strawberry.field(description="Whether autopay may try the method again")
    payment: Payment | None = strawberry.field(
        resolver=gateway.attempt_payment, description="Payment that came of it"
    )
    invoice: Invoice | None = strawberry.field(
        resolver=gateway.attempt_invoice, description="Invoice that autopay meant to pay"
    )
    created_at: datetime.datetime = strawberry.field(description="Timestamp of its beginning")
    updated_at: datetime.datetime = strawberry.field(description="Timestamp of the last news")


def _attempts(
    root: Any,
    info: Info,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
    status: list[kinds.AttemptStatus] | None = None,
) -> Awaitable[Listing[records.PaymentAttempt]]:
    if status is not None and len(status) > len(kinds.AttemptStatus):
        raise Invalid("status", f"must be at most {len(kinds.AttemptStatus)}")
    wanted = PaymentAttemptFilter(None if status is None else tuple(status))
    part = Slice.of(first, after, last, before)
    return gateway.attempts_of(info, root.id, AttemptList(part, wanted))


@strawberry.type
class GatewayFields:
    """The payment gateway's part of the billing facet of Customer."""

    stored_payment_methods: list[StoredPaymentMethod] | None = strawberry.field(
        resolver=gateway.customer_methods,
        description="Payment methods that the gateway keeps, the oldest first, at most 20",
    )
    payment_attempts: Connection[PaymentAttempt] | None = strawberry.field(
        resolver=_attempts, description="Attempts to charge them, the latest first"
    )
