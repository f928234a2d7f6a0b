"""Fields that return payments and what they pay."""

from collections.abc import Awaitable
from typing import Any

from domain.billing import records
from resolvers.info import Info


def by_id(info: Info, payment_id: int) -> Awaitable[records.Payment | None]:
    """The visible payment with this id."""
    return info.loaders.payment_by_id.load(payment_id)


def allocated_from(root: Any, info: Info) -> Awaitable[records.Payment | None]:
    """PaymentAllocation.payment"""
    return info.loaders.payment_by_id.load(root.payment_id)


def payment_allocations(
    root: records.Payment, info: Info
) -> Awaitable[list[records.PaymentAllocation]]:
    """Payment.allocations"""
    return info.loaders.allocations_by_payment.load(root.id)


def invoice_allocations(
    root: records.Invoice, info: Info
) -> Awaitable[list[records.PaymentAllocation]]:
    """Invoice.allocations"""
    return info.loaders.allocations_by_invoice.load(root.id)


def payment_refunds(root: records.Payment, info: Info) -> Awaitable[list[records.Refund]]:
    """Payment.refunds"""
    return info.loaders.refunds_by_payment.load(root.id)


def payment_disputes(root: records.Payment, info: Info) -> Awaitable[list[records.Dispute]]:
    """Payment.disputes"""
    return info.loaders.disputes_by_payment.load(root.id)
