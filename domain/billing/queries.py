"""Reads of accounts, payments and allocations: only rows of the actor's scope."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, cast, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.billing import models, records
from domain.billing.kinds import InvoiceStatus, PaymentMethod, PaymentState
from domain.billing.policy import visible_accounts, visible_payments
from domain.kernel.access import Actor, Permission, require
from domain.kernel.paging import Ordering, Page, Slice, counts_by_parent, pages_by_parent
from domain.kernel.reads import one_of, remembered
from domain.kernel.records import fetch, select_record


class PaymentOrderField(StrEnum):
    """What a list of payments can be ordered by."""

    RECEIVED_AT = "RECEIVED_AT"
    AMOUNT = "AMOUNT"


@dataclass(frozen=True, slots=True)
class PaymentFilter:
    """All that are given must hold. ``received_to`` is exclusive."""

    method: tuple[PaymentMethod, ...] | None = None
    received_from: datetime | None = None
    received_to: datetime | None = None
    has_credit: bool | None = None
    state: tuple[PaymentState, ...] | None = None


@dataclass(frozen=True, slots=True)
class PaymentList:
    """A list of payments as a client asks for it."""

    part: Slice
    filter: PaymentFilter = PaymentFilter()
    order_by: PaymentOrderField = PaymentOrderField.RECEIVED_AT
    descending: bool = True


_SORT_COLUMNS: dict[PaymentOrderField, tuple[Any, ...]] = {
    PaymentOrderField.RECEIVED_AT: (models.Payment.received_at, models.Payment.id),
    PaymentOrderField.AMOUNT: (models.Payment.amount_minor, models.Payment.id),
}


async def accounts_by_customer(
    connection: AsyncConnection, actor: Actor, customer_ids: Collection[int]
) -> dict[int, records.BillingAccount]:
    """The visible accounts of these customers, with their sums."""
    found = await fetch(
        connection,
        records.BillingAccount,
        _accounts(actor, models.BillingAccount.customer_id),
        keys=customer_ids,
    )
    return {account.customer_id: account for account in found}


async def accounts_by_id(
    connection: AsyncConnection, actor: Actor, account_ids: Collection[int]
) -> dict[int, records.BillingAccount]:
    """The visible accounts with these ids, with their sums."""
    found = await fetch(
        connection,
        records.BillingAccount,
        _accounts(actor, models.BillingAccount.id),
        keys=account_ids,
    )
    return {account.id: account for account in found}


async def payments_by_id(
    connection: AsyncConnection, actor: Actor, payment_ids: Collection[int]
) -> dict[int, records.Payment]:
    """The visible payments with these ids."""
    found = await fetch(connection, records.Payment, _payments_by_id(actor), keys=payment_ids)
    return {payment.id: payment for payment in found}


async def payment_pages_by_customer(
    connection: AsyncConnection, actor: Actor, customer_ids: Collection[int], asked: PaymentList
) -> dict[int, Page[records.Payment]]:
    """The same page of each customer's payments that pass the filter."""
    return await pages_by_parent(
        connection,
        records.Payment,
        _matching(actor, asked.filter),
        parent=models.Payment.customer_id,
        parents=customer_ids,
        order=Ordering(asked.order_by, _SORT_COLUMNS[asked.order_by], asked.descending),
        part=asked.part,
        bound_to=asked.filter,
    )


async def payment_counts_by_customer(
    connection: AsyncConnection, actor: Actor, customer_ids: Collection[int], wanted: PaymentFilter
) -> dict[int, int]:
    """How many payments each customer made that pass the filter."""
    return await counts_by_parent(
        connection,
        _matching(actor, wanted),
        parent=models.Payment.customer_id,
        parents=customer_ids,
    )


async def allocations_by_payment(
    connection: AsyncConnection, actor: Actor, payment_ids: Collection[int]
) -> dict[int, list[records.PaymentAllocation]]:
    """What each payment pays, in the order it was allocated; credit alone is left out."""
    statement = _allocations(actor, models.PaymentAllocation.payment_id)
    grouped: dict[int, list[records.PaymentAllocation]] = {}
    for allocation in await fetch(
        connection, records.PaymentAllocation, statement, keys=payment_ids
    ):
        grouped.setdefault(allocation.payment_id, []).append(allocation)
    return grouped


async def allocations_by_invoice(
    connection: AsyncConnection, actor: Actor, invoice_ids: Collection[int]
) -> dict[int, list[records.PaymentAllocation]]:
    """What pays each invoice, in the order it was allocated; unpaid invoices have none."""
    statement = _allocations(actor, models.PaymentAllocation.invoice_id)
    grouped: dict[int, list[records.PaymentAllocation]] = {}
    for allocation in await fetch(
        connection, records.PaymentAllocation, statement, keys=invoice_ids
    ):
        grouped.setdefault(allocation.invoice_id, []).append(allocation)
    return grouped


@remembered
def _accounts(actor: Actor, column: Any) -> Select[Any]:
    require(actor, Permission.BILLING_READ, "read billing accounts")
    invoice, payment = models.Invoice, models.Payment
    is_open = (
        (invoice.account_id == models.BillingAccount.id)
        & (invoice.status == InvoiceStatus.ISSUED)
        & (invoice.paid_minor < invoice.total_minor)
    )
    is_unspent = (payment.account_id == models.BillingAccount.id) & (
        payment.allocated_minor + payment.returned_minor < payment.amount_minor
    )
    due = invoice.total_minor - invoice.paid_minor
    *own, _owed, _overdue, _credit = records.BillingAccount.__slots__
    return select(
        *(getattr(models.BillingAccount, name) for name in own),
        _sum(due, is_open),
        _sum(due, is_open & (invoice.due_on < func.current_date())),
        _sum(payment.amount_minor - payment.allocated_minor - payment.returned_minor, is_unspent),
    ).where(one_of(column), visible_accounts(actor))


def _sum(amounts: Any, matching: ColumnElement[bool]) -> Any:
    """The sum over the rows of the surrounding select's account."""
    total = select(func.coalesce(func.sum(amounts), 0)).where(matching)
    return cast(total.correlate(models.BillingAccount).scalar_subquery(), BigInteger)


@remembered
def _payments_by_id(actor: Actor) -> Select[Any]:
    return _payments(actor).where(one_of(models.Payment.id))


def _payments(actor: Actor) -> Select[Any]:
    require(actor, Permission.BILLING_READ, "read payments")
    return select_record(records.Payment, models.Payment).where(visible_payments(actor))


@remembered
def _matching(actor: Actor, wanted: PaymentFilter) -> Select[Any]:
    payment, statement = models.Payment, _payments(actor)
    if wanted.method is not None:
        statement = statement.where(payment.method.in_(wanted.method))
    if wanted.state is not None:
        statement = statement.where(payment.state.in_(wanted.state))
    if wanted.received_from is not None:
        statement = statement.where(payment.received_at >= wanted.received_from)
    if wanted.received_to is not None:
        statement = statement.where(payment.received_at < wanted.received_to)
    if wanted.has_credit is not None:
        has_credit = payment.allocated_minor + payment.returned_minor < payment.amount_minor
        statement = statement.where(has_credit if wanted.has_credit else ~has_credit)
    return statement


@remembered
def _allocations(actor: Actor, column: Any) -> Select[Any]:
    require(actor, Permission.BILLING_READ, "read payments")
    allocation, payment = models.PaymentAllocation, models.Payment
    *own, _currency = records.PaymentAllocation.__slots__
    return (
        select(*(getattr(allocation, name) for name in own), payment.currency)
        .join(payment, payment.id == allocation.payment_id)
        .where(one_of(column), visible_payments(actor))
        .order_by(allocation.id)
    )
