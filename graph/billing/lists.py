"""Lists of invoices and payments: what a client may ask of them."""

import datetime
from collections.abc import Awaitable
from typing import Any, TypeVar

import strawberry

from domain.billing import invoice_queries, kinds, queries, records
from domain.billing.invoice_queries import InvoiceList
from domain.billing.queries import PaymentList
from domain.kernel.errors import Invalid
from domain.kernel.paging import Slice
from graph.billing import enums  # noqa: F401 (describes the enums before a type names them)
from graph.context import Info
from resolvers.billing import invoices
from resolvers.connections import Listing

_MOST_CHOICES = 100

T = TypeVar("T")


@strawberry.input(description="Which invoices: all that are given must hold")
class InvoiceFilter:
    status: list[kinds.InvoiceStatus] | None = strawberry.field(
        default=None, description="In one of these statuses"
    )
    payment_status: list[kinds.PaymentStatus] | None = strawberry.field(
        default=None, description="Issued, and paid so far"
    )
    is_overdue: bool | None = strawberry.field(
        default=None, description="Whether something is due past its due date"
    )
    issued_from: datetime.date | None = strawberry.field(
        default=None, description="Issued on this date or later"
    )
    issued_to: datetime.date | None = strawberry.field(
        default=None, description="Issued before this date"
    )
    due_from: datetime.date | None = strawberry.field(
        default=None, description="Due on this date or later"
    )
    due_to: datetime.date | None = strawberry.field(
        default=None, description="Due before this date"
    )

    def to_domain(self) -> invoice_queries.InvoiceFilter:
        """Raises ``Invalid`` for a list that is too long."""
        return invoice_queries.InvoiceFilter(
            status=_chosen(self.status, "status"),
            payment_status=_chosen(self.payment_status, "paymentStatus"),
            is_overdue=self.is_overdue,
            issued_from=self.issued_from,
            issued_to=self.issued_to,
            due_from=self.due_from,
            due_to=self.due_to,
        )


@strawberry.input(description="How to order invoices")
class InvoiceOrder:
    field: invoice_queries.InvoiceOrderField = strawberry.field(
        default=invoice_queries.InvoiceOrderField.CREATED_AT, description="What by"
    )
    descending: bool = strawberry.field(default=True, description="Largest or newest first")


@strawberry.input(description="Which payments: all that are given must hold")
class PaymentFilter:
    method: list[kinds.PaymentMethod] | None = strawberry.field(
        default=None, description="By one of these methods"
    )
    state: list[kinds.PaymentState] | None = strawberry.field(
        default=None, description="In one of these states"
    )
    received_from: datetime.datetime | None = strawberry.field(
        default=None, description="Received at this timestamp or later"
    )
    received_to: datetime.datetime | None = strawberry.field(
        default=None, description="Received before this timestamp"
    )
    has_credit: bool | None = strawberry.field(
        default=None, description="Whether a part of it pays no invoice yet"
    )

    def to_domain(self) -> queries.PaymentFilter:
        """Raises ``Invalid`` for a list that is too long."""
        return queries.PaymentFilter(
            method=_chosen(self.method, "method"),
            received_from=self.received_from,
            received_to=self.received_to,
            has_credit=self.has_credit,
            state=_chosen(self.state, "state"),
        )


@strawberry.input(description="How to order payments")
class PaymentOrder:
    field: queries.PaymentOrderField = strawberry.field(
        default=queries.PaymentOrderField.RECEIVED_AT, description="What by"
    )
    descending: bool = strawberry.field(default=True, description="Largest or newest first")


def customer_invoices(
    root: Any,
    info: Info,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
    filter: InvoiceFilter | None = None,
    order_by: InvoiceOrder | None = None,
) -> Awaitable[Listing[records.Invoice]]:
    """Customer.invoices"""
    asked = _invoices(Slice.of(first, after, last, before), filter, order_by)
    return info.loaders.invoices_by_customer.load((root.id, asked))


def invoice_list(
    info: Info,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
    filter: InvoiceFilter | None = None,
    order_by: InvoiceOrder | None = None,
) -> Awaitable[Listing[records.Invoice]]:
    """Query.invoices"""
    part = Slice.of(first, after, last, before, required=True)
    return invoices.invoice_list(info, _invoices(part, filter, order_by))


def customer_payments(
    root: Any,
    info: Info,
    first: int | None = None,
    after: str | None = None,
    last: int | None = None,
    before: str | None = None,
    filter: PaymentFilter | None = None,
    order_by: PaymentOrder | None = None,
) -> Awaitable[Listing[records.Payment]]:
    """Customer.payments"""
    part = Slice.of(first, after, last, before)
    wanted = queries.PaymentFilter() if filter is None else filter.to_domain()
    order = order_by or PaymentOrder()
    asked = PaymentList(part, wanted, order.field, order.descending)
    return info.loaders.payments_by_customer.load((root.id, asked))


def _invoices(
    part: Slice, asked: InvoiceFilter | None, order_by: InvoiceOrder | None
) -> InvoiceList:
    wanted = invoice_queries.InvoiceFilter() if asked is None else asked.to_domain()
    order = order_by or InvoiceOrder()
    return InvoiceList(part, wanted, order.field, order.descending)


def _chosen(values: list[T] | None, field: str) -> tuple[T, ...] | None:
    if values is None:
        return None
    if len(values) > _MOST_CHOICES:
        raise Invalid(field, f"must be at most {_MOST_CHOICES}")
    return tuple(values)
